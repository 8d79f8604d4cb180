package google

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Ledger keeps what was spent of a quota, also over a restart and between
// instances.
type Ledger interface {
	// Spend takes units if that leaves at least keep, and says how much is left.
	Spend(ctx context.Context, q cases.Quota, units, keep int64) (left int64, ok bool, err error)
	// Exhaust says that the platform gives no more.
	Exhaust(ctx context.Context, q cases.Quota) error
}

// Costs of calls to YouTube, in units of its quota (Quota costs, YouTube Data
// API): "all requests, including invalid requests, cost at least one".
const (
	costList   = 1
	costInsert = 50
	// DailyUnits is what a project gets a day, unless Google granted it more.
	DailyUnits = 10_000
	// LeastUnits is the smallest quota with which answering makes sense.
	LeastUnits = 1000
)

// ErrQuota says that today's quota is used up, or nearly.
var ErrQuota = errors.New("the day's quota of YouTube is used up, or kept for what is more urgent")

// budget spends the quota of one project.
type budget struct {
	ledger  Ledger
	project string
	units   int64
	now     func() time.Time
}

// today is the quota as it stands until the next midnight in California, where
// Google's days end.
func (b budget) today() cases.Quota {
	return cases.Quota{Name: "youtube/" + b.project, Most: b.units, Resets: midnight(b.now())}
}

// Of what may be used, a tenth is kept from those who read for those who
// answer, and a hundredth from those who answer for looking whether an answer
// stands whose fate is not known.
func (b budget) keptForAnswers() int64 { return b.units / 10 }
func (b budget) keptForLooks() int64   { return b.units / 100 }

// spend takes units before a call; a *cases.LaterError says when there are some
// again.
func (b budget) spend(ctx context.Context, units, keep int64) error {
	q := b.today()
	left, ok, err := b.ledger.Spend(ctx, q, units, keep)
	if err != nil {
		return fmt.Errorf("%w: %w", cases.ErrNotSent, err)
	}
	b.tell(ctx, left)
	if !ok {
		return b.later()
	}
	return nil
}

// tell says what is left of the quota, which Google's answers do not.
func (b budget) tell(ctx context.Context, left int64) {
	q := b.today()
	cases.Hear(ctx, cases.Allowance{Left: max(left, 0), Most: q.Most, Resets: q.Resets, At: b.now()})
}

// later is the pause until the quota begins anew.
func (b budget) later() error {
	return &cases.LaterError{After: b.today().Resets.Sub(b.now()).Round(time.Second) + time.Second, Err: ErrQuota}
}

// exhausted notes that Google gives no more today.
func (b budget) exhausted(ctx context.Context) error {
	b.tell(ctx, 0)
	if err := b.ledger.Exhaust(ctx, b.today()); err != nil {
		return fmt.Errorf("%w: %w", b.later(), err)
	}
	return b.later()
}

// midnight is the next one in California.
func midnight(now time.Time) time.Time {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // no time zones on this machine: without its summer time
		zone = time.FixedZone("", -8*3600)
	}
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone).UTC()
}

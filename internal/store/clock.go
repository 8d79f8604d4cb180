package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rasid/internal/cases"
)

const (
	// clockMark is the meta row with the latest moment at which a reply left.
	clockMark = "clock"
	// clockSlack is how far a clock may be set back, by time servers for
	// instance, before replies wait until it is where it was.
	clockSlack = 5 * time.Second
	// clockBroken is from where on waiting is no answer and a person must look.
	clockBroken = 10 * time.Minute
)

// tick remembers that a reply left now.
func tick(ctx context.Context, q querier, now time.Time) error {
	last, err := lastTick(ctx, q)
	if err != nil || !now.After(last) {
		return err
	}
	return setMeta(ctx, q, clockMark, strconv.FormatInt(micros(now), 10))
}

func lastTick(ctx context.Context, q querier) (time.Time, error) {
	text, err := getMeta(ctx, q, clockMark)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	us, err := strconv.ParseInt(text, 10, 64)
	return moment(us), err
}

// clockStands reports whether the clock is where it can be trusted. Budgets,
// the age of approvals and the time to undo are counted by it, so nothing leaves
// while it stands before the last reply. A clock that was set far back turns
// the kill switch: staff see why, and turn it back when the clock is right.
func (s *Store) clockStands(ctx context.Context, q querier, now time.Time) (bool, error) {
	last, err := lastTick(ctx, q)
	behind := last.Sub(now)
	if err != nil || behind <= clockSlack {
		return err == nil, err
	}
	if behind < clockBroken {
		return false, nil
	}
	const layout = "2006-01-02 15:04:05"
	why := fmt.Sprintf("clock set back from %s to %s UTC", last.UTC().Format(layout), now.UTC().Format(layout))
	s.log.Error("posting stopped", "why", why)
	return false, turn(ctx, q, true, cases.Rasid, why, now)
}

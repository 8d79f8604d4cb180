package cases

import "time"

// PromiseState says how a promise stands.
type PromiseState string

// The states of a promise. Late counts both while the customer still waits and
// once it was kept after all; SettledAt tells which.
const (
	PromiseOpen   PromiseState = "open"   // not due yet
	PromiseKept   PromiseState = "kept"   // kept in time
	PromiseLate   PromiseState = "late"   // it fell due before it was kept
	PromiseBroken PromiseState = "broken" // given up, or nobody kept it after all
	PromiseVoid   PromiseState = "void"   // nobody waits any more: the customer deleted what was said
)

// Promise is a time that a reply in public promises.
type Promise struct {
	Case      int64
	Draft     int    // the version whose words promise it
	Words     string // those words
	OpenedAt  time.Time
	DueAt     time.Time
	WakeAt    time.Time // when the program looks at it again; zero: never
	State     PromiseState
	SettledAt time.Time // zero while the customer waits
	SettledBy string
}

// Settled returns p as somebody kept it at an instant: in time or late.
func (p Promise) Settled(by string, at time.Time) Promise {
	p.State = PromiseKept
	if at.After(p.DueAt) {
		p.State = PromiseLate
	}
	return p.Ended(p.State, by, at)
}

// Ended returns p in a last state, which somebody brought it to at an instant.
func (p Promise) Ended(s PromiseState, by string, at time.Time) Promise {
	p.State, p.SettledBy, p.SettledAt, p.WakeAt = s, by, at, time.Time{}
	return p
}

// Owed lists the promises for which the customer still waits, the earliest due
// first.
func (c Case) Owed() []Promise {
	var owed []Promise
	for _, p := range c.Promises {
		if p.SettledAt.IsZero() {
			owed = append(owed, p)
		}
	}
	return owed
}

// Overdue returns the first promise that fell due and was not kept.
func (c Case) Overdue(now time.Time) (Promise, bool) {
	for _, p := range c.Owed() {
		if !p.DueAt.After(now) {
			return p, true
		}
	}
	return Promise{}, false
}

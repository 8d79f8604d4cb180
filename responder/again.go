package responder

import (
	"context"
	"time"

	"rasid/internal/cases"
)

// SameTries bounds the tries after a lost answer where writing the same once
// more has no second effect. It is fewer than the attempts after which the
// outbox gives up, so that a lost answer never ends as a refusal.
const SameTries = maxAttempts - 1

// Again says what follows from a write that failed, at a place where writing
// the same once more has no second effect and what stands can be looked at: a
// lost answer is looked for, then written again a few times, and only then
// unknown.
func Again(ctx context.Context, f Finder, r cases.Reply, err error) (cases.Receipt, error) {
	if cases.OutcomeOf(err) != cases.WasUnknown {
		return cases.Receipt{}, err
	}
	if found, there, ferr := f.Find(ctx, r); ferr == nil && there {
		return found, nil
	}
	if r.Attempt < SameTries && !r.First.IsZero() {
		return cases.Receipt{}, &cases.LaterError{After: 10 * time.Second, Err: err}
	}
	return cases.Receipt{}, err
}

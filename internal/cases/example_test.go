package cases_test

import (
	"errors"
	"fmt"

	"rasid/internal/cases"
)

// The usual life of a complaint, step by step; a step that the rules do not
// know is refused.
func ExampleNext() {
	at := cases.New
	for _, e := range []cases.Event{cases.Flag, cases.Propose, cases.Approve, cases.Approve} {
		next, err := cases.Next(at, e)
		if errors.Is(err, cases.ErrIllegal) {
			fmt.Println(err)
			continue
		}
		fmt.Println(at, "→", next)
		at = next
	}
	// Output:
	// new → flagged
	// flagged → waiting
	// waiting → approved
	// approve while approved: not possible in this state
}

// Only a send of which it is proven that nothing left may be tried again. An
// error that nobody foresaw is unknown, never a retry.
func ExampleOutcomeOf() {
	fmt.Println(cases.OutcomeOf(nil))
	fmt.Println(cases.OutcomeOf(fmt.Errorf("dialling: %w", cases.ErrNotSent)))
	fmt.Println(cases.OutcomeOf(fmt.Errorf("posting: %w", cases.ErrRefused)))
	fmt.Println(cases.OutcomeOf(errors.New("connection reset by peer")))
	// Output:
	// delivered
	// not-sent
	// refused
	// unknown
}

package cases

import "fmt"

// Fault is one mistake in a part of config.yaml, found by the part's own kind.
type Fault struct {
	Field   string // path below the part: "url", "thread.id"
	Problem string // what is wrong
	Write   string // what to write instead
}

// Faults are mistakes in the order in which they are told.
type Faults []Fault

// Add notes one more mistake.
func (f *Faults) Add(field, problem, write string) {
	*f = append(*f, Fault{Field: field, Problem: problem, Write: write})
}

// SetUp returns the first fault in the settings of a part as the error of the
// part's New, or nil when there is none. name is what config.yaml calls the
// part.
func SetUp(name string, faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("setting up %s: %s %s", name, faults[0].Field, faults[0].Problem)
}

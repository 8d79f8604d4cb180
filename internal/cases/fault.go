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

// Add notes another one.
func (f *Faults) Add(field, problem, write string) {
	*f = append(*f, Fault{Field: field, Problem: problem, Write: write})
}

// SetUp turns the first fault of the settings of a part, whose name is given,
// into the error of the part's New; nil when there is none.
func SetUp(name string, faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("setting up %s: %s %s", name, faults[0].Field, faults[0].Problem)
}

package faketest

import (
	"strings"
	"testing"

	"rasid/internal/cases"
)

// Canary stands in what must be shown to nobody.
const Canary = "CANARY"

// Mistakes checks which fields of a configuration are called wrong, in order and
// with spaces between them, that each fault says what is wrong and what to write,
// and that none shows a secret.
func Mistakes(t *testing.T, faults []cases.Fault, want string) {
	t.Helper()
	fields := make([]string, len(faults))
	for i, f := range faults {
		fields[i] = f.Field
		if f.Problem == "" || f.Write == "" {
			t.Errorf("%+v does not say what is wrong or what to write", f)
		}
		if strings.Contains(f.Problem, Canary) {
			t.Errorf("%s: a secret is shown: %s", f.Field, f.Problem)
		}
	}
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("wrong are %q, want %q: %+v", got, want, faults)
	}
}

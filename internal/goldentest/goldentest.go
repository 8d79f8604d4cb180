// Package goldentest compares what the program makes with a file that a person
// has read and kept, and finds the texts of others that are kept elsewhere.
package goldentest

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Compare fails the test when got is not what the file at path holds. With
// update the file is written anew first, for a person to look at the difference.
func Compare(t testing.TB, path, got string, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), got); diff != "" {
		t.Errorf("%s is not what is made now; write it anew with -update and look at it (-file +now):\n%s", path, diff)
	}
}

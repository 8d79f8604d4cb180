package watcherstest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/goldentest"
	"rasid/watchers"
)

// Fixtures reads each testdata/*.in as what a platform answers to a first look,
// and compares the mentions that the source makes of it with the *.json beside
// it. open makes a source to which the platform answers so; it tells sorts of
// answers apart by the name of the file, without its ending. With update the
// expected files are written anew.
func Fixtures(t *testing.T, update bool, open func(t *testing.T, name string, answer []byte) watchers.Source) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.in"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, in := range files {
		golden := strings.TrimSuffix(in, ".in") + ".json"
		name := strings.TrimSuffix(filepath.Base(in), ".in")
		t.Run(name, func(t *testing.T) {
			answer, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			page, err := open(t, name, answer).Poll(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			Golden(t, golden, page, update)
		})
	}
}

// Golden compares a page with the file that a person has read and kept, as
// JSON and without its cursor, which only the source understands.
func Golden(t *testing.T, file string, page cases.Page, update bool) {
	t.Helper()
	page.Next = ""
	got, err := json.MarshalIndent(page, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	goldentest.Compare(t, file, string(got)+"\n", update)
}

package lines_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/lines"
)

func TestEntriesKeepTheNumberOfTheirLine(t *testing.T) {
	var got []string
	for n, line := range lines.Of("# a remark\n\nfirst\tone\n  \n# another\r\nsecond\t\r\nlast") {
		got = append(got, fmt.Sprintf("%d %q", n, line))
	}
	want := []string{`3 "first\tone"`, `6 "second\t"`, `7 "last"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestReadingEndsWhereTheReaderDoes(t *testing.T) {
	n := 0
	for range lines.Of("a\nb\nc\n") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("read %d entries after the second was enough", n)
	}
}

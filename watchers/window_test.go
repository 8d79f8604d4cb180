package watchers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

func at(id string, minutes int) cases.Mention {
	return cases.Mention{ID: id, PostedAt: noon.Add(time.Duration(minutes) * time.Minute)}
}

func names(ms []cases.Mention) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

func TestAWindowGivesEachMentionOnceEvenWhenTheIndexIsLate(t *testing.T) {
	var c cases.Cursor
	for i, tc := range []struct {
		listed []cases.Mention
		want   string
	}{
		{[]cases.Mention{at("b", 10), at("a", 0)}, "a b"},
		{[]cases.Mention{at("b", 10), at("a", 0)}, ""},
		{[]cases.Mention{at("c", 20), at("b", 10), at("late", 5), at("a", 0)}, "late c"},
		{[]cases.Mention{at("d", 20), at("c", 20)}, "d"}, // the same second
		{[]cases.Mention{at("e", 100), at("d", 20)}, "e"},
		{[]cases.Mention{at("too late", 30), at("e", 100)}, ""},
		{[]cases.Mention{at("f", 101), at("late again", 50), at("e", 100)}, "late again f"},
		{[]cases.Mention{at("h", 180), at("g", 120)}, "g h"}, // an hour apart to the second
		{[]cases.Mention{at("h", 180), at("g", 120)}, ""},
	} {
		w, ok := readWindow(c)
		if !ok {
			t.Fatal("the cursor cannot be read")
		}
		var got []cases.Mention
		if got, c = w.Take(tc.listed, w.From(noon, time.Hour)); names(got) != tc.want {
			t.Errorf("look %d: %q, want %q", i, names(got), tc.want)
		}
	}
}

func TestAWindowStaysBoundedAndSurvivesNonsense(t *testing.T) {
	w, _ := readWindow("")
	var many []cases.Mention
	for i := range 5000 {
		many = append(many, at(fmt.Sprint(i), 0))
	}
	_, c := w.Take(many, noon.Add(-time.Hour))
	if w, ok := readWindow(c); !ok || len(w.Seen) != maxWindow {
		t.Errorf("%d ids are kept, %v", len(w.Seen), ok)
	}
	for _, bad := range []cases.Cursor{"{", "null", `{"v":9}`, "\x00", `{"v":1,"until":"x"}`} {
		if w, ok := readWindow(bad); ok || w.V != 1 || !w.Until.IsZero() {
			t.Errorf("%q was read as %+v", bad, w)
		}
	}
	if from := (Window{}).From(noon, 48*time.Hour); !from.Equal(noon.Add(-48 * time.Hour)) {
		t.Errorf("the first look goes back to %v", from)
	}
}

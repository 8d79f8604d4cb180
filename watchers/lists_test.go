package watchers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// board lists mentions, the newest first, by pages of two.
type board struct {
	posts []cases.Mention // oldest first
	reads int
}

func (b *board) read(_ context.Context, _ time.Time, token string) (found []cases.Mention, next string, err error) {
	b.reads++
	skip := len(token) * 2
	for i := len(b.posts) - 1 - skip; i >= 0; i-- {
		if len(found) == 2 {
			return found, token + "+", nil
		}
		found = append(found, b.posts[i])
	}
	return found, "", nil
}

func posted(id, text string, minutesAgo int) cases.Mention {
	return cases.Mention{ID: id, Text: text, PostedAt: noon.Add(-time.Duration(minutesAgo) * time.Minute)}
}

// words shows what a page brought.
func words(p cases.Page) string {
	var out []string
	for _, m := range p.Mentions {
		s := m.ID + ":" + m.Text
		if m.Gone {
			s = m.ID + " gone"
		}
		if !m.EditedAt.IsZero() {
			s += " (edited)"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestSeveralListsGiveEachThingOnceAndEditsAgain(t *testing.T) {
	a, b := &board{}, &board{}
	var looked [][]string
	now := map[string]cases.Mention{}
	l := Lists{Now: noon, MaxAge: 24 * time.Hour, Lists: []List{{Name: "a", Read: a.read}, {Name: "b", Read: b.read}},
		Again: Again{Look: func(_ context.Context, ids []string) (out []cases.Mention, err error) {
			looked = append(looked, slices.Clone(ids))
			for _, id := range ids {
				if m, ok := now[id]; ok {
					out = append(out, m)
				}
			}
			return out, nil
		}, Every: 30 * time.Minute}}
	var c cases.Cursor
	look := func(after time.Duration, want string) {
		t.Helper()
		l.Now = noon.Add(after)
		p, err := l.Poll(t.Context(), c)
		if err != nil || words(p) != want || p.Gap != "" {
			t.Fatalf("%q, gap %q, %v, want %q", words(p), p.Gap, err, want)
		}
		c = p.Next
	}
	a.posts = []cases.Mention{posted("old", "x", 60*25), posted("1", "one", 300), posted("2", "two", 200), posted("3", "three", 90), posted("5", "five", 8)}
	b.posts = []cases.Mention{posted("3", "three", 90), posted("4", "four", 5)}
	look(0, "1:one, 2:two, 3:three, 5:five, 4:four")
	if len(looked) != 0 {
		t.Error("what was just read was looked at again")
	}
	look(time.Minute, "")
	a.posts[3].Text, b.posts[0].Text = "THREE", "THREE"
	look(2*time.Minute, "3:THREE (edited)")
	look(3*time.Minute, "")
	now["1"], now["2"] = cases.Mention{ID: "1", Gone: true}, posted("2", "TWO", 200) // no list reaches so far back
	look(40*time.Minute, "1 gone, 2:TWO (edited)")
	if len(looked) != 1 || strings.Join(looked[0], " ") != "4 5 3 2 1" {
		t.Errorf("looked at %v", looked)
	}
	look(41*time.Minute, "")
	look(80*time.Minute, "")
	if len(looked) != 2 || strings.Join(looked[1], " ") != "4 5 3 2" {
		t.Errorf("looked at %v", looked)
	}
	look(49*time.Hour, "")
	if len(looked) != 2 {
		t.Errorf("things of two days ago were looked at: %v", looked)
	}
}

func TestANewListBeginsAtItsOwnBeginning(t *testing.T) {
	a, b := &board{posts: []cases.Mention{posted("1", "one", 10)}}, &board{posts: []cases.Mention{posted("2", "two", 600)}}
	l := Lists{Now: noon, MaxAge: 24 * time.Hour, Lists: []List{{Name: "a", Read: a.read}}}
	first, err := l.Poll(t.Context(), "")
	if err != nil || words(first) != "1:one" {
		t.Fatal(words(first), err)
	}
	l.Lists = append(l.Lists, List{Name: "b", Read: b.read})
	if p, err := l.Poll(t.Context(), first.Next); err != nil || words(p) != "2:two" {
		t.Error(words(p), err)
	}
}

func TestMoreThanOneLookReadsIsAGap(t *testing.T) {
	b := &board{}
	for i := range 30 {
		b.posts = append(b.posts, posted(fmt.Sprint(i), "x", 100-i))
	}
	l := Lists{Now: noon, MaxAge: 24 * time.Hour, Lists: []List{{Name: "r/noor", Pages: 3, Read: b.read}}}
	p, err := l.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 6 || !strings.Contains(p.Gap, "r/noor") || b.reads != 3 {
		t.Errorf("%d mentions after %d reads, gap %q, %v", len(p.Mentions), b.reads, p.Gap, err)
	}
}

func TestLookingAgainNeverStandsInTheWayOfWhatIsNew(t *testing.T) {
	b := &board{posts: []cases.Mention{posted("1", "one", 10)}}
	l := Lists{Now: noon, MaxAge: 24 * time.Hour, Lists: []List{{Read: b.read}},
		Again: Again{Look: func(context.Context, []string) ([]cases.Mention, error) { return nil, errors.New("blocked") }}}
	first, err := l.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	b.posts = append(b.posts, posted("2", "two", 1))
	l.Now = noon.Add(2 * time.Hour)
	p, err := l.Poll(t.Context(), first.Next)
	if err != nil || words(p) != "2:two" {
		t.Errorf("%s %v", words(p), err)
	}
	if _, err = l.Poll(t.Context(), p.Next); err == nil || !strings.Contains(err.Error(), "blocked") {
		t.Errorf("nobody hears of it: %v", err)
	}
}

func TestManyThingsAreLookedAtInTurn(t *testing.T) {
	b := &board{posts: []cases.Mention{posted("1", "x", 300), posted("2", "x", 200), posted("3", "x", 100)}}
	var looked []string
	l := Lists{Now: noon, MaxAge: 24 * time.Hour, Lists: []List{{Read: b.read}}, Again: Again{Most: 2, Look: func(_ context.Context, ids []string) ([]cases.Mention, error) {
		looked = append(looked, strings.Join(ids, "+"))
		return nil, nil
	}}}
	var c cases.Cursor
	for i := range 4 {
		l.Now = noon.Add(time.Duration(i) * 2 * time.Hour)
		p, err := l.Poll(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		c = p.Next
	}
	if got := strings.Join(looked, " "); got != "3+2 1+3 2+3" {
		t.Errorf("looked at %s", got)
	}
}

func TestAnOverlongCursorIsKeptBounded(t *testing.T) {
	b := &board{}
	for i := range 3000 {
		b.posts = append(b.posts, posted(fmt.Sprint(i), "x", 1))
	}
	l := Lists{Now: noon, MaxAge: time.Hour, Lists: []List{{Read: b.read, Pages: 2000}}}
	p, err := l.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 3000 || len(p.Next) > 64<<10 {
		t.Errorf("%d mentions, a cursor of %d bytes, %v", len(p.Mentions), len(p.Next), err)
	}
	for _, bad := range []cases.Cursor{"{", "null", `{"v":9}`, `{"v":1,"until":"2026-11-22T12:00:00Z"}`} {
		if p, err := l.Poll(t.Context(), bad); err != nil || p.Gap == "" {
			t.Errorf("%q: gap %q, %v", bad, p.Gap, err)
		}
	}
}

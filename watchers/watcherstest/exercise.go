// Package watcherstest holds what every source must keep, whatever platform it
// reads: lossless reading, honest failures, and text that is text.
package watcherstest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"rasid/internal/cases"
	"rasid/watchers"
)

// Bench is a fake platform with one source on it.
type Bench struct {
	// Open makes a new source on the same platform, as after a restart.
	Open func() watchers.Source
	// Say makes n more things to be said in public, which the source must see.
	Say func(n int)
	// Fail makes the platform answer with errors; with false it is well again.
	// nil when the platform cannot fail.
	Fail func(bool)
	// Hang makes the platform accept requests and never answer them; with false
	// it is well again. nil when the platform cannot hang.
	Hang func(bool)
	// Secrets are values that must not appear in any error.
	Secrets []string
	// Now is the clock of the source.
	Now func() time.Time
}

// Numbered is a Say that calls one for each thing, with 1, 2, 3 and so on.
func Numbered(one func(n int)) func(int) {
	said := 0
	return func(more int) {
		for range more {
			said++
			one(said)
		}
	}
}

// Poll reads a page that must be readable.
func Poll(t *testing.T, s watchers.Source, after cases.Cursor) cases.Page {
	t.Helper()
	p, err := s.Poll(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Bounds of the suite.
const (
	maxPages = 100              // in one go, before a source counts as endless
	patience = 10 * time.Second // for something that should be immediate
)

// Exercise runs the suite. open starts a fresh platform each time it is called
// and stops it in t.Cleanup.
func Exercise(t *testing.T, open func(t *testing.T) Bench) {
	t.Helper()
	tests := []struct {
		name string
		run  func(*testing.T, Bench)
	}{
		{"the same cursor gives the same page", sameCursorSamePage},
		{"a restart loses nothing", restartLosesNothing},
		{"a page that was not recorded comes again", unrecordedComesAgain},
		{"mentions are well formed", wellFormed},
		{"a cancelled context returns at once", cancelled},
		{"a platform that fails is an error", failing},
		{"a platform that hangs lets go", hanging},
		{"an unreadable cursor is survived", strangeCursor},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Run("", func(t *testing.T) { tc.run(t, open(t)) }) // its cleanups run before the leak check
			if err := goleak.Find(before); err != nil {
				t.Errorf("goroutines were left: %v", err)
			}
		})
	}
}

// drain reads pages until nothing more is waiting.
func drain(t *testing.T, s watchers.Source, after cases.Cursor) ([]cases.Mention, cases.Cursor) {
	t.Helper()
	var all []cases.Mention
	for range maxPages {
		p, err := s.Poll(t.Context(), after)
		if err != nil {
			t.Fatalf("polling: %v", err)
		}
		all, after = append(all, p.Mentions...), p.Next
		if !p.More {
			return all, after
		}
	}
	t.Fatalf("%d pages, and still more", maxPages)
	return nil, ""
}

func sameCursorSamePage(t *testing.T, b Bench) {
	s := b.Open()
	b.Say(3)
	_, after := drain(t, s, "")
	b.Say(4)
	for _, from := range []cases.Cursor{"", after} {
		first, err := s.Poll(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			again, err := b.Open().Poll(t.Context(), from)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first.Mentions, again.Mentions); diff != "" || first.Next != again.Next {
				t.Errorf("the page after %.60q changed: %s", from, diff)
			}
		}
	}
}

func restartLosesNothing(t *testing.T, b Bench) {
	b.Say(5)
	first, after := drain(t, b.Open(), "")
	if len(first) == 0 {
		t.Fatal("the first look brought nothing")
	}
	seen := map[string]bool{}
	count := func(ms []cases.Mention) (fresh int) {
		for _, m := range ms {
			if seen[m.ID] {
				t.Errorf("%s was given twice", m.ID)
			}
			seen[m.ID] = true
			fresh++
		}
		return fresh
	}
	count(first)
	for _, n := range []int{1, 7, 0, 3} {
		b.Say(n)
		var more []cases.Mention
		more, after = drain(t, b.Open(), after)
		if got := count(more); got != n {
			t.Errorf("%d things were said, %d were read", n, got)
		}
	}
}

func unrecordedComesAgain(t *testing.T, b Bench) {
	s := b.Open()
	b.Say(2)
	_, after := drain(t, s, "")
	b.Say(3)
	lost, _ := drain(t, s, after) // read, and then the process dies before recording
	again, _ := drain(t, s, after)
	if len(lost) != 3 {
		t.Fatalf("3 things were said, %d were read", len(lost))
	}
	if diff := cmp.Diff(ids(lost), ids(again)); diff != "" {
		t.Errorf("not the same again: %s", diff)
	}
}

func ids(ms []cases.Mention) (out []string) {
	for _, m := range ms {
		out = append(out, m.ID)
	}
	return out
}

func wellFormed(t *testing.T, b Bench) {
	s := b.Open()
	b.Say(12)
	all, _ := drain(t, s, "")
	now := b.Now()
	last := time.Time{}
	for _, m := range all {
		if m.ID == "" || m.Source == "" {
			t.Errorf("no id or no source: %+v", m)
		}
		if m.Text == "" && m.Title == "" && m.Stars == 0 && !m.Gone {
			t.Errorf("%s says nothing", m.ID)
		}
		if m.PostedAt.IsZero() || m.PostedAt.After(now.Add(5*time.Minute)) || m.EditedAt.After(now.Add(5*time.Minute)) {
			t.Errorf("%s: said at %v, edited at %v, and now is %v", m.ID, m.PostedAt, m.EditedAt, now)
		}
		if m.PostedAt.Before(last) {
			t.Errorf("%s comes after something newer", m.ID)
		}
		last = m.PostedAt
		if m.Stars < 0 || m.Stars > 5 {
			t.Errorf("%s has %d stars", m.ID, m.Stars)
		}
		if m.URL != "" && !strings.HasPrefix(m.URL, "https://") && !strings.HasPrefix(m.URL, "http://") && !strings.HasPrefix(m.URL, "tg://") {
			t.Errorf("%s: link %q cannot be opened", m.ID, m.URL)
		}
		for _, text := range []string{m.Title, m.Text, m.Author, m.ID} {
			if why := notPlain(text); why != "" {
				t.Errorf("%s: %.60q %s", m.ID, text, why)
			}
		}
	}
}

func notPlain(s string) string {
	if !utf8.ValidString(s) {
		return "is not valid UTF-8"
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return fmt.Sprintf("holds the control character %U", r)
		}
	}
	if len(s) > 64<<10 {
		return "is longer than 64 KiB"
	}
	return ""
}

// within runs Poll and fails when it does not come back in time.
func within(t *testing.T, ctx context.Context, s watchers.Source) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := s.Poll(ctx, "")
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatalf("still polling after %v", patience)
		return nil
	}
}

func cancelled(t *testing.T, b Bench) {
	b.Say(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := within(t, ctx, b.Open()); err == nil {
		t.Error("no error")
	}
}

func failing(t *testing.T, b Bench) {
	if b.Fail == nil {
		t.Skip("this platform cannot fail")
	}
	s := b.Open()
	b.Say(2)
	_, after := drain(t, s, "")
	b.Say(2)
	b.Fail(true)
	p, err := s.Poll(t.Context(), after)
	if err == nil {
		t.Fatalf("an answer that is an error gave %+v", p)
	}
	for _, secret := range b.Secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in the error: %v", err)
		}
	}
	b.Fail(false)
	if more, _ := drain(t, b.Open(), after); len(more) != 2 {
		t.Errorf("afterwards %d of 2 were read", len(more))
	}
}

func hanging(t *testing.T, b Bench) {
	if b.Hang == nil {
		t.Skip("this platform cannot hang")
	}
	b.Hang(true)
	defer b.Hang(false)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := within(t, ctx, b.Open())
	if err == nil {
		t.Fatal("no error")
	}
	for _, secret := range b.Secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in the error: %v", err)
		}
	}
}

func strangeCursor(t *testing.T, b Bench) {
	b.Say(2)
	for _, c := range []cases.Cursor{"\x00", "{", "null", `{"v":99}`, "-1", "9223372036854775808", cases.Cursor(strings.Repeat("[", 1<<16))} {
		p, err := b.Open().Poll(t.Context(), c)
		if err == nil && len(p.Mentions) == 0 && p.Gap == "" && p.Next != c {
			t.Errorf("cursor %.20q: it moved to %.60q without a word", c, p.Next)
		}
	}
}

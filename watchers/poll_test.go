package watchers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
)

// book is a Book in memory that refuses what the test tells it to.
type book struct {
	cursor   cases.Cursor
	mentions []cases.Mention
	gaps     []string
	status   cases.SourceStatus
	poison   string // ID that is never taken
	down     bool
	flaky    bool // refuses every other call
	calls    int
	fails    map[int]bool // by number of the call
}

func (b *book) Cursor(context.Context, string) (cases.Cursor, error) { return b.cursor, nil }

func (b *book) Record(_ context.Context, _ string, p cases.Page, _ time.Time) (int, error) {
	if b.calls++; b.down || b.flaky && b.calls%2 == 1 || b.fails[b.calls] {
		return 0, errors.New("database is down")
	}
	for _, m := range p.Mentions {
		if m.ID == b.poison {
			return 0, errors.New("invalid byte sequence")
		}
	}
	known := map[string]bool{}
	for _, m := range b.mentions {
		known[m.ID] = true
	}
	added := 0
	for _, m := range p.Mentions {
		if !known[m.ID] {
			b.mentions = append(b.mentions, m)
			added++
		}
	}
	b.cursor = p.Next
	if p.Gap != "" {
		b.gaps = append(b.gaps, p.Gap)
	}
	return added, nil
}

func (b *book) SaveStatus(_ context.Context, s cases.SourceStatus) error {
	b.status = s
	return nil
}

// script is a Source that answers with what the test wrote.
type script func(ctx context.Context, after cases.Cursor) (cases.Page, error)

func (s script) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	return s(ctx, after)
}

func said(ids ...string) []cases.Mention {
	var out []cases.Mention
	for _, id := range ids {
		out = append(out, cases.Mention{ID: id, Text: id})
	}
	return out
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestAPageIsRecordedWithItsCursorAndTheNextStepIsDueAfterTheInterval(t *testing.T) {
	b := &book{}
	w := &Watcher{Name: "s", Kind: "feed", Book: b, Every: 5 * time.Minute, Limits: "no replies",
		Source: script(func(_ context.Context, after cases.Cursor) (cases.Page, error) {
			return cases.Page{Mentions: said("1", "2"), Next: after + "x"}, nil
		})}
	if next := w.Step(t.Context(), noon); !next.Equal(noon.Add(5 * time.Minute)) {
		t.Errorf("next step at %v", next)
	}
	if b.cursor != "x" || len(b.mentions) != 2 {
		t.Errorf("cursor %q, %d mentions", b.cursor, len(b.mentions))
	}
	if s := b.status; s.Source != "s" || s.Kind != "feed" || s.Seen != 2 || !s.LastOK.Equal(noon) || !s.LastNew.Equal(noon) || s.Stalled || s.Limits == "" {
		t.Errorf("status %+v", s)
	}
	w.Step(t.Context(), noon.Add(time.Minute))
	if b.cursor != "x" {
		t.Error("it polled before it was due")
	}
}

func TestRejectedRepliesAreToldAtEveryLookThatSeesThem(t *testing.T) {
	var told []string
	w := &Watcher{Name: "s", Book: &book{}, Every: time.Minute,
		Source: script(func(context.Context, cases.Cursor) (cases.Page, error) {
			return cases.Page{Rejected: []cases.Rejected{{Mention: "1"}}, Next: "x"}, nil
		}),
		Rejected: func(_ context.Context, source string, list []cases.Rejected, now time.Time) {
			told = append(told, fmt.Sprint(source, list[0].Mention, now.Sub(noon)))
		},
	}
	w.Step(t.Context(), w.Step(t.Context(), noon)) // the second brings nothing new
	if diff := cmp.Diff([]string{"s10s", "s11m0s"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatIsAboutUsIsKept(t *testing.T) {
	b := &book{}
	all := said("brand", "other", "direct", "gone", "broken")
	all[2].Direct, all[3].Gone = true, true
	w := &Watcher{Name: "s", Book: b, Every: time.Minute,
		Source: script(func(context.Context, cases.Cursor) (cases.Page, error) {
			return cases.Page{Mentions: all, Next: "1"}, nil
		}),
		Match: func(m cases.Mention) bool {
			if m.ID == "broken" {
				panic("a bug in matching")
			}
			return m.ID == "brand"
		}}
	w.Step(t.Context(), noon)
	var got []string
	for _, m := range b.mentions {
		got = append(got, m.ID)
	}
	if strings.Join(got, " ") != "brand direct gone broken" {
		t.Errorf("kept %v", got)
	}
}

func TestPausesGrowAreCappedAndObeyThePlatform(t *testing.T) {
	answer := errors.New("no route")
	b := &book{}
	w := &Watcher{Name: "s", Book: b, Every: time.Minute,
		Source: script(func(context.Context, cases.Cursor) (cases.Page, error) { return cases.Page{Next: "1"}, answer })}
	now, last := noon, time.Duration(0)
	for i := range 12 {
		next := w.Step(t.Context(), now)
		pause := next.Sub(now)
		if pause < 48*time.Second || pause > longestPause*6/5 {
			t.Fatalf("pause %d is %v", i, pause)
		}
		if i < 4 && pause < last {
			t.Errorf("pause %d shrank from %v to %v", i, last, pause)
		}
		if want := i+1 >= stallAfter; b.status.Stalled != want {
			t.Errorf("after %d errors stalled is %v", i+1, b.status.Stalled)
		}
		now, last = next, pause
	}
	if last < 48*time.Minute {
		t.Errorf("after twelve errors the pause is %v", last)
	}
	answer = fmt.Errorf("reading: %w", &cases.LaterError{After: 7 * time.Hour})
	if next := w.Step(t.Context(), now); !next.Equal(now.Add(7 * time.Hour)) {
		t.Errorf("asked to wait seven hours, next step after %v", next.Sub(now))
	} else {
		now = next
	}
	answer = nil
	if next := w.Step(t.Context(), now); !next.Equal(now.Add(time.Minute)) || b.status.Stalled || b.status.ErrorsInRow != 0 || b.status.LastError != "" {
		t.Errorf("after a good poll: next %v, status %+v", next.Sub(now), b.status)
	}
}

func TestAPauseThePlatformAskedForSurvivesARestart(t *testing.T) {
	polls := 0
	src := script(func(context.Context, cases.Cursor) (cases.Page, error) {
		polls++
		return cases.Page{}, &cases.LaterError{After: time.Hour}
	})
	b := &book{}
	(&Watcher{Name: "s", Book: b, Every: time.Minute, Source: src}).Step(t.Context(), noon)
	again := &Watcher{Name: "s", Book: b, Every: time.Minute, Source: src, Status: b.status}
	if next := again.Step(t.Context(), noon.Add(59*time.Minute)); polls != 1 || !next.Equal(noon.Add(time.Hour)) {
		t.Errorf("%d polls, next %v", polls, next)
	}
	if again.Step(t.Context(), noon.Add(time.Hour)); polls != 2 {
		t.Errorf("%d polls after the pause", polls)
	}
}

// TestAClockThatWasYearsAheadSilencesNoSource jumps forward and comes back, also
// across a restart; the pause a platform asked for is kept, whatever the clock says.
func TestAClockThatWasYearsAheadSilencesNoSource(t *testing.T) {
	ahead := noon.AddDate(10, 0, 0)
	for name, restart := range map[string]bool{"while it runs": false, "across a restart": true} {
		t.Run(name, func(t *testing.T) {
			b := &book{}
			var fail error
			looks := 0
			src := script(func(context.Context, cases.Cursor) (cases.Page, error) {
				looks++
				return cases.Page{Mentions: said(fmt.Sprint(looks)), Next: cases.Cursor(fmt.Sprint(looks))}, fail
			})
			w := &Watcher{Name: "s", Book: b, Every: time.Minute, Quiet: time.Hour, Source: src}
			w.Step(t.Context(), noon)
			w.Step(t.Context(), ahead)
			if restart {
				w = &Watcher{Name: "s", Book: b, Every: time.Minute, Quiet: time.Hour, Source: src, Status: b.status}
			}
			back := noon.Add(2 * time.Minute)
			if next := w.Step(t.Context(), back); !next.Equal(back.Add(time.Minute)) || looks != 2 {
				t.Errorf("after the clock came back the next look is at %v, after %d looks", next, looks)
			}
			fail = &cases.LaterError{After: time.Hour, Err: errors.New("429")}
			back = back.Add(time.Minute)
			w.Step(t.Context(), back)
			if looks != 3 {
				t.Fatalf("%d looks a minute later, want 3", looks)
			}
			back = back.Add(-time.Second) // as time servers do
			if next := w.Step(t.Context(), back); next.Sub(back) < time.Hour || looks != 3 {
				t.Errorf("of the hour the platform asked for %v is left, after %d looks", next.Sub(back), looks)
			}
			if st := w.Status; st.LastOK.After(back) || st.LastNew.After(back) || st.LastTry.After(back) {
				t.Errorf("the status tells of the future: %+v", st)
			}
		})
	}
}

func TestMoreIsFetchedWithoutAPauseAndAWaitIsKept(t *testing.T) {
	page := cases.Page{More: true}
	w := &Watcher{Name: "s", Book: &book{}, Every: time.Minute, Source: script(func(context.Context, cases.Cursor) (cases.Page, error) { return page, nil })}
	if next := w.Step(t.Context(), noon); !next.Equal(noon) {
		t.Errorf("more is waiting, next %v", next)
	}
	page = cases.Page{Wait: time.Hour}
	if next := w.Step(t.Context(), noon); !next.Equal(noon.Add(time.Hour)) {
		t.Errorf("asked to wait, next %v", next)
	}
}

func TestAPanicIsAnErrorOfThatSource(t *testing.T) {
	b := &book{}
	w := &Watcher{Name: "s", Book: b, Every: time.Minute, Source: script(func(context.Context, cases.Cursor) (cases.Page, error) { panic("bug") })}
	w.Step(t.Context(), noon)
	if !strings.Contains(b.status.LastError, "panicked: bug") {
		t.Errorf("status %+v", b.status)
	}
}

func TestAMentionTheBookCannotTakeIsParkedAndTheRestGoesOn(t *testing.T) {
	b := &book{poison: "2"}
	w := &Watcher{Name: "s", Book: b, Every: time.Minute,
		Source: script(func(context.Context, cases.Cursor) (cases.Page, error) {
			return cases.Page{Mentions: said("1", "2", "3"), Next: "done"}, nil
		})}
	now := noon
	for range poisonAfter {
		if b.cursor == "done" {
			t.Fatal("it gave up on the page too early")
		}
		now = w.Step(t.Context(), now)
	}
	if b.cursor != "done" || len(b.mentions) != 2 || len(b.gaps) != 1 || !strings.Contains(b.gaps[0], `"2"`) {
		t.Errorf("cursor %q, %d mentions, gaps %q", b.cursor, len(b.mentions), b.gaps)
	}
	if b.status.ErrorsInRow != 0 || b.status.Seen != 2 {
		t.Errorf("status %+v", b.status)
	}
}

func TestADatabaseThatIsDownLosesNothing(t *testing.T) {
	b := &book{down: true}
	w := &Watcher{Name: "s", Book: b, Every: time.Minute,
		Source: script(func(_ context.Context, after cases.Cursor) (cases.Page, error) {
			return cases.Page{Mentions: said("1", "2"), Next: "done"}, nil
		})}
	now := noon
	for range 3 * poisonAfter {
		now = w.Step(t.Context(), now)
	}
	if b.cursor != "" {
		t.Fatalf("the cursor moved to %q", b.cursor)
	}
	b.down = false
	w.Step(t.Context(), now)
	if b.cursor != "done" || len(b.mentions) != 2 || len(b.gaps) != 0 {
		t.Errorf("cursor %q, %d mentions, gaps %q", b.cursor, len(b.mentions), b.gaps)
	}
}

func TestADatabaseThatComesAndGoesLosesNothing(t *testing.T) {
	for _, poison := range []string{"", "2"} {
		b := &book{flaky: true, poison: poison}
		w := &Watcher{Name: "s", Book: b, Every: time.Minute,
			Source: script(func(context.Context, cases.Cursor) (cases.Page, error) {
				return cases.Page{Mentions: said("1", "2", "3", "4", "5"), Next: "done"}, nil
			})}
		now := noon
		for range 6 * poisonAfter {
			now = w.Step(t.Context(), now)
			b.calls++ // so that the parity differs from step to step
		}
		for _, m := range said("1", "3", "4", "5") {
			found := false
			for _, have := range b.mentions {
				found = found || have.ID == m.ID
			}
			if !found && b.cursor == "done" {
				t.Errorf("poison %q: %s was lost", poison, m.ID)
			}
		}
	}
}

func TestAMentionIsParkedOnlyWhenTheBookIsProvenWell(t *testing.T) {
	// Calls 1 to 3 are the page, 4 the mention alone, 5 an empty page, 6 the
	// mention again, 7 the closing empty page.
	for name, fails := range map[string]map[int]bool{
		"down before": {1: true, 2: true, 3: true, 4: true, 5: true},
		"down after":  {1: true, 2: true, 3: true, 4: true, 6: true, 7: true},
	} {
		b := &book{fails: fails}
		w := &Watcher{Name: "s", Book: b, Every: time.Minute,
			Source: script(func(context.Context, cases.Cursor) (cases.Page, error) {
				return cases.Page{Mentions: said("1"), Next: "done"}, nil
			})}
		now := noon
		for range poisonAfter {
			now = w.Step(t.Context(), now)
		}
		if b.cursor == "done" {
			t.Errorf("%s: the mention was given up", name)
		}
		if w.Step(t.Context(), now); len(b.mentions) != 1 || b.cursor != "done" {
			t.Errorf("%s: afterwards %d mentions, cursor %q", name, len(b.mentions), b.cursor)
		}
	}
}

func TestStoppingIsNotAnErrorOfTheSource(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := &book{}
	w := &Watcher{Name: "s", Book: b, Every: time.Minute, Source: script(func(ctx context.Context, _ cases.Cursor) (cases.Page, error) {
		cancel()
		return cases.Page{}, ctx.Err()
	})}
	w.Step(ctx, noon)
	if w.Status.ErrorsInRow != 0 {
		t.Errorf("status %+v", w.Status)
	}
}

func TestLongSilenceIsAStall(t *testing.T) {
	b := &book{}
	page := cases.Page{Mentions: said("1")}
	w := &Watcher{Name: "s", Book: b, Every: time.Minute, Quiet: 24 * time.Hour, Source: script(func(context.Context, cases.Cursor) (cases.Page, error) { return page, nil })}
	w.Step(t.Context(), noon)
	page = cases.Page{}
	w.Step(t.Context(), noon.Add(23*time.Hour))
	if b.status.Stalled {
		t.Error("stalled after 23 hours")
	}
	w.Step(t.Context(), noon.Add(25*time.Hour))
	if !b.status.Stalled {
		t.Error("not stalled after 25 hours")
	}
}

func TestTheStatusTellsWhatIsLeftOfThePlatformsLimit(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	b := &book{}
	looks := []func(ctx context.Context) error{
		func(ctx context.Context) error {
			cases.Hear(ctx, cases.Allowance{Left: 7, Most: 300, At: start})
			return nil
		},
		func(context.Context) error { return nil }, // nothing said: what was said before stands
		func(ctx context.Context) error {
			cases.Hear(ctx, cases.Allowance{Left: 0, Most: 300, At: start.Add(time.Hour)})
			return errors.New("answered 429")
		},
	}
	w := &Watcher{Name: "shop", Book: b, Every: time.Minute, Source: script(func(ctx context.Context, _ cases.Cursor) (cases.Page, error) {
		look := looks[0]
		looks = looks[1:]
		return cases.Page{}, look(ctx)
	})}
	now := start
	for i, want := range []int64{7, 7, 0} {
		now = w.Step(t.Context(), now)
		if got := b.status.Allowance; got.Left != want || got.Most != 300 {
			t.Errorf("after look %d: %+v, want %d left", i+1, got, want)
		}
	}
}

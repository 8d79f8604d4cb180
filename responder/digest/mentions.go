package digest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
)

const (
	// worstShown is how many of the worst mentions a digest names.
	worstShown = 3
	// daysShown is the length of the row of days, two weeks to compare.
	daysShown = 14
	// memory is how many days back a complaint counts for "recovered".
	memory = 30
)

// mentions counts what was said, and returns it.
func (f *Figures) mentions(ctx context.Context, book Book) ([]cases.Scored, error) {
	previous, week := f.before(), Span{From: addDays(f.From, -7), To: f.From}
	since := addDays(f.From, -memory)
	first := addDays(f.To, -max(daysShown, f.Length()))
	for _, t := range []time.Time{previous.From, first} {
		if t.Before(since) {
			since = t
		}
	}
	said, err := book.MentionsBetween(ctx, since, f.To)
	if err != nil {
		return nil, fmt.Errorf("reading mentions: %w", err)
	}
	said = slices.DeleteFunc(said, func(m cases.Scored) bool { return m.Mention.Ours || m.Mention.Bot || m.Mention.Old })
	for d := first; d.Before(f.To); d = addDays(d, 1) {
		f.Days = append(f.Days, Dawn{Day: d})
	}
	topics := topicCounts{}
	for _, m := range said {
		if i := f.dayOf(m.SeenAt); i >= 0 {
			f.Days[i].add(m.Score.Label)
		}
		if previous.has(m.SeenAt) {
			f.Previous.add(m.Score.Label)
			topics.before(m)
		}
		if week.has(m.SeenAt) {
			f.Week.add(m.Score.Label)
		}
		if f.has(m.SeenAt) {
			f.said(m)
			topics.add(m)
		}
	}
	f.Topics = topics.sorted()
	slices.SortStableFunc(f.Worst, worse)
	f.Worst = f.Worst[:min(len(f.Worst), worstShown)]
	return said, nil
}

// dayOf is the place of a moment in the row of days, or -1.
func (f *Figures) dayOf(t time.Time) int {
	if !t.Before(f.To) {
		return -1
	}
	i, exact := slices.BinarySearchFunc(f.Days, t, func(d Dawn, t time.Time) int { return d.Day.Compare(t) })
	if exact {
		return i
	}
	return i - 1
}

// said counts one mention of the span.
func (f *Figures) said(m cases.Scored) {
	f.add(m.Score.Label)
	f.Hours[m.SeenAt.In(f.From.Location()).Hour()].add(m.Score.Label)
	s := f.source(m.Mention.Source)
	s.N++
	if m.Score.Label == "neg" {
		s.Neg++
		f.Worst = append(f.Worst, m)
	}
}

// source finds the line of a source, or begins one.
func (f *Figures) source(name string) *SourceCount {
	i := slices.IndexFunc(f.Sources, func(s SourceCount) bool { return s.Name == name })
	if i < 0 {
		f.Sources = append(f.Sources, SourceCount{Name: name})
		i = len(f.Sources) - 1
	}
	return &f.Sources[i]
}

// worse orders mentions by the harm that waiting does.
func worse(a, b cases.Scored) int {
	return cmp.Or(
		cmp.Compare(b.Score.Severity, a.Score.Severity),
		cmp.Compare(a.Score.Value, b.Score.Value),
		cmp.Compare(a.Mention.Num, b.Mention.Num),
	)
}

// topicCounts counts unhappy mentions by what they are about.
type topicCounts map[string]*Count

// of is the count of a mention's topic; nil for one that is not unhappy.
func (t topicCounts) of(m cases.Scored) *Count {
	if m.Score.Label != "neg" || len(m.Score.Topics) == 0 {
		return nil
	}
	topic := m.Score.Topics[0]
	if t[topic] == nil {
		t[topic] = &Count{Topic: topic}
	}
	return t[topic]
}

func (t topicCounts) before(m cases.Scored) {
	if c := t.of(m); c != nil {
		c.Before++
	}
}

func (t topicCounts) add(m cases.Scored) {
	c := t.of(m)
	if c == nil {
		return
	}
	if c.N == 0 || worse(m, c.Sample) < 0 {
		c.Sample = m
	}
	c.N++
}

// sorted lists the topics of the span, most first; those that stopped are left
// out.
func (t topicCounts) sorted() []Count {
	var list []Count
	for _, c := range t {
		if c.N > 0 {
			list = append(list, *c)
		}
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Topic, b.Topic)) })
	return list
}

// author is one person on one source. Who has no id there is a person of the
// one mention alone.
type author struct {
	source, id string
	num        int64
}

func authorOf(m cases.Mention) author {
	a := author{source: m.Source, id: m.AuthorID}
	if a.id == "" {
		a.num = m.Num
	}
	return a
}

// people counts those who spoke rather than what they said; better are those
// whom our answer won back.
func (f *Figures) people(said []cases.Scored, better []author) {
	angry, glad, back := map[author]bool{}, map[author]bool{}, map[author]bool{}
	complained := map[author]bool{}
	for _, a := range better {
		back[a] = true
	}
	since := addDays(f.From, -memory)
	for _, m := range said {
		a, in := authorOf(m.Mention), f.has(m.SeenAt)
		switch {
		case m.Score.Label == "neg" && !m.SeenAt.Before(since):
			complained[a] = true
			angry[a] = angry[a] || in
		case m.Score.Label == "pos" && in:
			glad[a] = true
			back[a] = back[a] || complained[a]
		}
	}
	for _, set := range []struct {
		of map[author]bool
		n  *int
	}{{angry, &f.Unhappy}, {glad, &f.Happy}, {back, &f.Recovered}} {
		for _, yes := range set.of {
			if yes {
				*set.n++
			}
		}
	}
}

// silent stands where a source gives no error and yet no sign.
const silent = "silent"

// waitsShown is how many of those who wait a digest names.
const waitsShown = 3

// open counts what stands open now, and how the sources fare.
func (f *Figures) open(ctx context.Context, load Caseload, now time.Time) error {
	for _, s := range []cases.State{cases.Flagged, cases.Waiting, cases.Unsure, cases.Failed} {
		open, err := load.InState(ctx, s, 10_000)
		if err != nil {
			return fmt.Errorf("listing %s cases: %w", s, err)
		}
		for _, c := range open {
			f.Waiting++
			if c.FlaggedAt.IsZero() {
				continue
			}
			w := Wait{Case: c.ID, Author: c.Author, Age: now.Sub(c.FlaggedAt)}
			if len(c.Score.Topics) > 0 {
				w.Topic = c.Score.Topics[0]
			}
			f.Longest = max(f.Longest, w.Age)
			f.Waits = append(f.Waits, w)
		}
	}
	slices.SortStableFunc(f.Waits, func(a, b Wait) int { return cmp.Or(cmp.Compare(b.Age, a.Age), cmp.Compare(a.Case, b.Case)) })
	f.Waits = f.Waits[:min(len(f.Waits), waitsShown)]
	states, err := load.Statuses(ctx)
	if err != nil {
		return fmt.Errorf("reading the state of sources: %w", err)
	}
	for _, s := range states {
		line := f.source(s.Source)
		line.Kind, line.LastOK, line.Limits = s.Kind, s.LastOK, s.Limits
		if s.LastError != "" || s.Stalled {
			line.Bad = cmp.Or(s.LastError, silent)
		}
	}
	slices.SortFunc(f.Sources, func(a, b SourceCount) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

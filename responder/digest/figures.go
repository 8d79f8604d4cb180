// Package digest is the manager's report of a day: figures counted from the
// history, and the words around them.
package digest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rasid/internal/cases"
)

// Book is what a digest counts.
type Book interface {
	MentionsBetween(ctx context.Context, from, to time.Time) ([]cases.Scored, error)
	EntriesBetween(ctx context.Context, from, to time.Time) ([]cases.Entry, error)
	CasesBetween(ctx context.Context, from, to time.Time) ([]cases.Case, error)
}

// Caseload lists the cases that are open now.
type Caseload interface {
	InState(ctx context.Context, s cases.State, limit int) ([]cases.Case, error)
	Statuses(ctx context.Context) ([]cases.SourceStatus, error)
}

// Figures are the numbers of one local day.
type Figures struct {
	From, To      time.Time // the day in the business's zone, half open
	Total         int       // mentions first seen on the day
	Neg, Neu, Pos int
	Yesterday     int
	Mean7         float64 // mean of the seven days before
	Topics        []Count // of unhappy mentions, most first
	Worst         []cases.Scored
	Answered      int           // replies that appeared on the day
	Median, Slow  time.Duration // flagged → answered: median and 90th percentile
	Same          int           // drafts approved as they were
	Edited        int           // drafts staff rewrote before approving
	SetAside      int           // cases dismissed
	Waiting       int           // open at the time of counting
	Longest       time.Duration // longest wait of those
	Sources       []SourceCount
}

// Count is how often a topic came up.
type Count struct {
	Topic string
	N     int
}

// SourceCount is what one source brought and how it fares.
type SourceCount struct {
	Name string
	N    int
	Bad  string // why it is not read; "" when well
}

// worstShown is how many of the worst mentions a digest names.
const worstShown = 3

// Tally counts the day that contains at, in a zone.
func Tally(ctx context.Context, book Book, load Caseload, at time.Time, zone *time.Location, now time.Time) (Figures, error) {
	from := startOfDay(at.In(zone))
	f := Figures{From: from, To: startOfDay(from.AddDate(0, 0, 1))}
	if err := f.mentions(ctx, book); err != nil {
		return Figures{}, err
	}
	if err := f.work(ctx, book); err != nil {
		return Figures{}, err
	}
	if err := f.open(ctx, load, now); err != nil {
		return Figures{}, err
	}
	return f, nil
}

// startOfDay is the first instant of the local day. time.Date alone would name
// an hour that a clock change may have skipped; the result is then moved on to
// the first instant that exists.
func startOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	for start.Day() != d { // 00:00 does not exist: Go went back into yesterday
		start = start.Add(30 * time.Minute)
	}
	return start
}

func (f *Figures) mentions(ctx context.Context, book Book) error {
	week := startOfDay(f.From.AddDate(0, 0, -7))
	seen, err := book.MentionsBetween(ctx, week, f.To)
	if err != nil {
		return fmt.Errorf("reading mentions: %w", err)
	}
	topics, sources := map[string]int{}, map[string]int{}
	before, yesterday := 0, startOfDay(f.From.AddDate(0, 0, -1))
	for _, m := range seen {
		if m.Mention.Ours || m.Mention.Bot || m.Mention.Old {
			continue
		}
		if m.SeenAt.Before(f.From) {
			before++
			if !m.SeenAt.Before(yesterday) {
				f.Yesterday++
			}
			continue
		}
		f.Total++
		sources[m.Mention.Source]++
		switch m.Score.Label {
		case "neg":
			f.Neg++
			f.Worst = append(f.Worst, m)
			if len(m.Score.Topics) > 0 {
				topics[m.Score.Topics[0]]++
			}
		case "pos":
			f.Pos++
		default:
			f.Neu++
		}
	}
	f.Mean7 = float64(before) / 7
	for t, n := range topics {
		f.Topics = append(f.Topics, Count{Topic: t, N: n})
	}
	slices.SortFunc(f.Topics, func(a, b Count) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return compare(a.Topic, b.Topic)
	})
	slices.SortStableFunc(f.Worst, func(a, b cases.Scored) int {
		if a.Score.Severity != b.Score.Severity {
			return int(b.Score.Severity - a.Score.Severity)
		}
		switch {
		case a.Score.Value < b.Score.Value:
			return -1
		case a.Score.Value > b.Score.Value:
			return 1
		}
		return int(a.Mention.Num - b.Mention.Num)
	})
	f.Worst = f.Worst[:min(len(f.Worst), worstShown)]
	for s, n := range sources {
		f.Sources = append(f.Sources, SourceCount{Name: s, N: n})
	}
	return nil
}

// work counts what staff did, from the history alone.
func (f *Figures) work(ctx context.Context, book Book) error {
	entries, err := book.EntriesBetween(ctx, f.From, f.To)
	if err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	touched, err := book.CasesBetween(ctx, f.From, f.To)
	if err != nil {
		return fmt.Errorf("reading cases: %w", err)
	}
	byID := map[int64]cases.Case{}
	for _, c := range touched {
		byID[c.ID] = c
	}
	var waits []time.Duration
	for _, e := range entries {
		c := byID[e.Case]
		switch e.Event {
		case cases.Sent, cases.Found:
			f.Answered++
			if !c.FlaggedAt.IsZero() && e.At.After(c.FlaggedAt) {
				waits = append(waits, e.At.Sub(c.FlaggedAt))
			}
		case cases.Dismiss:
			f.SetAside++
		case cases.Approve:
			if edited(c, e.Draft) {
				f.Edited++
			} else {
				f.Same++
			}
		case cases.Calm, cases.Flag, cases.Propose, cases.Hold, cases.Revise, cases.ByRule, cases.Undo, cases.Refuse, cases.CutOff,
			cases.NotThere, cases.Escalate, cases.Remind, cases.Claim, cases.Release, cases.Snooze, cases.Note, cases.Handle,
			cases.Expire, cases.Resolve, cases.Again, cases.Edit, cases.Delete, cases.Reopen:
		}
	}
	slices.Sort(waits)
	f.Median, f.Slow = quantile(waits, 0.5), quantile(waits, 0.9)
	return nil
}

func edited(c cases.Case, version int) bool {
	for _, d := range c.Drafts {
		if d.Version == version {
			return d.Origin == "staff"
		}
	}
	return false
}

func (f *Figures) open(ctx context.Context, load Caseload, now time.Time) error {
	for _, s := range []cases.State{cases.Waiting, cases.Unsure, cases.Failed} {
		open, err := load.InState(ctx, s, 10_000)
		if err != nil {
			return fmt.Errorf("listing %s cases: %w", s, err)
		}
		for _, c := range open {
			f.Waiting++
			if !c.FlaggedAt.IsZero() {
				f.Longest = max(f.Longest, now.Sub(c.FlaggedAt))
			}
		}
	}
	states, err := load.Statuses(ctx)
	if err != nil {
		return fmt.Errorf("reading the state of sources: %w", err)
	}
	for _, s := range states {
		i := slices.IndexFunc(f.Sources, func(c SourceCount) bool { return c.Name == s.Source })
		if i < 0 {
			f.Sources = append(f.Sources, SourceCount{Name: s.Source})
			i = len(f.Sources) - 1
		}
		if s.LastError != "" || s.Stalled {
			f.Sources[i].Bad = s.LastError
		}
	}
	slices.SortFunc(f.Sources, func(a, b SourceCount) int { return compare(a.Name, b.Name) })
	return nil
}

// Net is the net sentiment: the share of happy minus the share of unhappy
// mentions, -1..1; 0 on a day without mentions.
func (f Figures) Net() float64 {
	if f.Total == 0 {
		return 0
	}
	return float64(f.Pos-f.Neg) / float64(f.Total)
}

// quantile is the nearest-rank quantile of sorted values; 0 for none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(q*float64(len(sorted)) + 0.999999)
	return sorted[min(max(i, 1), len(sorted))-1]
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Package digest is the manager's report of a day: figures counted from the
// history, the words around them, and the pictures. What it says can be
// counted again from the records at any time, to the last unit.
package digest

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Book is what a digest counts.
type Book interface {
	MentionsBetween(ctx context.Context, from, to time.Time) ([]cases.Scored, error)
	// StoriesBetween is everything that ever happened, before to, to the cases
	// to which something happened in [from, to), in order.
	StoriesBetween(ctx context.Context, from, to time.Time) ([]cases.Entry, error)
	CasesBetween(ctx context.Context, from, to time.Time) ([]cases.Case, error)
}

// Caseload is what stands open now.
type Caseload interface {
	InState(ctx context.Context, s cases.State, limit int) ([]cases.Case, error)
	Statuses(ctx context.Context) ([]cases.SourceStatus, error)
}

// Scholar is a Book that also knows what was learned from staff.
type Scholar interface {
	LearnedBetween(ctx context.Context, from, to time.Time) (cases.Learned, error)
}

// Mood is how many spoke, and how they felt.
type Mood struct {
	Total, Neg, Neu, Pos int
	Unread               int // not judged yet, or judged so long ago that the words are gone
}

// Net is the net sentiment: the share of happy minus the share of unhappy
// mentions, -1..1; 0 when nobody spoke.
func (m Mood) Net() float64 {
	if m.Total == 0 {
		return 0
	}
	return float64(m.Pos-m.Neg) / float64(m.Total)
}

func (m *Mood) add(label string) {
	m.Total++
	switch label {
	case "neg":
		m.Neg++
	case "neu":
		m.Neu++
	case "pos":
		m.Pos++
	default:
		m.Unread++
	}
}

// Figures are the numbers of a span of local days.
type Figures struct {
	Span
	Mood            // of the span: mentions first seen in it
	Previous Mood   // of as many days before
	Week     Mood   // of the seven days before, together
	Days     []Dawn // day by day up to the last of the span, oldest first
	Hours    [24]Mood
	Topics   []Count // of unhappy mentions, most first
	Worst    []cases.Scored
	Sources  []SourceCount

	Unhappy   int // different people who complained
	Happy     int // different people who praised
	Recovered int // people who praised after a complaint in the thirty days before, or gave more stars since our answer

	Work              // of the span
	PreviousWork Work // of as many days before

	Waiting int           // open at the time of counting
	Longest time.Duration // longest wait of those
	Waits   []Wait        // who waits longest

	Promises *Promises // nil where none are kept

	Incidents []cases.Incident // that went on at some time in the span

	Learned cases.Learned // from decisions of staff

	Merged []Dawn // earlier days whose digest was never sent, oldest first

	Line   int64  // last line of the history in the span; 0 when none
	Anchor string // its hash: whoever keeps the digest can tell later whether lines were changed
}

// Dawn is one day of the row of days.
type Dawn struct {
	Day time.Time
	Mood
}

// Count is how often a topic came up.
type Count struct {
	Topic  string
	N      int
	Before int          // in the span before
	Sample cases.Scored // what one of them said, the worst first
}

// SourceCount is what one source brought and how it fares.
type SourceCount struct {
	Name   string
	Kind   string // of the source; "" for one that is gone from config.yaml
	N, Neg int
	Bad    string    // why it is not read; "" when well
	LastOK time.Time // when it was last read; zero when never
	Limits string    // what the platform does not let us see
}

// Wait is one case that still waits.
type Wait struct {
	Case   int64
	Author string
	Topic  string
	Age    time.Duration
}

// Promises is how promises with a time fared. Each counts once, on the day it
// fell due.
type Promises struct {
	Kept int // in time
	Late int // late, or never
	Open int // still to be kept, at the time of counting
}

// Silent estimates who left without a word: about one unhappy customer in ten
// complains, so each who did stands for nine who did not.
func (f Figures) Silent() int { return 9 * f.Unhappy }

// TakeIn tells also of earlier days, of the two weeks before, whose digest was
// never sent.
func (f *Figures) TakeIn(missed []time.Time) {
	for _, d := range f.Days {
		for _, m := range missed {
			if d.Day.Equal(m) {
				f.Merged = append(f.Merged, d)
			}
		}
	}
}

// Peak is the hour in which most spoke, the earliest of equals; false when
// nobody did.
func (f Figures) Peak() (hour int, ok bool) {
	for h, m := range f.Hours {
		if m.Total > f.Hours[hour].Total {
			hour = h
		}
	}
	return hour, f.Hours[hour].Total > 0
}

// Quiet reports whether two lines say it all: nobody is unhappy, nobody was
// answered, nobody waits, and everything was read.
func (f Figures) Quiet() bool {
	for _, s := range f.Sources {
		if s.Bad != "" {
			return false
		}
	}
	return f.Neg == 0 && f.Unread == 0 && f.Waiting == 0 && f.Burning() == 0 && f.idle() && (f.Promises == nil || f.Promises.Kept+f.Promises.Late == 0)
}

// Counter counts digests.
type Counter struct {
	Book      Book
	Load      Caseload
	Targets   Targets
	Promises  Ledger // nil: none are kept
	Incidents Crises // nil: nobody watches for any
}

// Ledger is where promises are written down.
type Ledger interface {
	// PromisesBetween are those that fell due in [from, to).
	PromisesBetween(ctx context.Context, from, to time.Time) ([]cases.Promise, error)
	Promises(ctx context.Context, states ...cases.PromiseState) ([]cases.Promise, error)
}

// Tally counts a span. Who waits is counted as it stands now, which cannot be
// told of a day long past.
func (c Counter) Tally(ctx context.Context, s Span, now time.Time) (Figures, error) {
	f := Figures{Span: s}
	said, err := f.mentions(ctx, c.Book)
	if err != nil {
		return Figures{}, err
	}
	better, err := f.work(ctx, c.Book, c.Targets, said)
	if err != nil {
		return Figures{}, err
	}
	f.people(said, better)
	if err := f.open(ctx, c.Load, now); err != nil {
		return Figures{}, err
	}
	if b, ok := c.Book.(Scholar); ok {
		var err error
		if f.Learned, err = b.LearnedBetween(ctx, s.From, s.To); err != nil {
			return Figures{}, fmt.Errorf("counting what was learned: %w", err)
		}
	}
	if err := f.promised(ctx, c.Promises, now); err != nil {
		return Figures{}, err
	}
	if err := f.crises(ctx, c.Incidents); err != nil {
		return Figures{}, err
	}
	return f, nil
}

// promised counts the promises.
func (f *Figures) promised(ctx context.Context, l Ledger, now time.Time) error {
	if l == nil {
		return nil
	}
	due, err := l.PromisesBetween(ctx, f.From, f.To)
	if err != nil {
		return fmt.Errorf("reading promises: %w", err)
	}
	open, err := l.Promises(ctx, cases.PromiseOpen)
	if err != nil {
		return fmt.Errorf("reading promises: %w", err)
	}
	f.Promises = &Promises{}
	for _, p := range due {
		switch {
		case p.State == cases.PromiseKept:
			f.Promises.Kept++
		case p.State == cases.PromiseLate, p.State == cases.PromiseBroken, p.State == cases.PromiseOpen && p.DueAt.Before(now):
			f.Promises.Late++
		}
	}
	for _, p := range open {
		if !p.DueAt.Before(now) {
			f.Promises.Open++
		}
	}
	return nil
}

// Tally counts the day that contains at, in a zone.
func Tally(ctx context.Context, book Book, load Caseload, at time.Time, zone *time.Location, now time.Time) (Figures, error) {
	return Counter{Book: book, Load: load}.Tally(ctx, Day(at.In(zone)), now)
}

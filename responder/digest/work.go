package digest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Targets is what the business wants of its staff.
type Targets struct {
	// Of is how soon a case wants a first step and a reply, 0 for no target;
	// nil: nothing has one.
	Of func(c cases.Case) (ack, reply time.Duration)
	// Elapsed counts the time between two moments, where only working hours
	// count; nil: all hours do.
	Elapsed func(c cases.Case, from, to time.Time) time.Duration
}

// Times is how long something took.
type Times struct {
	N      int
	Median time.Duration
	Slow   time.Duration // 90th percentile
	Aimed  int           // of N that had a target
	Within int           // of those within it
}

// Share is the part within the target, 0..1; false when nothing had one.
func (t Times) Share() (float64, bool) {
	if t.Aimed == 0 {
		return 0, false
	}
	return float64(t.Within) / float64(t.Aimed), true
}

// Work is what staff did, counted from the history alone.
type Work struct {
	// Timeliness: from the flag to the first step of a person, and to the first
	// reply that stands in public.
	Ack, Reply Times
	// Median and Slow are those of Reply.
	Median, Slow time.Duration

	Answered int // replies that appeared
	Thanked  int // of those, to somebody happy

	// Accuracy.
	Same     int // drafts approved as they were
	Edited   int // drafts staff rewrote before approving
	ByRule   int // drafts a written rule approved
	Undone   int // approvals taken back
	SetAside int // cases dismissed
	Reopened int // cases opened again by staff, a missed promise or words changed for the worse
	Returned int // customers who said more after an answer

	// Effectiveness.
	Resolved  int
	Handled   int // answered elsewhere by a person
	Refused   int // replies the platform refused
	Expired   int // nobody acted in time
	Escalated int

	// Satisfaction, of customers asked after their case was solved.
	Asked     int
	Rated     int // who answered with 1 to 5
	Stars     int // the sum of their answers
	Satisfied int // of those, 4 or 5
}

// Satisfaction is the mean answer and the share that is satisfied, 0..1; false
// when nobody answered.
func (w Work) Satisfaction() (mean, share float64, ok bool) {
	if w.Rated == 0 {
		return 0, 0, false
	}
	return float64(w.Stars) / float64(w.Rated), float64(w.Satisfied) / float64(w.Rated), true
}

// idle reports whether nothing happened.
func (w Work) idle() bool {
	return w == Work{Ack: w.Ack, Reply: w.Reply} && w.Ack.N == 0 && w.Reply.N == 0
}

// work reads the histories and counts this span and the one before, with what
// was said to each case. It returns who gave more stars in the span, after an
// answer.
func (f *Figures) work(ctx context.Context, book Book, targets Targets, said []cases.Scored) (better []author, err error) {
	previous := f.before()
	stories, err := book.StoriesBetween(ctx, previous.From, f.To)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	touched, err := book.CasesBetween(ctx, previous.From, f.To)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	byID := make(map[int64]cases.Case, len(touched))
	for _, c := range touched {
		byID[c.ID] = c
	}
	heard := map[int64][]cases.Scored{}
	for _, m := range said {
		heard[m.Case] = append(heard[m.Case], m)
	}
	now := shift{span: f.Span, targets: targets, heard: heard, clocks: map[int64]*clock{}}
	then := shift{span: previous, targets: targets, heard: heard, clocks: map[int64]*clock{}}
	for _, e := range stories {
		now.take(e, byID[e.Case])
		then.take(e, byID[e.Case])
		if !f.has(e.At) {
			continue
		}
		f.Line, f.Anchor = e.Seq, e.Hash
		if e.Event != cases.Edit {
			continue
		}
		for _, m := range byID[e.Case].Mentions {
			if m.Recovered() {
				better = append(better, authorOf(m))
			}
		}
	}
	f.Work, f.PreviousWork = now.sum(), then.sum()
	return better, nil
}

// clock is one case between being flagged and being closed.
type clock struct {
	flagged         time.Time
	acked, answered bool
	replied         time.Time // when the last reply appeared, also before it was opened again
}

// wait is how long one customer waited, and how long they should have at most.
type wait struct{ took, target time.Duration }

// shift counts the work of one span while the histories pass by.
type shift struct {
	span          Span
	targets       Targets
	heard         map[int64][]cases.Scored // by case
	clocks        map[int64]*clock
	work          Work
	acks, replies []wait
}

// take counts one line of the history. Lines before the span only move the
// clocks of their case.
func (s *shift) take(e cases.Entry, c cases.Case) {
	k := s.clocks[e.Case]
	if k == nil {
		k = &clock{}
		s.clocks[e.Case] = k
	}
	if !e.From.Open() && e.To.Open() {
		*k = clock{replied: k.replied} // opened again: its clocks start anew
	}
	if e.To == cases.Flagged && k.flagged.IsZero() {
		k.flagged = e.At
	}
	counts := s.span.has(e.At)
	ack, reply := s.aims(c)
	if !k.flagged.IsZero() && !k.acked && person(e.By) {
		k.acked = true
		if counts && !unasked(e) {
			s.acks = append(s.acks, wait{s.elapsed(c, k.flagged, e.At), ack})
		}
	}
	if e.Event == cases.Sent || e.Event == cases.Found {
		if !k.flagged.IsZero() && !k.answered && counts {
			s.replies = append(s.replies, wait{s.elapsed(c, k.flagged, e.At), reply})
		}
		if counts && s.praised(c, k.replied, e.At) {
			s.work.Thanked++
		}
		k.answered, k.replied = true, e.At
	}
	if counts {
		s.work.count(e, c)
	}
}

// unasked reports whether a colleague had answered on the platform before the case
// was put before anybody: how soon is not known.
func unasked(e cases.Entry) bool {
	return e.From == cases.Flagged && strings.HasPrefix(e.By, cases.Colleague)
}

// praised reports whether what a reply answers, said after one moment and until
// another, was nothing but praise. A case whose customer was won back is a happy
// one by now; the reply that won them was no thanks.
func (s *shift) praised(c cases.Case, after, until time.Time) bool {
	n := 0
	for _, m := range s.heard[c.ID] {
		if !m.SeenAt.After(after) || m.SeenAt.After(until) {
			continue
		}
		if m.Score.Label != "pos" || m.Mention.EditedAt.After(until) {
			return false
		}
		n++
	}
	return n > 0 || c.Score.Label == "pos"
}

func (s *shift) aims(c cases.Case) (ack, reply time.Duration) {
	if s.targets.Of == nil {
		return 0, 0
	}
	return s.targets.Of(c)
}

func (s *shift) elapsed(c cases.Case, from, to time.Time) time.Duration {
	if s.targets.Elapsed != nil {
		return s.targets.Elapsed(c, from, to)
	}
	return max(0, to.Sub(from))
}

// person reports whether a name in the history is somebody of ours.
func person(by string) bool {
	return by != "" && by != cases.Rasid && by != "customer" && !strings.HasPrefix(by, "rule:")
}

// count adds one event.
func (w *Work) count(e cases.Entry, c cases.Case) {
	switch e.Event {
	case cases.Sent, cases.Found:
		w.Answered++
	case cases.Approve:
		if edited(c, e.Draft) {
			w.Edited++
		} else {
			w.Same++
		}
	case cases.ByRule:
		w.ByRule++
	case cases.Undo:
		w.Undone++
	case cases.Dismiss:
		w.SetAside++
	case cases.Reopen:
		w.Reopened++
	case cases.Again:
		if e.From == cases.Answered || e.From == cases.Handled || e.From == cases.Resolved {
			w.Returned++
		}
	case cases.Resolve:
		w.Resolved++
	case cases.Handle:
		w.Handled++
	case cases.Refuse:
		w.Refused++
	case cases.Expire:
		w.Expired++
	case cases.Escalate:
		w.Escalated++
	case cases.Ask:
		w.Asked++
	case cases.Rate:
		w.rate(e.Note)
	case cases.Calm, cases.Flag, cases.Propose, cases.Hold, cases.Revise, cases.CutOff, cases.NotThere, cases.Remind,
		cases.Claim, cases.Release, cases.Snooze, cases.Note, cases.Edit, cases.Delete, cases.Kept, cases.Ack:
	}
}

// satisfiedFrom is the answer from which a customer counts as satisfied, the
// usual way to count such answers ("top two of five").
const satisfiedFrom = 4

// rate counts the answer of a customer, which the history notes as 1 to 5.
func (w *Work) rate(note string) {
	n, err := strconv.Atoi(note)
	if err != nil {
		return
	}
	w.Rated++
	w.Stars += n
	if n >= satisfiedFrom {
		w.Satisfied++
	}
}

// edited reports whether a draft was written by staff.
func edited(c cases.Case, version int) bool {
	for _, d := range c.Drafts {
		if d.Version == version {
			return d.Origin == "staff"
		}
	}
	return false
}

// sum is the work of the span.
func (s *shift) sum() Work {
	w := s.work
	w.Ack, w.Reply = times(s.acks), times(s.replies)
	w.Median, w.Slow = w.Reply.Median, w.Reply.Slow
	return w
}

func times(waits []wait) Times {
	t := Times{N: len(waits)}
	took := make([]time.Duration, 0, len(waits))
	for _, w := range waits {
		took = append(took, w.took)
		if w.target > 0 {
			t.Aimed++
			if w.took <= w.target {
				t.Within++
			}
		}
	}
	slices.Sort(took)
	t.Median, t.Slow = quantile(took, 50), quantile(took, 90)
	return t
}

// quantile is the nearest-rank percentile of sorted values; 0 for none.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (percent*len(sorted) + 99) / 100
	return sorted[max(rank, 1)-1]
}

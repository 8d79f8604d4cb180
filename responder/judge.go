package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rasid/internal/cases"
)

// batch is how many cases a step takes at once: small enough that one step
// never holds the others up, large enough to drain a burst.
const batch = 50

// ReportSource is the source name of what staff heard themselves (/report).
const ReportSource = "report"

// Judge reads new cases: it scores what was said and flags the unhappy.
type Judge struct {
	Desk   Desk
	Office *Office
	Score  func(cases.Mention) cases.Score // sentiment and topics
	Log    *slog.Logger
}

// Step judges the cases that wait for it and reports how many there were.
func (j *Judge) Step(ctx context.Context, now time.Time) (int, error) {
	waiting, err := j.Desk.InState(ctx, cases.New, batch)
	if err != nil {
		return 0, fmt.Errorf("listing new cases: %w", err)
	}
	for _, c := range waiting {
		if err := j.judge(ctx, c, now); err != nil && !errors.Is(err, cases.ErrStale) {
			return 0, fmt.Errorf("judging case %d: %w", c.ID, err)
		}
	}
	return len(waiting), nil
}

func (j *Judge) judge(ctx context.Context, c cases.Case, now time.Time) error {
	scores := map[int64]cases.Score{}
	var worst cases.Score
	for _, m := range unanswered(c) {
		s := j.Score(m)
		scores[m.Num] = s
		if worst.Label == "" || worse(s, worst) {
			worst = s
		}
	}
	ch := cases.Change{
		Case: c.ID, Version: c.Version, Event: cases.Calm, By: cases.Rasid, At: now,
		Score: &worst, Scores: scores,
	}
	ruling := j.Office.Rule(c, worst, now)
	if j.Office.Flags(c, worst, ruling) {
		ch.Event = cases.Flag
	} else if ruling.Matched() {
		ch.Note = ruling.Note() // of a flagged case the draft says it
	}
	after, err := j.Desk.Apply(ctx, ch)
	if err == nil {
		j.Log.Debug("case judged", "case", c.ID, "state", after.State, "score", worst.Value)
	}
	return err
}

// Flags decides whether staff must see a case.
func (o *Office) Flags(c cases.Case, s cases.Score, r Ruling) bool {
	if c.Source == ReportSource {
		return true // a colleague asked for it
	}
	if s.Label == "" {
		return false // nothing the customer said is left to answer
	}
	if r.Matched() {
		return r.Rule.Do != DoIgnore || s.Severity >= cases.Critical // what is critical is never ignored
	}
	if Elsewhere(s.Target) && s.Severity < cases.Critical {
		return false
	}
	return o.complaint(s)
}

// aboutOthers is the probability of being about us below which a complaint in
// other people's talk is taken for one about somebody else. Of 750 invented
// mentions, each judged by a model that never saw its business, it lets 92 % of
// the complaints about us through and holds 38 % of the others back.
const aboutOthers = 0.2

// Elsewhere reports whether what upset a customer is hardly ours, by the
// probability that it is. Without a judgement of it (0) everything is ours.
func Elsewhere(target float64) bool { return target > 0 && target < aboutOthers }

// unanswered is what the customer said since our last answer; when clocks
// disagree and nothing seems newer, the last mention counts.
func unanswered(c cases.Case) []cases.Mention {
	var open []cases.Mention
	answered := c.AnsweredAt
	if c.Reply.At.After(answered) {
		answered = c.Reply.At // a case that was opened again has new clocks but an old reply
	}
	for _, m := range c.Mentions {
		if m.Ours || m.Bot || m.Gone {
			continue
		}
		if answered.IsZero() || m.PostedAt.After(answered) || m.EditedAt.After(answered) {
			open = append(open, m)
		}
	}
	if last := c.Last(); len(open) == 0 && last.Num != 0 && !last.Ours && !last.Bot && !last.Gone {
		open = append(open, last)
	}
	return open
}

// worse prefers what is critical, then what is about us, then the graver, then
// the unhappier.
func worse(a, b cases.Score) bool {
	if grave := a.Severity >= cases.Critical; grave != (b.Severity >= cases.Critical) {
		return grave
	}
	if ours := Elsewhere(b.Target); ours != Elsewhere(a.Target) {
		return ours
	}
	if a.Severity != b.Severity {
		return a.Severity > b.Severity
	}
	return a.Neg > b.Neg
}

package responder

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
)

// How sure the judgement must be before a template may leave without a person.
// Arabic asks for more: dialects, sarcasm and mixed writing mislead oftener.
const (
	sureEnglish = 0.8
	sureArabic  = 0.9
	sureTarget  = 0.8 // that it is about us at all
)

// Refrain says why a draft must not leave by a rule, whatever the rule says;
// "" when nothing speaks against it. What depends on the hour (crisis, switch,
// budgets) is looked at elsewhere.
func (o *Office) Refrain(c cases.Case, d cases.Draft) string {
	s, m := c.Score, c.Last()
	sure, surety := sureArabic, max(s.Neg, s.Neu, s.Pos)
	if s.Language == "en" {
		sure = sureEnglish
	}
	switch {
	case len(d.Findings) > 0:
		return "the guard found " + d.Findings[0].Kind
	case !strings.HasPrefix(d.Origin, "template:"):
		return "the words are not from a template"
	case s.Severity >= cases.High:
		return "severity " + s.Severity.String()
	case len(s.Signals) > 0:
		return "signal " + s.Signals[0]
	case s.Language != "ar" && s.Language != "en":
		return "language " + s.Language
	case d.Language != s.Language:
		return "the draft is in another language"
	case contradicted(s, m.Stars):
		return "stars and words disagree"
	case surety < sure:
		return fmt.Sprintf("unsure: %.2f below %.2f", surety, sure)
	case m.Bot:
		return "written by a program"
	case disguised(m.Text):
		return "the words are disguised"
	case !m.Direct && s.Target < sureTarget:
		return fmt.Sprintf("perhaps not about us: %.2f", s.Target)
	case !c.Reply.At.IsZero():
		return "answered before"
	case o.PlaceOf(c).Replier == nil:
		return "this place takes no replies from programs"
	}
	return ""
}

// contradicted reports whether the stars say something else than the words.
func contradicted(s cases.Score, stars int) bool {
	if slices.ContainsFunc(s.Reasons, func(r cases.Reason) bool { return r.Kind == "conflict" }) {
		return true
	}
	return s.Label == "pos" && (stars == 1 || stars == 2) || s.Label == "neg" && stars >= 4
}

// hold says why nothing may leave by a rule at this moment: a crisis, the kill
// switch, the same words to many, the budget of the rule.
func (w *Writer) hold(ctx context.Context, r Rule, d cases.Draft, now time.Time) (string, error) {
	if why, err := w.halted(ctx); why != "" || err != nil {
		return why, err
	}
	if n, err := w.repeated(ctx, d.Text, now); err != nil || n > 0 {
		return fmt.Sprintf("these very words went to %d customers within an hour", n), err
	}
	if w.Count == nil {
		return "its replies are not counted", nil
	}
	n, err := w.Count(ctx, r.By(), now.Add(-24*time.Hour))
	if err != nil {
		return "", fmt.Errorf("counting replies by rule %s: %w", r.Name, err)
	}
	if n >= r.PerDay {
		return fmt.Sprintf("%d of %d replies in 24 hours", n, r.PerDay), nil
	}
	return "", nil
}

// halted says why nothing at all may leave without a person now.
func (w *Writer) halted(ctx context.Context) (string, error) {
	if w.Stopped != nil && w.Stopped(ctx) {
		return "posting is stopped", nil
	}
	if w.Crisis == nil {
		return "", nil
	}
	on, err := w.Crisis.On(ctx)
	if err != nil {
		return "", fmt.Errorf("asking whether there is a crisis: %w", err)
	}
	if on {
		return "there is a crisis", nil
	}
	return "", nil
}

// unhurried is the alarm of a case that nobody need be reminded of: its end.
func (w *Writer) unhurried(c cases.Case) *time.Time {
	end := time.Time{}
	if at, ok := w.Office.expires(c); ok {
		end = at.Add(time.Second)
	}
	return &end
}

// byRule lets a draft leave by a written rule, or says in the history why not.
// The draft waits for staff until then, so stopping between the two steps
// loses nothing.
func (w *Writer) byRule(ctx context.Context, c cases.Case, r Rule, now time.Time) error {
	d, ok := c.Draft()
	if !ok || c.State != cases.Waiting {
		return nil
	}
	why := w.Office.Refrain(c, d)
	if why == "" {
		var err error
		if why, err = w.hold(ctx, r, d, now); err != nil {
			return err
		}
	}
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: now, DraftNo: d.Version}
	if why != "" {
		ch.Note = fmt.Sprintf("rule %s (%s) leaves it to a person: %s", r.Name, r.Hash(), why)
		if r.Do == DoThank && c.Score.Label == "pos" && c.Score.Severity < cases.High {
			ch.WakeAt = w.unhurried(c) // nobody is reminded of praise, and it climbs nowhere
		}
	} else {
		ch.Event, ch.By, ch.WakeAt = cases.ByRule, r.By(), &time.Time{}
		ch.Note = fmt.Sprintf("rule %s (%s), enabled by %s", r.Name, r.Hash(), r.EnabledBy)
		ch.Send = []cases.Send{ReplyRow(c, d, r.By(), now.Add(w.Office.Policy.Undo))}
	}
	_, err := w.Desk.Apply(ctx, ch)
	return err
}

package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"rasid/internal/cases"
)

// Guard looks at words that may go out in public, ours and the staff's alike.
type Guard interface {
	Check(text string, c cases.Case) []cases.Finding
}

// ErrNoWording says that a drafter has no (other) wording for a case.
var ErrNoWording = errors.New("no wording for this case")

// Writer drafts answers for flagged cases and puts them before staff.
type Writer struct {
	Desk    Desk
	Office  *Office
	Drafter Drafter
	Guard   Guard
	Log     *slog.Logger
	// Model writes the first draft where a person decides; nil: the Drafter does.
	Model Drafter
	// Elsewhere closes what needs no draft, because a colleague answered it on the
	// platform itself, before any is written; nil: nobody looks.
	Elsewhere func(ctx context.Context, now time.Time) (closed int, err error)
	Late      Drafter // words for a promise that fell due, or a low rating; nil: the Drafter's

	// What written rules need; without it nothing leaves by a rule.
	Count   func(ctx context.Context, by string, since time.Time) (int, error)
	Stopped func(ctx context.Context) bool
	Asides  func(ctx context.Context, by string, since time.Time) (int, error) // said beside answers; nil: nothing is
	Crisis  *Crisis                                                            // nil: bursts are not looked for

	// Same counts the customers that these very words went to since a time; nil:
	// it is not looked at.
	Same func(ctx context.Context, text string, since time.Time) (int, error)
	// Topics tells whether words speak of the problem; nil: it is not looked at.
	Topics *Topics
	// Discreet says that no reply may confirm who is a customer, so that none
	// can speak of the problem either.
	Discreet bool
}

// Step drafts for the flagged cases and reports how many there were.
func (w *Writer) Step(ctx context.Context, now time.Time) (int, error) {
	closed := 0
	if w.Elsewhere != nil {
		var err error
		if closed, err = w.Elsewhere(ctx, now); err != nil {
			return closed, err
		}
	}
	flagged, err := w.Desk.InState(ctx, cases.Flagged, batch)
	if err != nil {
		return 0, fmt.Errorf("listing flagged cases: %w", err)
	}
	for _, c := range flagged {
		if err := w.propose(ctx, c, now); err != nil && !errors.Is(err, cases.ErrStale) {
			return 0, fmt.Errorf("drafting for case %d: %w", c.ID, err)
		}
	}
	return closed + len(flagged), nil
}

func (w *Writer) propose(ctx context.Context, c cases.Case, now time.Time) error {
	waiting, none := c, 0
	waiting.State = cases.Waiting
	wake, why := w.Office.alarm(waiting, 0, now)
	rooms := w.Office.RoomsFor(c, c.Level)
	if open, ok := w.Office.holds(c, now); ok {
		wake, why, rooms = open, WakeOpening, nil
	}
	ch := cases.Change{
		Case: c.ID, Version: c.Version, Event: cases.Propose, By: cases.Rasid, At: now,
		WakeAt: &wake, WakeFor: why, Reminds: &none, Rooms: rooms,
		Urgent: !c.Reply.At.IsZero(), // the customer came back: a new card, not an old one changed
	}
	ruling := w.Office.Rule(c, c.Score, now)
	ch.Note = ruling.Note()
	bare := w.obey(c, ruling, &ch, now)
	if ch.WakeFor == WakeOpening && len(ch.Rooms) == 0 && !ruling.Rule.Automatic() {
		ch.Note = cases.Also(ch.Note, "rests until opening")
	}
	if err := w.enrol(ctx, c, &ch, now); err != nil {
		return err
	}
	if bare {
		after, err := w.Desk.Apply(ctx, ch)
		if err == nil {
			err = w.acknowledge(ctx, after, now)
		}
		return err
	}
	d, instead, err := w.first(ctx, c, ruling.Rule, now)
	ch.Note = cases.Also(ch.Note, instead)
	if err != nil {
		// A case without a draft still reaches staff: they write.
		ch.Event, ch.Note = cases.Hold, cases.Also(ch.Note, err.Error())
		w.Log.Warn("no draft", "case", c.ID, "err", err)
	} else {
		ch.Draft = &d
	}
	after, err := w.Desk.Apply(ctx, ch)
	if err == nil && ruling.Rule.Automatic() {
		return w.byRule(ctx, after, ruling.Rule, now)
	}
	if err == nil {
		err = w.acknowledge(ctx, after, now)
	}
	return err
}

// enrol counts an unhappy case for the crisis watch. One that belongs to an
// incident may get no card: then nothing reminds of it either, because the
// incident's card does, and its alarm only ends it when its moment has passed.
func (w *Writer) enrol(ctx context.Context, c cases.Case, ch *cases.Change, now time.Time) error {
	if w.Crisis == nil || c.Source == ReportSource || c.Score.Label != "neg" && c.Score.Severity < cases.High {
		return nil
	}
	shown, incident, err := w.Crisis.Enrol(ctx, c, now)
	if err != nil {
		return fmt.Errorf("looking for a burst: %w", err)
	}
	if incident != 0 {
		ch.Note = cases.Also(ch.Note, fmt.Sprintf("incident %d", incident))
	}
	if shown {
		return nil
	}
	ch.Rooms, ch.Urgent, ch.WakeAt = nil, false, w.unhurried(c)
	return nil
}

// obey changes the step as the rules say, and reports whether it is to be taken
// without a draft.
func (w *Writer) obey(c cases.Case, r Ruling, ch *cases.Change, now time.Time) (bare bool) {
	rise := func(level int) {
		if level <= c.Level {
			return
		}
		up := c
		up.State, up.Level = cases.Waiting, level
		next, why := w.Office.alarm(up, 0, now)
		ch.Level, ch.Urgent, ch.WakeAt, ch.WakeFor = &level, true, &next, why
		ch.Rooms = append(w.Office.RoomsFor(c, c.Level), w.Office.RoomsFor(c, level)...)
	}
	switch {
	case r.Grave:
		rise(w.Office.TopLevel()) // also when the case would rest until opening
		ch.Event, ch.Urgent = cases.Hold, true
	case r.Rule.Do == DoHold:
		ch.Event = cases.Hold
	case w.Office.Policy.HoldAbuse && slices.Contains(c.Score.Signals, "abuse"):
		ch.Event = cases.Hold
		ch.Note = cases.Also(ch.Note, "abuse: a person decides whether to answer")
	case r.Rule.Do == DoEscalate && ch.WakeFor != WakeOpening:
		rise(r.Rule.Level)
	}
	return ch.Event == cases.Hold
}

// first drafts for a case that has no draft yet: with the model where there is
// one, with the templates whenever the model's words are late or no use. The
// model is not asked where a rule may let the words go, for insults, or where
// nothing may be said of the problem.
func (w *Writer) first(ctx context.Context, c cases.Case, r Rule, now time.Time) (d cases.Draft, instead string, err error) {
	if w.Model != nil && !r.Automatic() && !w.Discreet && c.Score.Label == "neg" && !slices.Contains(c.Score.Signals, "abuse") && len(c.Owed()) == 0 && !dissatisfied(c) {
		if d, err = w.Model.Draft(ctx, c); err == nil {
			d.At, d.By = now, cases.Rasid
			if d.Findings = w.Look(d.Text, c); !d.Blocked() {
				return d, "", nil
			}
			err = fmt.Errorf("the guard found %s", d.Findings[0].Kind)
		}
		w.Log.Warn("template instead of the model", "case", c.ID, "err", err)
		instead = "a template instead of the model: " + Excerpt(err.Error(), 160)
	}
	d, err = w.Draft(ctx, c, now)
	return d, instead, err
}

// Draft asks the drafter and lets the guard look at what it wrote.
func (w *Writer) Draft(ctx context.Context, c cases.Case, now time.Time) (cases.Draft, error) {
	asked := c
	if slices.Contains(c.Score.Signals, "abuse") {
		asked.Score.Topics = []string{"calm"} // insults are not the topic: never mirrored, never named
	}
	drafter := w.Drafter
	if _, overdue := c.Overdue(now); w.Late != nil && (overdue && !newsSince(c, c.Reply.At) || dissatisfied(c)) {
		drafter = w.Late // the case came back for a promise or a rating, not for something new
	}
	d, err := w.fitting(ctx, drafter, asked)
	if err != nil {
		return cases.Draft{}, err
	}
	if len(c.Score.Topics) > 0 && (d.Topic == "calm" || d.Topic == "discreet") {
		d.Topic = c.Score.Topics[0]
	}
	d.At, d.By = now, cases.Rasid
	d.Findings = w.Look(d.Text, c)
	return d, nil
}

// fitting asks a drafter until its words speak of the problem: those that
// ignore it are not offered first. When none does, the first one is offered,
// and the card says so.
func (w *Writer) fitting(ctx context.Context, drafter Drafter, c cases.Case) (cases.Draft, error) {
	first, err := drafter.Draft(ctx, c)
	if err != nil || !w.ignores(first.Text, c) {
		return first, err
	}
	again := c
	again.Drafts = append(slices.Clone(c.Drafts), first)
	for range 4 {
		d, err := drafter.Draft(ctx, again)
		if err != nil {
			return first, nil // there is no other wording, and the first one stands
		}
		if !w.ignores(d.Text, c) {
			return d, nil
		}
		again.Drafts = append(again.Drafts, d)
	}
	return first, nil
}

// ignores reports whether words do not speak of what the customer wrote about.
// Praise, insults and what nobody could name a topic of ask for none.
func (w *Writer) ignores(text string, c cases.Case) bool {
	topics := c.Score.Topics
	if w.Topics == nil || w.Discreet || len(topics) == 0 || c.Score.Label == "pos" {
		return false
	}
	if topics[0] == TopicOther || topics[0] == "calm" || slices.Contains(c.Score.Signals, "abuse") || len(c.Owed()) > 0 || dissatisfied(c) {
		return false
	}
	return !slices.ContainsFunc(topics, func(t string) bool { return w.Topics.Speaks(text, t) })
}

// repeated says how many customers got these very words within an hour, when
// that is as many as the policy allows; 0 when they may go out once more.
func (w *Writer) repeated(ctx context.Context, text string, now time.Time) (int, error) {
	limit := w.Office.Policy.SameText
	if limit == 0 || w.Same == nil {
		return 0, nil
	}
	n, err := w.Same(ctx, text, now.Add(-time.Hour))
	if err != nil {
		return 0, fmt.Errorf("counting the same words: %w", err)
	}
	if n < limit {
		return 0, nil
	}
	return n, nil
}

// Look gathers what the guard and the place's own length limit say of an
// answer, and whether it speaks of the problem.
func (w *Writer) Look(text string, c cases.Case) []cases.Finding {
	found := w.harm(text, c)
	if w.ignores(text, c) {
		found = append(found, cases.Finding{Kind: "topic", Words: Excerpt(text, 40)})
	}
	return found
}

// harm is what speaks against any words in public, also against those beside an
// answer, which need not speak of the problem.
func (w *Writer) harm(text string, c cases.Case) []cases.Finding {
	place := w.Office.PlaceOf(c)
	found := w.Guard.Check(text, c)
	if place.Private {
		found = confided(found)
	}
	if r := place.Replier; r != nil {
		if err := r.Fits(text); err != nil {
			found = append(found, cases.Finding{Kind: "length", Words: err.Error(), Block: true})
		}
	}
	return found
}

// confided judges private data in words that only the customer reads: their own
// telephone or order is theirs to read again, and is shown to staff as advice.
// Numbers that open an account still ask for a second look.
func confided(found []cases.Finding) []cases.Finding {
	for i, f := range found {
		switch f.Kind {
		case "privacy-email", "privacy-phone", "privacy-order":
			found[i].Block = false
		}
	}
	return found
}

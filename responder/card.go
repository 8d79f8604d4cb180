package responder

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// tokenLife is how long a button's token is good for. The state of the case
// decides what a press means; this only bounds how long a leaked token lives.
const tokenLife = 7 * 24 * time.Hour

// maxShown bounds the customer's text on a card; the rest is behind the link.
const maxShown = 1200

// Card renders a case for a room: what one needs to answer, and the buttons
// that are possible now.
func (o *Office) Card(c cases.Case, room Room, now time.Time, stopped bool) Card {
	w := cardWriter{o: o, c: c, say: o.words(room.Language), now: now}
	w.head()
	w.author()
	w.said()
	w.score()
	w.notes()
	w.draft()
	w.promise()
	w.standing(stopped)
	card := Card{
		Case: c.ID, Version: c.Version, Language: room.Language,
		Text: strings.Join(w.lines, "\n"), URL: c.Last().URL,
		Buttons: o.buttons(c, room, w.say, now),
	}
	if d, ok := c.Draft(); ok {
		card.Draft = d.Version
	}
	return card
}

type cardWriter struct {
	o     *Office
	c     cases.Case
	say   *phrases.Catalogue
	now   time.Time
	lines []string
}

func (w *cardWriter) line(parts ...string) {
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	if len(full) > 0 {
		w.lines = append(w.lines, strings.Join(full, " · "))
	}
}

func (w *cardWriter) head() {
	s := w.c.Score
	kind, dot := "card.remark", "🟡"
	switch s.Label {
	case "neg":
		kind, dot = "card.complaint", "🟠"
	case "pos":
		kind, dot = "card.praise", "🟢"
	}
	if s.Severity >= cases.High {
		dot = "🔴"
	}
	if w.c.Score.Label == "" {
		dot = "⚪"
	}
	parts := []string{dot + " " + w.say.Say(kind)}
	if len(s.Topics) > 0 {
		parts = append(parts, w.say.Say("topic."+s.Topics[0]))
	}
	parts = append(parts, w.say.Say("severity."+s.Severity.String()))
	for _, sig := range s.Signals {
		if key := "signal." + sig; w.say.Has(key) && !slices.Contains(s.Topics[:min(1, len(s.Topics))], sig) {
			parts = append(parts, w.say.Say(key))
		}
	}
	parts = append(parts, w.say.Say("card.case", "case", w.c.ID))
	if w.c.Level > 0 {
		parts = append(parts, w.say.Say("card.level", "n", w.c.Level))
	}
	if d, ok := w.o.Deadline(w.c); ok && w.c.State == cases.Waiting && !w.resting() {
		key, left := "card.deadline", d.At.Sub(w.now)
		if left < 0 {
			key = "card.overdue"
		}
		parts = append(parts, "⏰ "+w.say.Say(key, "span", left))
	}
	w.line(parts...)
}

func (w *cardWriter) said() {
	m := w.c.Last()
	text := m.Words()
	if m.Title != "" && !strings.HasPrefix(m.Text, m.Title) {
		text = m.Title + "\n" + text
	}
	shown := Visible(text)
	if r := []rune(shown); len(r) > maxShown {
		shown = string(r[:maxShown]) + "…"
	}
	w.line("«" + Isolate(shown) + "»")
	lang := ""
	if key := "lang." + w.c.Score.Language; w.say.Has(key) {
		lang = w.say.Say(key)
	}
	if key := "dialect." + w.c.Score.Dialect; w.say.Has(key) {
		lang += " · " + w.say.Say(key)
	}
	edited, more := "", ""
	if !m.EditedAt.IsZero() {
		edited = w.say.Say("card.edited")
	}
	if n := len(unanswered(w.c)); n > 1 {
		more = w.say.Say("card.more", "n", n-1)
	}
	w.line(lang, edited, more)
}

// score shows the value and the strongest words that caused it.
func (w *cardWriter) score() {
	s := w.c.Score
	if s.Label == "" || w.changed() {
		return
	}
	parts := []string{signed(s.Value, 2)}
	for _, r := range s.Reasons {
		if len(parts) > 4 {
			break
		}
		if strings.TrimSpace(r.Text) == "" {
			continue // the text as a whole, stars: not a word to show
		}
		part := Isolate(Excerpt(Visible(r.Text), 30)) + " " + signed(r.Weight, 1)
		if r.By != "" {
			part += " (" + Isolate(Visible(r.By)) + ")"
		}
		parts = append(parts, part)
	}
	w.line(parts...)
}

// notes shows what the business wrote down for whoever answers.
func (w *cardWriter) notes() {
	if w.c.State != cases.Waiting && w.c.State != cases.Failed {
		return
	}
	notes := w.o.NotesFor(w.c, w.say.Language)
	for _, n := range notes[:min(len(notes), mostNotes)] {
		w.line(w.say.Say("card.note", "text", Visible(n)))
	}
}

func signed(v float64, digits int) string {
	s := fmt.Sprintf("%+.*f", digits, v)
	return Isolate(strings.Replace(s, "-", "−", 1))
}

func (w *cardWriter) draft() {
	d, ok := w.c.Draft()
	if !ok {
		if w.c.State == cases.Waiting {
			w.line(w.say.Say("card.nodraft"))
		}
		return
	}
	if w.c.State == cases.Handled && strings.HasPrefix(w.c.ClosedBy, cases.Colleague) { // what stands there is theirs
		w.line("💬 " + Isolate(Visible(w.c.ClosedNote)))
		return
	}
	if w.c.State == cases.Dismissed || w.c.State == cases.Gone || w.c.State == cases.Expired {
		return
	}
	w.line("✍️ " + Isolate(Visible(d.Text)))
	if d.ByModel() {
		w.line(w.say.Say("card.model"))
	}
	for _, f := range d.Findings {
		w.line(w.say.Say("card.finding", "what", phrases.Plain(w.say.Say("finding."+f.Kind)), "words", Visible(f.Words)))
	}
}

// promise says what the customer was promised, as long as it matters.
func (w *cardWriter) promise() {
	if owed := w.c.Owed(); len(owed) > 0 {
		p, key := owed[0], "card.promise"
		if !p.DueAt.After(w.now) {
			key = "card.promise.late"
		}
		w.line(w.say.Say(key, "time", w.o.clock(w.say, p.DueAt, w.now), "span", w.now.Sub(p.DueAt), "text", Excerpt(Visible(p.Words), 160)))
		return
	}
	if n := len(w.c.Promises); n > 0 {
		switch p := w.c.Promises[n-1]; p.State {
		case cases.PromiseKept, cases.PromiseLate:
			w.line(w.say.Say("card.promise.kept", "time", w.o.clock(w.say, p.SettledAt, w.now)))
		case cases.PromiseBroken:
			w.line(w.say.Say("card.promise.broken", "time", w.o.clock(w.say, p.DueAt, w.now)))
		case cases.PromiseOpen, cases.PromiseVoid:
		}
	}
}

// standing says where the case is and who did what.
func (w *cardWriter) standing(stopped bool) {
	c, say := w.c, w.say
	switch c.State {
	case cases.Waiting:
		w.waiting()
	case cases.Approved:
		name := Author(say, c.ApprovedBy, w.o.NameOf)
		if c.Held == "" {
			w.line(say.Say("card.approved", "name", name))
			break
		}
		w.line("⏳ " + say.Say("card.held", "name", name, "why", phrases.Plain(Told(say, c.Held, w.o.NameOf))))
	case cases.Answered:
		w.answered()
	case cases.Handled:
		w.line(say.Say("card.handled", "name", Author(say, c.ClosedBy, w.o.NameOf), "time", w.o.clock(w.say, c.ClosedAt, w.now)))
		w.since()
	case cases.Dismissed:
		w.line(say.Say("card.dismissed", "name", w.o.NameOf(c.ClosedBy), "time", w.o.clock(w.say, c.ClosedAt, w.now), "note", Visible(c.ClosedNote)))
	case cases.Failed:
		w.line(say.Say("card.failed", "note", phrases.Plain(Told(say, c.ClosedNote, w.o.NameOf))))
	case cases.Unsure:
		w.line(say.Say("card.unsure"))
	case cases.Resolved:
		asked := ""
		if !c.AskedAt.IsZero() && c.Rating == 0 {
			asked = say.Say("card.asked")
		}
		w.line(say.Say("card.resolved", "name", Author(say, c.ClosedBy, w.o.NameOf), "time", w.o.clock(w.say, c.ClosedAt, w.now)), asked)
		w.since()
	case cases.Expired:
		w.line(say.Say("card.expired"))
	case cases.Gone:
		w.line(say.Say("card.gone"))
	case cases.New, cases.Noted, cases.Flagged:
		w.line(say.Say("state." + string(c.State)))
	}
	if c.Rating > 0 {
		w.line(say.Say("card.rated", "stars", phrases.Plain(Stars(c.Rating))))
	}
	if stopped && c.State.Open() {
		w.line(say.Say("card.stopped"))
	}
}

// waiting says what whoever decides should know: how it can be answered, and
// who looks at it already.
func (w *cardWriter) waiting() {
	c, say, place := w.c, w.say, w.o.PlaceOf(w.c)
	w.cameBack()
	switch {
	case c.Source == ReportSource:
		w.line("ℹ️ " + say.Say("card.byvoice"))
		if text := w.o.Handoff(c.Source, LanguageOf(c), w.now); text != "" {
			w.line("☎️ " + Isolate(text))
		}
	case place.Replier == nil:
		w.line("ℹ️ " + say.Say("card.noapi"))
	case place.Blind:
		w.line("ℹ️ " + say.Say("card.uncheckable"))
	}
	if w.o.Replaces(c) {
		w.line("ℹ️ " + say.Say("card.replaces"))
	}
	if place.Private && place.Replier != nil {
		w.line("✉️ " + say.Say("card.private"))
	}
	if c.ClaimedBy != "" && c.ClaimedUntil.After(w.now) {
		w.line("🙋 " + say.Say("card.claimed", "name", w.o.NameOf(c.ClaimedBy)))
	}
	if !c.ToldAt.IsZero() && c.ToldAt.After(c.FlaggedAt) {
		w.line("🌙 " + say.Say("card.told", "time", w.o.clock(w.say, c.ToldAt, w.now)))
	}
	if c.WakeFor == WakeSnooze && c.WakeAt.After(w.now) {
		w.line(say.Say("card.snoozed", "time", w.o.clock(w.say, c.WakeAt, w.now)))
	}
}

// Sending is the one button of a waiting case that lets its answer go, the same
// in every room: what staff posted themselves is only noted, and a draft that
// must not leave as it stands is confirmed, not approved. "" is none.
func (o *Office) Sending(c cases.Case) Action {
	d, drafted := c.Draft()
	switch {
	case c.State != cases.Waiting:
		return ""
	case o.PlaceOf(c).Replier == nil:
		return ActHandled
	case !drafted:
		return ""
	case d.Blocked():
		return ActConfirm
	}
	return ActApprove
}

// buttons lists what can be pressed now; none when there is nothing to do.
func (o *Office) buttons(c cases.Case, room Room, say *phrases.Catalogue, now time.Time) [][]Button {
	d, _ := c.Draft()
	press := func(a Action, label string) Button {
		return Button{Action: a, Label: say.Say("button." + label), Data: o.Signer.Sign(room.Name, a, c.ID, d.Version, now.Add(tokenLife))}
	}
	row := func(buttons ...Button) []Button { return buttons }
	var rows [][]Button
	switch c.State {
	case cases.Waiting:
		var first []Button
		if send := o.Sending(c); send != "" {
			first = row(press(send, string(send)))
		}
		first = append(first, press(ActEdit, "edit"), press(ActRedraft, "redraft"))
		second := row(press(ActDismiss, "dismiss"), press(ActSnooze, "snooze"))
		if NextLevel(o, c) > c.Level {
			second = append(row(press(ActEscalate, "escalate")), second...)
		}
		third := row(press(ActClaim, "claim"))
		if c.ClaimedBy != "" && c.ClaimedUntil.After(now) {
			third = row(press(ActRelease, "release"))
		}
		if o.PlaceOf(c).Replier != nil {
			third = append(third, press(ActHandled, "handled"))
		}
		if len(c.Owed()) > 0 {
			third = append(third, press(ActKept, "kept"))
		}
		rows = [][]Button{first, second, third}
	case cases.Approved:
		rows = [][]Button{row(press(ActUndo, "undo"))}
	case cases.Unsure:
		rows = [][]Button{row(press(ActThere, "there"), press(ActNotThere, "not-there")), row(press(ActDismiss, "drop"))}
	case cases.Failed:
		rows = [][]Button{row(press(ActEdit, "edit"), press(ActHandled, "handled"), press(ActDismiss, "dismiss"))}
	case cases.Answered, cases.Handled:
		last := row(press(ActResolve, "resolve"), press(ActReopen, "reopen"))
		if len(c.Owed()) > 0 {
			last = append(row(press(ActKept, "kept")), last...)
		}
		if o.Savable(c) {
			last = append(last, press(ActSave, "save"))
		}
		rows = [][]Button{last}
	case cases.Resolved, cases.Dismissed, cases.Expired, cases.Gone, cases.New, cases.Noted, cases.Flagged:
	}
	return append(rows, links(c, say)...)
}

package responder_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// say writes a sentence of the storyteller.
func (d *day) say(text string) {
	fmt.Fprintf(&d.told, "\n%s  — %s\n", d.now.In(d.zone).Format("15:04"), text)
}

// tell writes what happened since it was last asked.
func (d *day) tell() {
	es, err := d.store.EntriesBetween(d.t.Context(), d.now.Add(-2*tick), d.now.Add(time.Hour))
	d.must(err)
	for _, e := range es {
		if e.Seq <= d.seq {
			continue
		}
		d.seq = e.Seq
		if text := d.sentence(e); text != "" {
			d.sum()
			fmt.Fprintf(&d.told, "%s  #%d %s\n", e.At.In(d.zone).Format("15:04"), e.Case, text)
		}
	}
	d.tellIncidents()
}

// sum tells of what needed nobody.
func (d *day) sum() {
	if d.quiet > 0 {
		fmt.Fprintf(&d.told, "       %d said something kind or plain; nothing to do\n", d.quiet)
	}
	if d.owed > 0 {
		fmt.Fprintf(&d.told, "       the rooms are reminded of %d promises to answer that fall due tomorrow\n", d.owed)
	}
	if d.more > 0 {
		fmt.Fprintf(&d.told, "       %d more joined the incident; the rooms saw one card change\n", d.more)
	}
	d.quiet, d.more, d.owed = 0, 0, 0
}

func (d *day) tellIncidents() {
	all, err := d.store.Incidents(d.t.Context(), 10)
	d.must(err)
	slices.Reverse(all)
	for _, i := range all {
		now := "begins: the same words from " + fmt.Sprint(i.Count)
		if i.Kind == cases.Burst {
			now = fmt.Sprintf("begins: %d unhappy customers, far more than usual", i.Count)
		}
		switch was := d.known[i.ID]; {
		case !i.Open():
			now = fmt.Sprintf("is over: %d customers wrote", i.Count)
		case was == "":
		case i.StatementBy != "":
			now = "has a holding statement, approved by " + d.office.NameOf(i.StatementBy) + "; nothing was posted by it"
		default:
			continue
		}
		if d.known[i.ID] != now {
			d.sum()
			fmt.Fprintf(&d.told, "%s  🔥 Incident %d %s\n", d.now.In(d.zone).Format("15:04"), i.ID, now)
		}
		d.known[i.ID] = now
	}
}

// sentence tells one line of the history; "" when it is told elsewhere.
func (d *day) sentence(e cases.Entry) string {
	by := d.office.NameOf(e.By)
	if told, ok := plainly(e, by); ok {
		return told
	}
	rule, _, _ := strings.Cut(e.Note, " (")
	switch e.Event {
	case cases.Calm:
		d.quiet++
	case cases.Propose, cases.Hold:
		return d.opened(e)
	case cases.Note:
		if strings.Contains(e.Note, "leaves it to a person") {
			return "the " + rule + " leaves it to a person" + e.Note[strings.LastIndex(e.Note, ":"):]
		}
		if strings.Contains(e.Note, "opening") {
			return e.Note
		}
	case cases.ByRule:
		return "the " + rule + " lets the reply go"
	case cases.Sent:
		c, err := d.store.Case(d.t.Context(), e.Case)
		d.must(err)
		for _, draft := range c.Drafts {
			if draft.Version == e.Draft {
				return "answered in public: «" + draft.Text + "»" + d.promised(c, e)
			}
		}
	case cases.Reopen:
		if words, ok := strings.CutPrefix(e.Note, "promise due: "); ok {
			return "comes back: nobody did what was promised: «" + words + "»"
		}
		return "is open again, one level up: " + e.Note
	case cases.Escalate:
		if e.By == cases.Rasid {
			return "climbs to the owners: " + e.Note
		}
		return by + " hands it to the owners: " + e.Note
	case cases.Remind:
		if words, ok := strings.CutPrefix(e.Note, "promise: "); ok {
			if !slices.Contains(d.calling, e.Case) {
				d.owed++
				return ""
			}
			return "the room is reminded of the promise: «" + words + "»"
		}
		return "the room is reminded (" + e.Note + ")"
	default: // the others are told by what follows them
	}
	return ""
}

// plainly tells the steps that need no more than who took them and the note.
func plainly(e cases.Entry, by string) (told string, ok bool) {
	told, ok = map[cases.Event]string{
		cases.Approve: by + " approves",
		cases.Revise:  by + " writes own words",
		cases.Ack:     "told in public, outside the hours: «" + e.Note + "»",
		cases.Resolve: by + " closes it as solved",
		cases.Ask:     "asked in public: «" + e.Note + "»",
		cases.Rate:    "the customer taps " + e.Note + " of 5",
		cases.Kept:    by + " did what was promised: «" + e.Note + "»",
		cases.Handle:  by + " closes it: " + e.Note,
		cases.Undo:    "taken back: " + e.Note,
		cases.Dismiss: by + " sets it aside: " + e.Note,
		cases.Expire:  "nobody acted in time",
	}[e.Event]
	return told, ok
}

// promised tells of a promise for the same day.
func (d *day) promised(c cases.Case, e cases.Entry) string {
	for _, p := range c.Promises {
		if p.Draft == e.Draft && p.DueAt.Sub(p.OpenedAt) < 12*time.Hour {
			return " — a promise until " + p.DueAt.In(d.zone).Format("15:04")
		}
	}
	return ""
}

// opened tells of a new case, or counts it when it only joined an incident.
func (d *day) opened(e cases.Entry) string {
	c, err := d.store.Case(d.t.Context(), e.Case)
	d.must(err)
	_, desk := d.rooms["desk"].cards[e.Case]
	_, owners := d.rooms["owners"].cards[e.Case]
	if strings.Contains(e.Note, "incident ") && !desk && !owners {
		d.more++
		return ""
	}
	if draft, ok := c.Draft(); ok && !c.Reply.At.IsZero() && e.At.After(c.Reply.At) {
		return "a follow-up is drafted: «" + draft.Text + "»"
	}
	m := c.Mentions[0]
	stars := ""
	if m.Stars > 0 {
		stars = " " + strings.Repeat("★", m.Stars)
	}
	said := fmt.Sprintf("%s%s: «%s»", m.Author, stars, responder.Excerpt(m.Text, 120))
	switch {
	case e.Event == cases.Hold:
		return said + " — grave: every room at once, no template"
	case desk && owners:
		return said + " — a draft for the desk and the owners"
	case desk:
		return said + " — a draft for the desk"
	}
	return said + " — a draft; it rests until opening"
}

// chapter is one part of docs/how-a-case-lives.md: the life of the first case
// of the day that fits.
type chapter struct {
	title, text string
	fits        func(c cases.Case, es []cases.Entry) bool
}

func has(es []cases.Entry, want cases.Event, note string) bool {
	return slices.ContainsFunc(es, func(e cases.Entry) bool { return e.Event == want && strings.Contains(e.Note, note) })
}

var chapters = []chapter{
	{"An ordinary complaint", "A draft waits on a card. One person reads it and presses Send. After the undo window it stands in public, exactly as approved.",
		func(_ cases.Case, es []cases.Entry) bool {
			return has(es, cases.Approve, "") && has(es, cases.Sent, "") && !has(es, cases.Revise, "") && !has(es, cases.Remind, "")
		}},
	{"In somebody's own words", "An edit is a new draft, looked at by the guard like any other. An approver sends it; the old card can no longer be approved.",
		func(_ cases.Case, es []cases.Entry) bool { return has(es, cases.Revise, "") && has(es, cases.Sent, "") }},
	{"Thanked by a rule", "Only where a named person enabled the rule, within its budget, and when nothing speaks against it. The record names the rule and the hash of its text.",
		func(_ cases.Case, es []cases.Entry) bool { return has(es, cases.ByRule, "") && has(es, cases.Sent, "") }},
	{"Left to a person by the same rule", "What a rule may not do is written down with the reason.",
		func(_ cases.Case, es []cases.Entry) bool { return has(es, cases.Note, "leaves it to a person") }},
	{"About to leave", "A rule sends it up at once; nobody has to notice it first.",
		func(c cases.Case, _ []cases.Entry) bool {
			return c.Level == 1 && slices.Contains(c.Score.Signals, "churn")
		}},
	{"Written at night", "Once for each time the café is closed, the customer is told when it opens. That is not the answer: the case waits on, and what an approver sent stands below it.",
		func(_ cases.Case, es []cases.Entry) bool { return has(es, cases.Ack, "") && has(es, cases.Sent, "") }},
	{"Solved, and rated", "After Mona closed it as solved the customer is asked once. Only their own tap counts.",
		func(_ cases.Case, es []cases.Entry) bool {
			return has(es, cases.Rate, "5") && !has(es, cases.Reopen, "")
		}},
	{"Not solved after all", "A low rating opens the case again, one level up.",
		func(_ cases.Case, es []cases.Entry) bool {
			return has(es, cases.Rate, "2") && has(es, cases.Reopen, "rated")
		}},
	{"A promise, kept", "A time in an approved reply opens a promise. Mona called, and pressed Done on the card.",
		func(_ cases.Case, es []cases.Entry) bool { return has(es, cases.Kept, "") }},
	{"A promise, late", "Nobody called. The room was reminded before the time, the case came back when it was over, with a follow-up drafted; the record says late.",
		func(_ cases.Case, es []cases.Entry) bool {
			return has(es, cases.Reopen, "promise due") && has(es, cases.Remind, "promise")
		}},
	{"Nobody acts", "A case that waits too long is brought back to mind, and climbs.",
		func(_ cases.Case, es []cases.Entry) bool {
			return has(es, cases.Escalate, "nobody acted") || has(es, cases.Remind, "")
		}},
	{"One of many in a crisis", "It is counted, kept and drafted like any other; only its card is held back until the all clear, and then comes with a few others.",
		func(_ cases.Case, es []cases.Entry) bool {
			return has(es, cases.Propose, "incident") && !has(es, cases.Approve, "")
		}},
	{"Grave, at half past two at night", "No template and no rule: people, at once, whatever the hour.",
		func(_ cases.Case, es []cases.Entry) bool { return has(es, cases.Hold, "grave") }},
}

// page is docs/how-a-case-lives.md, written from the day.
func (d *day) page() string {
	var b strings.Builder
	b.WriteString("<!-- Generated from the scripted day in responder/day_test.go (go test ./responder -run TestADayOfAShop -update). Do not edit. -->\n\n" +
		"# How a case lives\n\nThese are real records of one scripted day of an invented café in Cairo, played over a real database and fakes of\n" +
		"Telegram and Discord: some three hundred mentions, three people, a crisis at noon, a restart at three in the afternoon, and the night on which the\n" +
		"clocks go back. The whole day is in [day.golden.txt](../responder/testdata/day.golden.txt); the legal steps are in\n[states.md](states.md).\n")
	all, err := d.store.CasesBetween(d.t.Context(), time.Time{}, d.end.Add(time.Hour))
	d.must(err)
	for _, ch := range chapters {
		found := false
		for _, c := range all {
			es, err := d.store.History(d.t.Context(), c.ID)
			d.must(err)
			if found = ch.fits(c, es); found {
				d.life(&b, ch, c, es)
				break
			}
		}
		if !found {
			d.t.Errorf("no case of the day shows %q", ch.title)
		}
	}
	return b.String()
}

// life writes one case.
func (d *day) life(b *strings.Builder, ch chapter, c cases.Case, es []cases.Entry) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n> %s: %s\n\n| when | what | who | note |\n|---|---|---|---|\n", ch.title, ch.text, c.Author, c.Last().Text)
	for _, e := range es {
		step := string(e.Event)
		if e.From != "" && e.From != e.To {
			step += fmt.Sprintf(" (%s → %s)", e.From, e.To)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", e.At.In(d.zone).Format("15:04:05 MST"), step, d.office.NameOf(e.By), strings.ReplaceAll(e.Note, "|", "/"))
	}
	for _, r := range d.place.posted {
		if r.Case == c.ID {
			fmt.Fprintf(b, "\nIn public: %s\n", r.Text)
		}
	}
}

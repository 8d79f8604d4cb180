package responder

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/sentiment"
)

// Wants says which cases a room asks for; the zero value asks for all.
type Wants struct {
	Topics    []string
	Languages []string // ar, en
	Severity  cases.Severity
}

// take reports whether a room asks for a case.
func (w Wants) take(c cases.Case) bool {
	if c.Score.Severity < w.Severity {
		return false
	}
	if len(w.Languages) > 0 && !slices.Contains(w.Languages, LanguageOf(c)) {
		return false
	}
	return len(w.Topics) == 0 || slices.ContainsFunc(c.Score.Topics, func(t string) bool { return slices.Contains(w.Topics, t) })
}

// LanguageOf is the language in which a case is answered: Arabic or English.
// Who writes in a third language reads English when their letters are not
// Arabic ones. Signs without letters, like 😡, are answered in the language the
// source says they are in. Where only the title is in the other language, as
// many letters have it, the words decide; Arabic in Latin letters is Arabic.
func LanguageOf(c cases.Case) string {
	m := c.Last()
	switch c.Score.Language {
	case "en":
		return "en"
	case "mixed":
		return sentiment.Frame(lastSentence(c))
	case "other":
		if arabic, foreign := letters(m.Title + m.Words()); foreign > arabic || arabic == 0 && m.Lang == "en" {
			return "en"
		}
	}
	return "ar"
}

// lastSentence is what the customer last said in letters: who answers a question
// with a number has not changed their language.
func lastSentence(c cases.Case) string {
	for _, m := range slices.Backward(c.Mentions) {
		if arabic, foreign := letters(m.Words()); !m.Ours && !m.Gone && arabic+foreign > 0 {
			return m.Words()
		}
	}
	return ""
}

// letters counts Arabic letters and all others.
func letters(s string) (arabic, foreign int) {
	for _, r := range s {
		if unicode.Is(unicode.Arabic, r) {
			arabic++
		} else if unicode.IsLetter(r) {
			foreign++
		}
	}
	return arabic, foreign
}

// RoomsFor lists the rooms that show a case at a level: those that ask for its
// topic, language and severity. A case for which no room asks goes to the rooms
// that ask for everything, and where there is none to all of the level: nobody
// is lost between filters.
func (o *Office) RoomsFor(c cases.Case, level int) []string {
	all := o.RoomsAt(c.Source, level)
	var asked, open []string
	for _, name := range all {
		room, _ := o.Room(name)
		if room.Wants.take(c) {
			asked = append(asked, name)
		}
		if len(room.Wants.Topics) == 0 && len(room.Wants.Languages) == 0 && room.Wants.Severity == cases.Mild {
			open = append(open, name)
		}
	}
	switch {
	case len(asked) > 0:
		return asked
	case len(open) > 0:
		return open
	}
	return all
}

// Known lists every topic that a mention can have, for whoever routes by them.
func (t *Topics) Known() []string {
	seen := map[string]bool{TopicOther: true}
	for _, list := range t.words {
		for _, w := range list {
			seen[w.topic] = true
		}
	}
	for _, list := range t.phrases {
		for _, p := range list {
			seen[p.topic] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// mostNamed bounds how many people a notice names.
const mostNamed = 3

// OnDuty lists who of staff should act on a case at a level now: on shift, of
// the level's role, in the customer's language, and with the topic's skill
// where anybody has it. None when the file tells neither shifts nor skills.
func (o *Office) OnDuty(c cases.Case, level int, now time.Time) []Person {
	told := func(p Person) bool { return p.Shift != nil || len(p.Skills) > 0 }
	if !slices.ContainsFunc(o.People, told) {
		return nil
	}
	role := Agent
	if level > 0 {
		role = Supervisor
	}
	var can, skilled []Person
	for _, p := range o.People {
		switch {
		case p.Role < role, !p.Shift.Open(now):
		case len(p.Languages) > 0 && !slices.Contains(p.Languages, LanguageOf(c)):
		case slices.ContainsFunc(c.Score.Topics, func(t string) bool { return slices.Contains(p.Skills, t) }):
			skilled = append(skilled, p)
		default:
			can = append(can, p)
		}
	}
	if len(skilled) > 0 {
		can = skilled
	}
	return can[:min(len(can), mostNamed)]
}

// named is the line of a notice that says whom it is for; "" when nobody is
// named.
func (o *Office) named(c cases.Case, level int, room Room, now time.Time) string {
	people := o.OnDuty(c, level, now)
	if len(people) == 0 {
		return ""
	}
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = Isolate(p.Name)
	}
	comma := ", "
	if room.Language == "ar" {
		comma = "، "
	}
	return o.words(room.Language).Say("notice.for", "names", phrases.Plain(strings.Join(names, comma)))
}

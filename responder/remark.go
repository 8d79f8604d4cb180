package responder

import (
	"strings"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// Author says in a language who did a step: a person by name, the program, the
// customer, a rule of the policy, a colleague who answered elsewhere, somebody
// with a command at the terminal. name knows the people.
func Author(say *phrases.Catalogue, by string, name func(string) string) string {
	if key := "by." + by; say.Has(key) {
		return say.Say(key)
	}
	if rule, ok := strings.CutPrefix(by, "rule:"); ok {
		return say.Say("by.rule", "rule", rule)
	}
	if id, ok := strings.CutPrefix(by, cases.Colleague); ok {
		if known := name(by); known != "" && known != by {
			return known
		}
		return say.Say("by.colleague", "id", id)
	}
	if who, ok := strings.CutPrefix(by, "terminal:"); ok {
		return say.Say("by.terminal", "name", name(who))
	}
	return name(by)
}

// Happened names the step of a line in a language.
func Happened(say *phrases.Catalogue, e cases.Entry) string {
	key := "event." + string(e.Event)
	switch {
	case e.Event == cases.Note && e.Note == "recorded":
		return say.Say("event.recorded") // the intake's first line of a case
	case !say.Has(key):
		return Isolate(Visible(string(e.Event)))
	}
	return say.Say(key)
}

// Remark is the note of a line of the history: what people wrote as they wrote
// it, what the program keeps for itself in the reader's language, or "" where
// the step says it all.
func Remark(say *phrases.Catalogue, e cases.Entry, name func(string) string) string {
	kept := Visible(e.Note)
	if kept == "" || kept == "recorded" {
		return ""
	}
	text, known := say.Note(kept, func(by string) string { return Author(say, by, name) })
	switch {
	case !own(e) && (!known || !jotted(e)), e.Event == cases.Ack, e.Event == cases.Ask:
		return kept // words of people, or those that a rule let go
	case !known && e.By == cases.Rasid && !strings.ContainsRune(kept, ' '):
		return "" // a word of the program's own, such as "remind"
	}
	return text
}

// Told says in a language why something went as it went, where the program
// knows a word for it: the reason of a failure, the note of a case that ended.
func Told(say *phrases.Catalogue, why string, name func(string) string) string {
	if why == "" {
		return ""
	}
	text, _ := say.Note(Visible(why), func(by string) string { return Author(say, by, name) })
	return text
}

// WhyStopped says why posting is stopped: in the words of the person who stopped
// it, or in the reader's language what the program noted.
func WhyStopped(say *phrases.Catalogue, by, why string) string {
	if by != cases.Rasid && by != cases.File {
		return Isolate(Visible(why))
	}
	return Told(say, why, func(who string) string { return who })
}

// own reports whether the program wrote the note of a line. That a colleague
// answered is seen by the program and told in the colleague's words.
func own(e cases.Entry) bool {
	if e.Event == cases.Handle {
		return false
	}
	return e.By == cases.Rasid || e.By == cases.Customer || strings.HasPrefix(e.By, "rule:")
}

// jotted reports whether a line of a person may hold a note of the program.
func jotted(e cases.Entry) bool {
	if e.Event == cases.Reopen { // by hand at the page, or with a reply that was taken back
		return strings.HasPrefix(e.By, "terminal:")
	}
	return e.Event == cases.Note || e.Event == cases.Revise || e.Event == cases.Resolve || e.Event == cases.Approve
}

package learn

import (
	_ "embed" // the reasons are part of the program
	"strings"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/sentiment"
)

//go:embed reasons.txt
var reasonFile string

// verdict is what a reason says of the mention it sets aside.
type verdict string

const (
	calm   verdict = "calm"   // no complaint
	praise verdict = "praise" // rather the contrary
)

// reasons reads the reasons staff give, folded, with a space around.
func reasons() map[verdict][]string {
	out := map[verdict][]string{}
	for l := range strings.Lines(reasonFile) {
		if kind, words, ok := strings.Cut(strings.TrimSpace(l), "\t"); ok && l[0] != '#' {
			out[verdict(kind)] = append(out[verdict(kind)], spaced(words))
		}
	}
	return out
}

// spaced folds a text to words with single spaces between and around them.
func spaced(s string) string {
	words := strings.FieldsFunc(fold.Text(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' })
	return " " + strings.Join(words, " ") + " "
}

// read says what a note means for the label; "" when nothing: spam, not about
// us, answered already.
func (l *Learner) read(note string) verdict {
	said := spaced(note)
	for _, words := range l.reasons[calm] {
		if strings.Contains(said, words) {
			return calm
		}
	}
	for _, words := range l.reasons[praise] {
		if strings.HasPrefix(said, words) {
			return praise
		}
	}
	return ""
}

// sure is the probability of a complaint from which an answer to it counts as
// agreement that it is one.
const sure = 0.35

// lesson is what an entry of the history says about a mention of its case;
// false when it says nothing. A decision speaks of what upset the case: the
// most unhappy mention of those that were there.
func (l *Learner) lesson(e cases.Entry, c cases.Case) (cases.Lesson, bool) {
	m, res, ok := l.worst(e, c)
	if !ok {
		return cases.Lesson{}, false
	}
	out := cases.Lesson{Seq: e.Seq, Mention: m.Num, Hash: cases.HashWords(m), Label: string(sentiment.Negative), By: e.By, At: e.At}
	thanked := thanks(c, e.Draft)
	switch e.Event {
	case cases.Dismiss:
		out.Origin = cases.FromDismissal
		switch l.read(e.Note) {
		case calm:
			out.Label = string(sentiment.Neutral)
			if m.Stars >= 4 || m.Stars == 0 && res.Pos > res.Neu {
				out.Label = string(sentiment.Positive)
			}
		case praise:
			out.Label, out.Origin = string(sentiment.Positive), cases.FromCorrection
		default:
			return out, false
		}
	case cases.Flag:
		out.Origin = cases.FromRequest
		if e.By == cases.Rasid { // a report: its author is the colleague, then a slash
			out.Origin = cases.FromReport
			out.By, _, _ = strings.Cut(m.AuthorID, "/")
		}
	case cases.Approve, cases.Handle:
		out.Origin = cases.FromAnswer
		if thanked || res.Neg < sure {
			return out, false
		}
	case cases.Resolve:
		out.Origin = cases.FromResolution
		if thanked {
			return out, false
		}
	case cases.Reopen:
		out.Origin = cases.FromReopening
		if thanked {
			return out, false
		}
	default: // no other step says what staff think of the words
		return out, false
	}
	return out, out.By != ""
}

// worst is the most unhappy mention the decision can have been about.
func (l *Learner) worst(e cases.Entry, c cases.Case) (worst cases.Mention, res sentiment.Result, found bool) {
	s := l.Scorer()
	for _, m := range c.Mentions {
		if m.Ours || m.Bot || m.Gone || strings.TrimSpace(m.Text) == "" || m.EditedAt.After(e.At) || len(c.Mentions) > 1 && m.PostedAt.After(e.At) {
			continue
		}
		r := s.Quick(sentiment.Input{Text: m.Text, Stars: m.Stars})
		if !found || r.Neg > res.Neg {
			worst, res, found = m, r, true
		}
	}
	return worst, res, found
}

// thanks reports whether the case was answered as praise: by a draft of
// thanks, which says nothing of a complaint.
func thanks(c cases.Case, version int) bool {
	for _, d := range c.Drafts {
		if d.Version == version || version == 0 && d.Version == len(c.Drafts) {
			return d.Topic == "thanks" || strings.Contains(d.Origin, "/thanks/")
		}
	}
	return false
}

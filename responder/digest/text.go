package digest

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"rasid/internal/phrases"
	"rasid/responder"
)

// Section is a part of the report: the words that every format shares.
type Section struct {
	Name  string // spoken, incidents, complaints, worst, answers, waiting, sources
	Head  string // "" for the first
	Lines []Line
}

// Line is one line of a section.
type Line struct {
	Text string
	URL  string // http or https; "" when there is none
	Case int64  // it is about; 0 for none
	Sub  bool   // belongs to the line above
}

// Report is the figures in words, with everything there is to tell.
func (f Figures) Report(say *phrases.Catalogue) []Section { return f.sections(say, full) }

// detail is how much a report tells.
type detail struct {
	topics, worst, excerpt int
	samples, links         bool
	sources                bool // well ones too
	limits                 bool // what platforms do not let us see
}

var full = detail{topics: 100, worst: worstShown, excerpt: 140, samples: true, links: true, sources: true, limits: true}

// shorter are the ways to make a report fit, tried in order.
var shorter = []detail{
	{topics: 6, worst: 3, excerpt: 90, samples: true, links: true, sources: true},
	{topics: 5, worst: 3, excerpt: 70, samples: true, links: true},
	{topics: 4, worst: 3, excerpt: 50, links: true},
	{topics: 3, worst: 2, excerpt: 40},
	{topics: 2, worst: 1, excerpt: 30},
}

// ChatLimit is the longest report for a chat in UTF-16 units: one message on
// Discord (2,000) as well as on Telegram (4,096).
const ChatLimit = 1900

// Chat writes the figures as one chat message, with less detail rather than
// in several parts.
func (f Figures) Chat(say *phrases.Catalogue, business string) string {
	var text string
	for _, d := range shorter {
		if text = f.text(say, business, d); units(text) <= ChatLimit {
			return text
		}
	}
	for units(text) > ChatLimit { // names of sources can be long
		cut := strings.LastIndexByte(text, '\n')
		if cut < 0 {
			break
		}
		text = text[:cut]
	}
	return text
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// Text writes the figures as plain text, with everything there is to tell.
func (f Figures) Text(say *phrases.Catalogue, business string) string {
	return f.text(say, business, full)
}

func (f Figures) text(say *phrases.Catalogue, business string, d detail) string {
	var b strings.Builder
	b.WriteString(f.title(say, business))
	for _, s := range f.sections(say, d) {
		if s.Head != "" {
			b.WriteString("\n\n" + s.Head)
		}
		for _, l := range s.Lines {
			b.WriteByte('\n')
			switch {
			case l.Sub:
				b.WriteString("   ")
			case s.Head != "":
				b.WriteString("• ")
			}
			b.WriteString(l.Text)
			if l.URL != "" {
				b.WriteString("\n   " + phrases.FSI + l.URL + phrases.PDI)
			}
		}
	}
	return b.String()
}

func (f Figures) title(say *phrases.Catalogue, business string) string {
	return say.Say("digest.title", "name", business, "date", speaker{say}.dates(f.Span))
}

// sections puts the figures into words.
func (f Figures) sections(say *phrases.Catalogue, d detail) []Section {
	s := speaker{say}
	if f.Quiet() && len(f.Merged) == 0 {
		if f.Total == 0 {
			return []Section{{Name: "spoken", Lines: []Line{{Text: s.Say(f.of("digest.none")) + " " + s.Say("digest.waiting.none")}}}}
		}
		return []Section{{Name: "spoken", Lines: []Line{{Text: s.Say(f.of("digest.quiet"), "n", f.Total)}}}}
	}
	var all []Section
	for _, part := range []Section{f.spoken(s), f.incidents(s), f.complaints(s, d), f.worstOnes(s, d), f.answers(s), f.waiting(s, d), f.health(s, d)} {
		if len(part.Lines) > 0 {
			all = append(all, part)
		}
	}
	if f.Anchor != "" {
		anchor := Line{Text: s.Say("digest.anchor", "n", int(f.Line), "hash", f.Anchor[:min(len(f.Anchor), 16)])}
		all[len(all)-1].Lines = append(all[len(all)-1].Lines, anchor)
	}
	return all
}

// of is the phrase for a day, or that for several days.
func (f Figures) of(key string) string {
	if f.Length() > 1 {
		return key + ".span"
	}
	return key
}

// mergedShown bounds the days that are named one by one.
const mergedShown = 7

// spoken tells how many spoke and how the mood moved.
func (f Figures) spoken(s speaker) Section {
	out := Section{Name: "spoken"}
	add := func(key string, pairs ...any) { out.Lines = append(out.Lines, Line{Text: s.Say(key, pairs...)}) }
	older := max(0, len(f.Merged)-mergedShown)
	for _, m := range f.Merged[older:] {
		add("digest.merged", "date", s.date(m.Day), "n", m.Total, "neg", m.Neg)
	}
	if older > 0 {
		add("digest.merged.more", "n", older)
	}
	if f.Total == 0 {
		add(f.of("digest.none"))
	} else {
		add("digest.total", "n", f.Total, "neg", f.Neg, "neu", f.Neu, "pos", f.Pos)
	}
	if f.Unread > 0 {
		add("digest.unread", "n", f.Unread)
	}
	if f.Length() == 1 {
		add("digest.compare", "yesterday", f.Previous.Total, "neg", f.Previous.Neg, "mean", s.mean(f.Week.Total, 7), "usual", s.mean(f.Week.Neg, 7))
		add("digest.net", "net", s.percent(f.Net(), true), "yesterday", s.percent(f.Previous.Net(), true), "mean", s.percent(f.Week.Net(), true))
	} else {
		add("digest.compare.span", "n", f.Previous.Total, "neg", f.Previous.Neg)
		add("digest.net.span", "net", s.percent(f.Net(), true), "before", s.percent(f.Previous.Net(), true))
	}
	if f.Unhappy+f.Happy > 0 {
		add("digest.people", "unhappy", f.Unhappy, "happy", f.Happy, "back", f.Recovered)
	}
	if f.Unhappy > 0 {
		add("digest.silent", "n", f.Silent())
	}
	if h, ok := f.Peak(); ok {
		add("digest.peak", "from", s.hour(h), "to", s.hour(h+1), "n", f.Hours[h].Total)
	}
	return out
}

// complaints tells what people complained of.
func (f Figures) complaints(s speaker, d detail) Section {
	out := Section{Name: "complaints", Head: s.Say("digest.topics")}
	for _, t := range f.Topics[:min(len(f.Topics), d.topics)] {
		out.Lines = append(out.Lines, Line{Text: s.Say("digest.topic.change", "topic", s.topic(t.Topic), "n", t.N, "change", s.change(t.N, t.Before))})
		if text := excerpt(t.Sample.Mention.Text, d.excerpt); d.samples && text != "" {
			out.Lines = append(out.Lines, Line{Text: s.Say("digest.sample", "text", text), Sub: true, Case: t.Sample.Case})
		}
	}
	return out
}

func (f Figures) worstOnes(s speaker, d detail) Section {
	out := Section{Name: "worst", Head: s.Say("digest.worst")}
	for _, m := range f.Worst[:min(len(f.Worst), d.worst)] {
		key := "digest.line"
		if m.Case == 0 { // a trial opens no cases
			key = "digest.line.loose"
		}
		l := Line{Case: m.Case, Text: s.Say(key, "case", m.Case, "name", excerpt(m.Mention.Author, 30), "text", excerpt(m.Mention.Text, d.excerpt))}
		if d.links {
			l.URL = link(m.Mention.URL)
		}
		out.Lines = append(out.Lines, l)
	}
	return out
}

// answers tells how fast, how well and with what effect we answered.
func (f Figures) answers(s speaker) Section {
	out := Section{Name: "answers", Head: s.Say("digest.work")}
	add := func(key string, pairs ...any) { out.Lines = append(out.Lines, Line{Text: s.Say(key, pairs...)}) }
	timed := func(t Times, text string) {
		if share, ok := t.Share(); ok {
			text += " · " + s.Say("digest.within", "share", s.percent(share, false))
		}
		out.Lines = append(out.Lines, Line{Text: text})
	}
	if f.Ack.N > 0 {
		timed(f.Ack, s.Say("digest.ack", "median", f.Ack.Median, "slow", f.Ack.Slow))
	}
	if f.Answered > 0 {
		timed(f.Reply, s.Say("digest.answered", "n", f.Answered, "median", f.Reply.Median, "slow", f.Reply.Slow))
	} else {
		add(f.of("digest.unanswered"))
	}
	if f.Same+f.Edited+f.SetAside > 0 {
		add("digest.drafts", "same", f.Same, "edited", f.Edited, "other", f.SetAside)
	}
	if f.ByRule+f.Undone+f.Reopened+f.Returned > 0 {
		add("digest.again", "rule", f.ByRule, "undone", f.Undone, "reopened", f.Reopened, "returned", f.Returned)
	}
	if f.Resolved+f.Handled+f.Thanked+f.Escalated > 0 {
		add("digest.results", "resolved", f.Resolved, "handled", f.Handled, "thanked", f.Thanked, "escalated", f.Escalated)
	}
	if mean, share, ok := f.Satisfaction(); ok {
		add("digest.csat", "mean", s.digits(strconv.FormatFloat(mean, 'f', 1, 64)), "n", f.Rated, "asked", f.Asked, "share", s.percent(share, false))
	} else if f.Asked > 0 {
		add("digest.csat.none", "asked", f.Asked)
	}
	if f.Refused+f.Expired > 0 {
		add("digest.lost", "refused", f.Refused, "expired", f.Expired)
	}
	if p := f.PreviousWork; p.Answered > 0 {
		add("digest.trend", "n", p.Answered, "median", p.Median, "same", p.Same, "edited", p.Edited)
	}
	if p := f.Promises; p != nil && p.Kept+p.Late+p.Open > 0 {
		add("digest.promises", "kept", p.Kept, "late", p.Late, "open", p.Open)
	}
	out.Lines = append(out.Lines, f.learned(s)...)
	return out
}

// learned tells what rasid made of the decisions of staff.
func (f Figures) learned(s speaker) (lines []Line) {
	add := func(key string, pairs ...any) { lines = append(lines, Line{Text: s.Say(key, pairs...)}) }
	l := f.Learned
	if l.Decisions > 0 {
		add("digest.learned", "complaints", l.Complaints, "others", l.Decisions-l.Complaints)
	}
	if l.Version > 0 {
		add("digest.learned.on", "n", l.Version)
		if len(l.Complaint) > 0 {
			add("digest.learned.complaint", "words", s.quoted(l.Complaint))
		}
		if len(l.Calm) > 0 {
			add("digest.learned.calm", "words", s.quoted(l.Calm))
		}
	}
	return lines
}

func (f Figures) waiting(s speaker, d detail) Section {
	out := Section{Name: "waiting", Head: s.Say("digest.waiting.head")}
	if f.Waiting == 0 {
		out.Lines = []Line{{Text: s.Say("digest.waiting.none")}}
		return out
	}
	out.Lines = []Line{{Text: s.Say("digest.waiting", "n", f.Waiting, "age", f.Longest)}}
	for _, w := range f.Waits[:min(len(f.Waits), d.worst)] {
		out.Lines = append(out.Lines, Line{Sub: true, Case: w.Case, Text: s.Say("digest.wait", "case", w.Case, "name", excerpt(w.Author, 30), "topic", s.topic(w.Topic), "age", w.Age)})
	}
	return out
}

// health tells what was read, and what was not.
func (f Figures) health(s speaker, d detail) Section {
	out := Section{Name: "sources", Head: s.Say("digest.sources")}
	for _, c := range f.Sources {
		if d.sources || c.Bad != "" {
			out.Lines = append(out.Lines, Line{Text: s.Say("digest.source.counted", "source", c.Name, "n", c.N, "neg", c.Neg)})
		}
		if c.Bad != "" {
			out.Lines = append(out.Lines, Line{Text: f.unread(s, c), Sub: true})
		}
		if d.limits && c.Limits != "" {
			out.Lines = append(out.Lines, Line{Text: s.Say("digest.source.limits", "source", c.Name, "why", responder.Visible(s.Source(c.Kind, c.Limits))), Sub: true})
		}
	}
	return out
}

// unread says since when a source was not read.
func (f Figures) unread(s speaker, c SourceCount) string {
	why := any(phrases.Cause(excerpt(c.Bad, 160)))
	if c.Bad == silent {
		why = phrases.Plain(s.Say("digest.source.silent"))
	}
	if c.LastOK.IsZero() {
		return s.Say("digest.source.never", "source", c.Name, "why", why)
	}
	at := c.LastOK.In(cmp.Or(f.From.Location(), time.UTC))
	return s.Say("digest.source.since", "source", c.Name, "time", s.moment(at, f.Span), "why", why)
}

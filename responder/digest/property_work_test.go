package digest_test

import (
	"math"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/responder/digest"
)

// work counts events by name, and times from the first flag after the last
// opening to the first step and the first reply.
func (r recount) work() digest.Work {
	in := slices.DeleteFunc(slices.Clone(r.lines), func(e cases.Entry) bool {
		return e.At.Before(r.span.From) || !e.At.Before(r.span.To)
	})
	events := func(names ...cases.Event) int {
		return count(in, func(e cases.Entry) bool { return slices.Contains(names, e.Event) })
	}
	byStaff := func(e cases.Entry) bool {
		return e.Event == cases.Approve && r.cases[e.Case].Drafts[e.Draft-1].Origin == "staff"
	}
	w := digest.Work{
		Answered: events(cases.Sent, cases.Found), Edited: count(in, byStaff), ByRule: events(cases.ByRule), Undone: events(cases.Undo),
		SetAside: events(cases.Dismiss), Reopened: events(cases.Reopen), Resolved: events(cases.Resolve), Handled: events(cases.Handle),
		Refused: events(cases.Refuse), Expired: events(cases.Expire), Escalated: events(cases.Escalate),
		Returned: count(in, func(e cases.Entry) bool {
			return e.Event == cases.Again && slices.Contains([]cases.State{cases.Answered, cases.Handled, cases.Resolved}, e.From)
		}),
		Thanked: count(in, r.thanks),
	}
	w.Same = events(cases.Approve) - w.Edited
	w.Asked, w.Rated = events(cases.Ask), events(cases.Rate)
	for _, e := range in {
		if e.Event == cases.Rate {
			w.Stars += int(e.Note[0] - '0')
			w.Satisfied += strings.Count("45", e.Note)
		}
	}
	person := func(e cases.Entry) bool {
		return e.By == "mona" || e.By == "omar" || strings.HasPrefix(e.By, "colleague:")
	}
	reply := func(e cases.Entry) bool { return e.Event == cases.Sent || e.Event == cases.Found }
	w.Ack, w.Reply = r.times(person, true, 0), r.times(reply, false, 1)
	w.Median, w.Slow = w.Reply.Median, w.Reply.Slow
	return w
}

// thanks reports whether a line is a reply to nothing but praise: to what was
// said since the reply before it.
func (r recount) thanks(e cases.Entry) bool {
	reply := func(l cases.Entry) bool { return l.Case == e.Case && (l.Event == cases.Sent || l.Event == cases.Found) }
	if !reply(e) {
		return false
	}
	var since time.Time
	for _, l := range r.lines {
		if l.Seq < e.Seq && reply(l) {
			since = l.At
		}
	}
	labels := map[bool]int{}
	for _, m := range r.said {
		if m.Case == e.Case && !m.Mention.Ours && !m.Mention.Bot && !m.Mention.Old && m.SeenAt.After(since) && !m.SeenAt.After(e.At) {
			labels[m.Score.Label == "pos" && !m.Mention.EditedAt.After(e.At)]++
		}
	}
	return labels[false] == 0 && (labels[true] > 0 || r.cases[e.Case].Score.Label == "pos")
}

// times measures, for each stretch between two openings of a case, from its
// first flag to its first line of a kind. Only lines after the flag count when
// after is set; otherwise a line before it uses the stretch up.
func (r recount) times(of func(cases.Entry) bool, after bool, which int) digest.Times {
	var took []time.Duration
	var t digest.Times
	for id, c := range r.cases {
		stretches := [][]cases.Entry{nil}
		for _, e := range r.lines {
			if e.Case != id {
				continue
			}
			if !e.From.Open() && e.To.Open() {
				stretches = append(stretches, nil)
			}
			stretches[len(stretches)-1] = append(stretches[len(stretches)-1], e)
		}
		for _, s := range stretches {
			flag := slices.IndexFunc(s, func(e cases.Entry) bool { return e.To == cases.Flagged })
			if flag < 0 {
				continue
			}
			skip := 0
			if after {
				skip = flag
			}
			hit := slices.IndexFunc(s[skip:], of)
			if hit < 0 || skip+hit < flag {
				continue
			}
			if l := s[skip+hit]; after && l.From == cases.Flagged && strings.HasPrefix(l.By, "colleague:") {
				continue // answered before anybody was asked
			}
			if at := s[skip+hit].At; !at.Before(r.span.From) && at.Before(r.span.To) {
				took = append(took, at.Sub(s[flag].At))
				ack, reply := aims(c)
				if target := []time.Duration{ack, reply}[which]; target > 0 {
					t.Aimed++
					if at.Sub(s[flag].At) <= target {
						t.Within++
					}
				}
			}
		}
	}
	slices.Sort(took)
	t.N = len(took)
	if len(took) > 0 {
		rank := func(q float64) time.Duration { return took[int(math.Ceil(q*float64(len(took))-1e-9))-1] }
		t.Median, t.Slow = rank(0.5), rank(0.9)
	}
	return t
}

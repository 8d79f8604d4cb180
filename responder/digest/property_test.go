package digest_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rasid/internal/cases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
)

// life makes random mentions and takes random legal steps in a real store.
type life struct {
	*rapid.T
	store *store.Store
	now   time.Time
	said  int
	last  []cases.Mention
}

// steps are the events that follow each state, those that need a draft and an
// outbox row among them.
func steps(s cases.State) []cases.Event {
	var out []cases.Event
	for _, r := range cases.Rules() {
		if r.From == s {
			out = append(out, r.On)
		}
	}
	return out
}

func (l *life) speak() {
	if len(l.last) > 0 && rapid.IntRange(0, 3).Draw(l.T, "edit") == 0 {
		m := rapid.SampledFrom(l.last).Draw(l.T, "edited")
		m.Text, m.Stars, m.EditedAt = m.Text+"!", rapid.IntRange(1, 5).Draw(l.T, "new stars"), l.now
		l.record(m)
		return
	}
	l.said++
	author := rapid.SampledFrom([]string{"", "amal", "badr", "dina", "fahd"}).Draw(l.T, "author")
	m := cases.Mention{
		Source: rapid.SampledFrom([]string{"reviews", "forum"}).Draw(l.T, "source"), ID: fmt.Sprint(l.said), Text: fmt.Sprintf("words %d", l.said),
		AuthorID: author, Author: author, Thread: author, PostedAt: l.now,
		Old: rapid.IntRange(0, 9).Draw(l.T, "old") == 0, Bot: rapid.IntRange(0, 9).Draw(l.T, "bot") == 0, Ours: rapid.IntRange(0, 9).Draw(l.T, "ours") == 0,
	}
	m.Stars = rapid.IntRange(1, 5).Draw(l.T, "stars")
	l.last = append(l.last, m)
	l.record(m)
}

func (l *life) record(m cases.Mention) {
	if _, err := l.store.Record(l.Context(), m.Source, cases.Page{Mentions: []cases.Mention{m}, Next: cases.Cursor(m.ID)}, l.now); err != nil {
		l.Fatal(err)
	}
}

// act takes one legal step of one case, if there is any.
func (l *life) act() {
	all, err := l.store.List(l.Context(), store.Filter{Limit: 100})
	if err != nil {
		l.Fatal(err)
	}
	if len(all) == 0 {
		return
	}
	c := rapid.SampledFrom(all).Draw(l.T, "case")
	legal := steps(c.State)
	if len(legal) == 0 {
		return
	}
	ch := cases.Change{
		Case: c.ID, Version: c.Version, At: l.now, Event: rapid.SampledFrom(legal).Draw(l.T, "event"),
		By: rapid.SampledFrom([]string{"mona", "omar", cases.Rasid}).Draw(l.T, "by"),
	}
	switch ch.Event {
	case cases.Calm, cases.Flag:
		label := rapid.SampledFrom([]string{"neg", "neu", "pos"}).Draw(l.T, "label")
		s := cases.Score{
			Label: label, Value: float64(rapid.IntRange(-9, 9).Draw(l.T, "value")) / 10, Severity: cases.Severity(rapid.IntRange(0, 3).Draw(l.T, "severity")),
			Topics: []string{rapid.SampledFrom([]string{"delivery", "price", "staff"}).Draw(l.T, "topic")},
		}
		ch.Score, ch.Scores = &s, map[int64]cases.Score{c.Last().Num: s}
	case cases.Rate:
		ch.By, ch.Note = "customer", fmt.Sprint(rapid.IntRange(1, 5).Draw(l.T, "rating"))
	case cases.Propose:
		ch.Draft = &cases.Draft{Text: fmt.Sprintf("draft %d", c.Version), Origin: "template:en/x/1", By: cases.Rasid, At: l.now}
	case cases.Revise:
		ch.By = "mona"
		ch.Draft = &cases.Draft{Text: fmt.Sprintf("own words %d", c.Version), Origin: "staff", By: "mona", At: l.now}
	case cases.Approve, cases.ByRule:
		d, ok := c.Draft()
		if !ok {
			return
		}
		if ch.By == cases.Rasid {
			ch.By = "omar"
		}
		if ch.Event == cases.ByRule {
			ch.By = "rule:thanks"
		}
		ch.DraftNo, ch.Send = d.Version, []cases.Send{responder.ReplyRow(c, d, ch.By, l.now)}
	default: // the others carry nothing
	}
	if rapid.Bool().Draw(l.T, "promised") {
		ch.Promises = l.promise(c)
	}
	// What the store refuses for other reasons leaves no line of history.
	_, _ = l.store.Apply(l.Context(), ch)
}

// finish takes a case to its good end in one go, as far as the rules allow, and
// lets its customer say how satisfied they are: steps drawn one by one hardly
// ever get there.
func (l *life) finish() {
	all, err := l.store.List(l.Context(), store.Filter{Limit: 100})
	if err != nil {
		l.Fatal(err)
	}
	if len(all) == 0 {
		return
	}
	c := rapid.SampledFrom(all).Draw(l.T, "finished")
	draft := &cases.Draft{Text: "done", Origin: "staff", By: "mona", At: l.now}
	score := &cases.Score{Label: "neg", Value: -0.5, Topics: []string{"price"}}
	for _, e := range []cases.Event{cases.Flag, cases.Propose, cases.Handle, cases.Resolve, cases.Ask, cases.Rate} {
		ch := cases.Change{Case: c.ID, Version: c.Version, Event: e, By: "mona", At: l.now}
		switch e {
		case cases.Flag:
			ch.Score, ch.Scores = score, map[int64]cases.Score{c.Last().Num: *score}
		case cases.Propose:
			ch.Draft = draft
		case cases.Rate:
			ch.Rating = rapid.IntRange(1, 5).Draw(l.T, "rating")
			ch.By, ch.Note = "customer", fmt.Sprint(ch.Rating)
		default: // the others carry nothing
		}
		if next, err := l.store.Apply(l.Context(), ch); err == nil {
			c = next
		}
	}
}

// promise ends the promise that a customer waits for, or gives one.
func (l *life) promise(c cases.Case) []cases.Promise {
	if owed := c.Owed(); len(owed) > 0 {
		return []cases.Promise{rapid.SampledFrom([]cases.Promise{
			owed[0].Settled("mona", l.now), owed[0].Ended(cases.PromiseBroken, "mona", l.now), owed[0].Ended(cases.PromiseVoid, "customer", l.now),
		}).Draw(l.T, "end of a promise")}
	}
	due := l.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(l.T, "hours")) * time.Hour)
	return []cases.Promise{{Case: c.ID, Draft: c.Version, Words: "soon", OpenedAt: l.now, DueAt: due, State: cases.PromiseOpen}}
}

// burn opens an incident, lets a case join it, or ends it.
func (l *life) burn() {
	all, err := l.store.List(l.Context(), store.Filter{Limit: 100})
	if err != nil {
		l.Fatal(err)
	}
	open, err := l.store.OpenIncidents(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	if len(open) > 0 && rapid.IntRange(0, 3).Draw(l.T, "over") == 0 {
		if err := l.store.CloseIncident(l.Context(), open[0].ID, l.now, nil); err != nil {
			l.Fatal(err)
		}
		return
	}
	if len(all) == 0 {
		return
	}
	c := rapid.SampledFrom(all).Draw(l.T, "unhappy")
	i := &cases.Incident{Kind: cases.Burst, Source: c.Source, OpenedAt: l.now}
	if len(open) > 0 {
		i = &cases.Incident{ID: open[0].ID}
	}
	if _, _, err := l.store.Enrol(l.Context(), cases.Unhappy{Case: c.ID, Source: c.Source, At: l.now, SeenAt: l.now}, i, nil); err != nil {
		l.Fatal(err)
	}
}

func TestFiguresAgreeWithTheHistoryToTheLastUnit(t *testing.T) {
	zone := place(t, "Africa/Cairo")
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // each check fills a database of its own
		if err := f.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		s, err := store.Open(rt.Context(), store.Options{DSN: dir + "/r.db", DataDir: dir, Owner: "test"})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		// Around a day of 23 hours that has no midnight.
		l := &life{T: rt, store: s, now: time.Date(2027, 4, 27, 20, 0, 0, 0, zone)}
		for range rapid.IntRange(5, 45).Draw(rt, "steps") {
			l.now = l.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "minutes")) * time.Minute)
			switch rapid.IntRange(0, 6).Draw(rt, "what") {
			case 0, 1:
				l.speak()
			case 2:
				l.burn()
			case 3:
				l.finish()
			default:
				l.act()
			}
		}
		for _, span := range []digest.Span{
			digest.Day(time.Date(2027, 4, 29, 12, 0, 0, 0, zone)), digest.Day(time.Date(2027, 4, 30, 12, 0, 0, 0, zone)),
			digest.Day(l.now), digest.Days(l.now, 7), digest.Month(l.now),
		} {
			agree(rt, s, span, l.now)
		}
	})
}

// aims is stricter for half of the cases and wants nothing for one in five.
func aims(c cases.Case) (ack, reply time.Duration) {
	if c.ID%5 == 0 {
		return 0, 0
	}
	return time.Duration(1+c.ID%2) * time.Hour, 5 * time.Hour
}

// agree counts a span again from the bare lists and compares.
func agree(t *rapid.T, s *store.Store, span digest.Span, now time.Time) {
	targets := digest.Targets{Of: aims}
	got, err := digest.Counter{Book: s, Load: s, Targets: targets, Promises: s, Incidents: s}.Tally(t.Context(), span, now)
	if err != nil {
		t.Fatal(err)
	}
	ever, far := time.Unix(0, 0), now.AddDate(1, 0, 0)
	said, err := s.MentionsBetween(t.Context(), ever, far)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := s.EntriesBetween(t.Context(), ever, far)
	if err != nil {
		t.Fatal(err)
	}
	want := recount{span: span, said: said, lines: lines, cases: map[int64]cases.Case{}}
	if want.fires, err = s.Incidents(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	if want.burnt, err = s.Unhappy(t.Context(), 0, ever); err != nil {
		t.Fatal(err)
	}
	for _, e := range lines {
		if _, seen := want.cases[e.Case]; !seen {
			if want.cases[e.Case], err = s.Case(t.Context(), e.Case); err != nil {
				t.Fatal(err)
			}
		}
	}
	have := map[string]any{
		"mood": got.Mood, "previous": got.Previous, "topics": topicsOf(got), "worst": numbersOf(got.Worst), "work": got.Work,
		"people": [3]int{got.Unhappy, got.Happy, got.Recovered}, "hours": sumOf(got.Hours[:]), "days": lastOf(got.Days), "sources": sourcesOf(got),
		"waiting": [2]int{got.Waiting, int(got.Longest / time.Second)}, "promises": *got.Promises, "incidents": firesOf(got),
	}
	if d := cmp.Diff(want.all(now), have); d != "" {
		t.Fatalf("%s – %s differ (-history +digest):\n%s", span.From, span.To, d)
	}
}

func topicsOf(f digest.Figures) []string {
	var out []string
	for _, c := range f.Topics {
		out = append(out, fmt.Sprintf("%s %d %d %d", c.Topic, c.N, c.Before, c.Sample.Mention.Num))
	}
	slices.Sort(out)
	return out
}

func sourcesOf(f digest.Figures) []string {
	var out []string
	for _, c := range f.Sources {
		if c.N > 0 {
			out = append(out, fmt.Sprintf("%s %d %d", c.Name, c.N, c.Neg))
		}
	}
	return out
}

func firesOf(f digest.Figures) []string {
	var out []string
	for _, i := range f.Incidents {
		out = append(out, fmt.Sprintf("%d %s %d %t", i.ID, i.Source, i.Count, i.Open()))
	}
	slices.Sort(out)
	return out
}

func numbersOf(list []cases.Scored) []int64 {
	var out []int64
	for _, m := range list {
		out = append(out, m.Mention.Num)
	}
	return out
}

func sumOf(hours []digest.Mood) (sum digest.Mood) {
	for _, h := range hours {
		sum = digest.Mood{Total: sum.Total + h.Total, Neg: sum.Neg + h.Neg, Neu: sum.Neu + h.Neu, Pos: sum.Pos + h.Pos, Unread: sum.Unread + h.Unread}
	}
	return sum
}

func lastOf(days []digest.Dawn) digest.Mood { return days[len(days)-1].Mood }

// recount counts the plain way: everything, each time, from the bare lists.
type recount struct {
	span  digest.Span
	said  []cases.Scored
	lines []cases.Entry
	cases map[int64]cases.Case // those of the lines
	fires []cases.Incident
	burnt []cases.Unhappy // the cases of the incidents
}

// incidents finds those that went on in the span and counts their cases.
func (r recount) incidents() []string {
	var out []string
	for _, i := range r.fires {
		ended := i.ClosedAt
		if ended.IsZero() {
			ended = r.span.To
		}
		if i.OpenedAt.Before(r.span.To) && !ended.Before(r.span.From) {
			n := count(r.burnt, func(u cases.Unhappy) bool { return u.Incident == i.ID })
			out = append(out, fmt.Sprintf("%d %s %d %t", i.ID, i.Source, n, i.ClosedAt.IsZero()))
		}
	}
	slices.Sort(out)
	return out
}

// promises counts those of every case: on the day they fell due, kept in time
// or given up, and those still to be kept.
func (r recount) promises(now time.Time) (n digest.Promises) {
	for _, c := range r.cases {
		for _, p := range c.Promises {
			waits := p.SettledAt.IsZero()
			switch {
			case waits && !now.After(p.DueAt):
				n.Open++
			case p.DueAt.Before(r.span.From) || !p.DueAt.Before(r.span.To) || p.State == cases.PromiseVoid:
			case !waits && !p.SettledAt.After(p.DueAt) && p.State != cases.PromiseBroken:
				n.Kept++
			default: // given up, too late, or still waited for
				n.Late++
			}
		}
	}
	return n
}

func (r recount) all(now time.Time) map[string]any {
	days := 0
	for d := r.span.From; d.Before(r.span.To); d = d.Add(time.Hour) { // counts local dates, not hours
		if d.Format(time.DateOnly) != d.Add(time.Hour).Format(time.DateOnly) {
			days++
		}
	}
	y, m, d := r.span.From.Date()
	earlier := digest.StartOfDay(time.Date(y, m, d-days, 12, 0, 0, 0, r.span.From.Location()))
	last := digest.StartOfDay(r.span.To.Add(-time.Minute))
	waiting, longest := r.waiting(now)
	return map[string]any{
		"mood": r.mood(r.span.From, r.span.To), "previous": r.mood(earlier, r.span.From), "topics": r.topics(earlier), "worst": r.worst(), "work": r.work(),
		"people": r.people(), "hours": r.mood(r.span.From, r.span.To), "days": r.mood(last, r.span.To), "sources": r.sources(),
		"waiting": [2]int{waiting, longest}, "promises": r.promises(now), "incidents": r.incidents(),
	}
}

func (r recount) between(from, to time.Time) []cases.Scored {
	var out []cases.Scored
	for _, m := range r.said {
		if !m.Mention.Ours && !m.Mention.Bot && !m.Mention.Old && m.SeenAt.Compare(from) >= 0 && m.SeenAt.Compare(to) < 0 {
			out = append(out, m)
		}
	}
	return out
}

func count[T any](list []T, yes func(T) bool) (n int) {
	for _, x := range list {
		if yes(x) {
			n++
		}
	}
	return n
}

func (r recount) mood(from, to time.Time) digest.Mood {
	in := r.between(from, to)
	is := func(label string) int { return count(in, func(m cases.Scored) bool { return m.Score.Label == label }) }
	return digest.Mood{Total: len(in), Neg: is("neg"), Neu: is("neu"), Pos: is("pos"), Unread: is("")}
}

func (r recount) unhappy() []cases.Scored {
	list := slices.DeleteFunc(r.between(r.span.From, r.span.To), func(m cases.Scored) bool { return m.Score.Label != "neg" })
	slices.SortFunc(list, func(a, b cases.Scored) int {
		key := func(m cases.Scored) string {
			return fmt.Sprintf("%d %05.1f %09d", 9-m.Score.Severity, 10+m.Score.Value, m.Mention.Num)
		}
		return strings.Compare(key(a), key(b))
	})
	return list
}

func (r recount) worst() []int64 { list := r.unhappy(); return numbersOf(list[:min(3, len(list))]) }

func (r recount) topics(earlier time.Time) []string {
	var out []string
	for _, topic := range []string{"delivery", "price", "staff"} {
		about := func(m cases.Scored) bool { return m.Score.Label == "neg" && m.Score.Topics[0] == topic }
		if i := slices.IndexFunc(r.unhappy(), about); i >= 0 {
			out = append(out, fmt.Sprintf("%s %d %d %d", topic, count(r.unhappy(), about), count(r.between(earlier, r.span.From), about), r.unhappy()[i].Mention.Num))
		}
	}
	return out
}

func (r recount) sources() []string {
	var out []string
	for _, name := range []string{"forum", "reviews"} {
		of := func(m cases.Scored) bool { return m.Mention.Source == name }
		if n := count(r.between(r.span.From, r.span.To), of); n > 0 {
			out = append(out, fmt.Sprintf("%s %d %d", name, n, count(r.unhappy(), of)))
		}
	}
	return out
}

func (r recount) people() [3]int {
	y, m, d := r.span.From.Date()
	since := digest.StartOfDay(time.Date(y, m, d-30, 12, 0, 0, 0, r.span.From.Location()))
	who := func(m cases.Scored) string {
		if m.Mention.AuthorID == "" {
			return fmt.Sprint(m.Mention.Num)
		}
		return m.Mention.Source + "/" + m.Mention.AuthorID
	}
	angry, glad, back := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, m := range r.between(r.span.From, r.span.To) {
		switch m.Score.Label {
		case "neg":
			angry[who(m)] = true
		case "pos":
			glad[who(m)] = true
			for _, e := range r.between(since, r.span.To) {
				if e.Mention.Num < m.Mention.Num && e.Score.Label == "neg" && who(e) == who(m) {
					back[who(m)] = true
				}
			}
		}
	}
	for _, e := range r.lines {
		if e.Event != cases.Edit || e.At.Before(r.span.From) || !e.At.Before(r.span.To) {
			continue
		}
		for _, m := range r.cases[e.Case].Mentions {
			if m.Before != nil && m.Before.Stars <= 3 && m.Before.Stars > 0 && m.Stars > 3 {
				back[who(cases.Scored{Mention: m})] = true
			}
		}
	}
	return [3]int{len(angry), len(glad), len(back)}
}

func (r recount) waiting(now time.Time) (n, longest int) {
	for _, c := range r.cases {
		switch c.State {
		case cases.Flagged, cases.Waiting, cases.Unsure, cases.Failed:
			n++
			if !c.FlaggedAt.IsZero() {
				longest = max(longest, int(now.Sub(c.FlaggedAt)/time.Second))
			}
		default: // nobody is waited for
		}
	}
	return n, longest
}

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

package responder_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

// watchful is a shop that looks for bursts.
func watchful(t testing.TB, rules ...responder.Rule) *shop {
	t.Helper()
	s := ruled(t, rules...)
	s.watch()
	return s
}

// watch puts the crisis watch over the store that is open now.
func (s *shop) watch() {
	s.crisis = &responder.Crisis{Incidents: s.store, Tally: s.store, Office: s.office, Limits: responder.CrisisLimits{Cards: 10, Copies: 5, Burst: 10}, Log: slog.New(slog.DiscardHandler)}
	s.writer.Crisis, s.poster.Crisis, s.clerk.Incidents = s.crisis, s.crisis, s.store
}

func (s *shop) bulletin(r responder.Room) *responder.Bulletin {
	return &responder.Bulletin{
		Cards: s.store, Tally: s.store, Desk: s.store, Office: s.office, Room: r, Clock: s.poster.Clock, Log: slog.New(slog.DiscardHandler),
	}
}

// hear records mentions without working on them.
func (s *shop) hear(ms ...cases.Mention) {
	s.t.Helper()
	for i := range ms {
		ms[i].Source, ms[i].Direct = "reviews", true
	}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: ms}, s.now)
	s.must(err)
}

func (s *shop) incidents() []cases.Incident {
	s.t.Helper()
	open, err := s.store.OpenIncidents(s.t.Context())
	s.must(err)
	return open
}

// complaint is the nth invented complaint of a review bomb: no two alike.
func complaint(n int) string {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	words := []string{"coffee", "table", "queue", "waiter", "cake", "price", "smell", "music", "milk", "floor", "door", "cup", "receipt", "phone"}
	how := []string{"cold", "dirty", "late", "rude", "broken", "sour", "loud", "wrong", "missing", "burnt", "stale", "wet"}
	var b strings.Builder
	b.WriteString("bad")
	for range 4 {
		fmt.Fprintf(&b, " %s %s %d,", how[rng.IntN(len(how))], words[rng.IntN(len(words))], rng.IntN(1000))
	}
	return b.String()
}

// bomb sends n complaints of n authors, spread evenly over a span.
func (s *shop) bomb(n int, span time.Duration, text func(int) string) {
	s.t.Helper()
	s.bombs++
	const page = 25
	for i := 0; i < n; i += page {
		var ms []cases.Mention
		for j := i; j < min(i+page, n); j++ {
			at := s.now.Add(span * time.Duration(j-i) / time.Duration(n))
			ms = append(ms, cases.Mention{ID: fmt.Sprint("bomb", s.bombs, "/", j), AuthorID: fmt.Sprint("a", s.bombs, "/", j), Author: "A", Thread: fmt.Sprint(s.bombs, "/", j), Text: text(j), Stars: 1, PostedAt: at})
		}
		s.now = s.now.Add(span * time.Duration(len(ms)) / time.Duration(n))
		s.hear(ms...)
		s.work()
	}
}

func TestAReviewBombIsOneIncidentAndElevenCards(t *testing.T) {
	// The benchmark below is the full scale; here the rate is what counts: more
	// than thirty a minute.
	for name, bomb := range map[string]struct {
		n    int
		text func(int) string
	}{
		"all different": {300, complaint},
		"copied":        {200, func(i int) string { return fmt.Sprintf("bad people, never buy anything from this shop again! %d", i) }},
	} {
		t.Run(name, func(t *testing.T) {
			n := bomb.n
			if testing.Short() {
				n /= 5
			}
			s := watchful(t)
			s.bomb(n, time.Hour*time.Duration(n)/2000, bomb.text)
			for room, r := range s.rooms {
				if r.fresh > 11 {
					t.Errorf("%d card messages in %s, want at most 11", r.fresh, room)
				}
				if len(r.said) > 11 { // reminders of the few cards
					t.Errorf("%d notices in %s beside the cards", len(r.said), room)
				}
			}
			open := s.incidents()
			if len(open) != 1 || open[0].Count != n {
				t.Fatalf("incidents %+v, want one with all %d", open, n)
			}
			s.later(time.Minute)
			if text := s.rooms["desk"].cards[0].Text; !strings.Contains(text, fmt.Sprintf("%d unhappy customers", n)) {
				t.Errorf("the card does not count:\n%s", text)
			}
			counts, err := s.store.Counts(t.Context())
			s.must(err)
			if counts[cases.Waiting] != n {
				t.Errorf("%d cases wait for staff, want every one of %d: nothing may be lost", counts[cases.Waiting], n)
			}
			s.posts(0)
		})
	}
}

func TestAnIncidentBeginsGoesOnAndEnds(t *testing.T) {
	s := watchful(t, thanks())
	copies := func(i int) string { return fmt.Sprintf("bad! They sold us spoiled milk and laughed about it %d", i) }
	s.bomb(4, 10*time.Minute, copies)
	if len(s.incidents()) != 0 || s.rooms["desk"].fresh != 4 {
		t.Fatalf("four complaints: incidents %v, cards %d", s.incidents(), s.rooms["desk"].fresh)
	}
	began := s.now.Format("15:04") // with the first of them
	s.now = s.now.Add(3 * time.Minute)
	s.hear(cases.Mention{ID: "5", AuthorID: "e", Author: "E", Thread: "5", Text: copies(5) + " 🤢🤢", PostedAt: s.now})
	s.work()
	open := s.incidents()
	if len(open) != 1 || open[0].Kind != cases.Copies || open[0].Count != 5 {
		t.Fatalf("incidents %+v, want one of five copies", open)
	}
	for name, level := range map[string]int{"desk": 0, "owners": 1} {
		card := s.rooms[name].cards[0]
		for _, want := range []string{"same words from many", "since \u2068" + began + "\u2069", "spoiled milk", "We have read your messages", "copy them under the cases you choose"} {
			if !strings.Contains(card.Text, want) {
				t.Errorf("the card of level %d does not say %q:\n%s", level, want, card.Text)
			}
		}
	}
	praise := s.state(s.say("6", "Fan", "lovely place"), cases.Waiting)
	if got := s.history(praise); !strings.Contains(got, "there is a crisis") {
		t.Errorf("the rule did not stop for the crisis:\n%s", got)
	}
	if a := s.decide(responder.Decision{Action: responder.CmdInbox}, "adam"); !strings.HasPrefix(a.Text, "🔥") {
		t.Errorf("/inbox does not begin with the incident:\n%s", a.Text)
	}
	s.approveStatement(open[0])

	s.later(59 * time.Minute)
	if len(s.incidents()) != 1 {
		t.Fatal("over before the rate was back for an hour")
	}
	s.later(2 * time.Minute)
	if len(s.incidents()) != 0 {
		t.Fatal("still on although nobody complained for an hour")
	}
	last := s.rooms["owners"].said
	if len(last) == 0 || !strings.Contains(last[len(last)-1], "Incident "+responder.Isolate("1")+" is over") {
		t.Errorf("the owners were not told: %q", last)
	}
	s.later(time.Minute)
	s.state(s.say("7", "Fan2", "lovely cake"), cases.Approved)
}

func TestTheHoldingStatementIsPlainTextInTheCustomersLanguage(t *testing.T) {
	s := newShop(t)
	for language, name := range map[string]string{"ar": " نور", "en": " Noor"} {
		if got := s.office.Statement(language); !strings.HasSuffix(got, name) || strings.ContainsAny(got, phrases.FSI+phrases.PDI) {
			t.Errorf("in %s staff copy %q", language, got)
		}
	}
}

// approveStatement lets an agent try, and a manager decide, twice.
func (s *shop) approveStatement(i cases.Incident) {
	s.t.Helper()
	token := s.rooms["desk"].cards[0].Buttons[0][0].Data
	d := responder.Decision{Token: token}
	if a := s.decide(d, "mona"); !a.Alert {
		s.t.Errorf("an approver approved the statement: %q", a.Text)
	}
	if a := s.decide(d, "huda"); a.Alert {
		s.t.Errorf("the manager was refused: %q", a.Text)
	}
	if a := s.decide(d, "huda"); !a.Alert || !strings.Contains(a.Text, "Huda") {
		s.t.Errorf("the second press: %q", a.Text)
	}
	s.later(31 * time.Second)
	if card := s.rooms["desk"].cards[0]; !strings.Contains(card.Text, "Approved by") || len(card.Buttons) > 0 {
		s.t.Errorf("the card does not show the approval:\n%s", card.Text)
	}
	s.posts(0) // nothing leaves by it
	if got, err := s.store.Incident(s.t.Context(), i.ID); err != nil || got.StatementBy != "huda" {
		s.t.Errorf("recorded %+v, %v", got, err)
	}
}

func TestAnIncidentOutlivesARestart(t *testing.T) {
	s := watchful(t)
	s.bomb(60, 2*time.Minute, complaint)
	before := s.rooms["desk"].fresh
	s.watch() // a new process: what it knows is in the store
	s.bomb2(60)
	if got := s.rooms["desk"].fresh; got != before {
		t.Errorf("%d more card messages after the restart", got-before)
	}
	if open := s.incidents(); len(open) != 1 || open[0].Count != 120 {
		t.Errorf("incidents %+v, want one of 120", open)
	}
}

// bomb2 goes on with a bomb that begins where another ended.
func (s *shop) bomb2(n int) {
	s.t.Helper()
	for i := range n {
		s.hear(cases.Mention{ID: fmt.Sprint("more", i), AuthorID: fmt.Sprint("m", i), Author: "M", Thread: fmt.Sprint("m", i), Text: complaint(10_000 + i), PostedAt: s.now})
	}
	s.work()
}

func TestABusyHourThatIsUsualIsNoIncident(t *testing.T) {
	s := watchful(t)
	end := s.now
	for week := 6; week >= 1; week-- {
		s.now = end.AddDate(0, 0, -7*week)
		for i := range 20 {
			s.hear(cases.Mention{ID: fmt.Sprint(week, "/", i), AuthorID: fmt.Sprint(week, "/", i), Author: "A", Thread: fmt.Sprint(week, i), Text: complaint(100*week + i), PostedAt: s.now})
			s.work()
			s.now = s.now.Add(2 * time.Minute)
		}
	}
	closed, err := s.store.Incidents(t.Context(), 10)
	s.must(err)
	for _, i := range closed {
		if i.OpenedAt.After(end.AddDate(0, 0, -20)) {
			t.Errorf("the fourth busy week still opened %+v", i)
		}
	}
	if len(closed) == 0 {
		t.Error("the first busy week opened nothing: the watch does not look")
	}
}

func TestSomethingGraveStillGetsItsCardDuringAnIncident(t *testing.T) {
	s := watchful(t)
	s.bomb(60, 2*time.Minute, complaint)
	c := s.say("grave", "Sara", "bad selfharm, please listen to me now")
	for _, room := range []string{"desk", "owners"} {
		if _, ok := s.rooms[room].cards[c.ID]; !ok {
			t.Errorf("%s does not see the grave one", room)
		}
	}
	before := s.rooms["desk"].fresh
	s.bomb(100, 5*time.Minute, func(i int) string { return "selfharm " + complaint(5000+i) })
	if n := s.rooms["desk"].fresh - before; n > 20 {
		t.Errorf("%d cards more: grave words are no way around the limit", n)
	}
}

// BenchmarkReviewBomb is the full scale: 50,000 complaints in an hour. Run it
// with -benchtime 1x.
func BenchmarkReviewBomb(b *testing.B) {
	for b.Loop() {
		s := watchful(b)
		s.bomb(50_000, time.Hour, complaint)
		b.ReportMetric(float64(s.rooms["desk"].fresh), "cards")
		b.ReportMetric(float64(s.incidents()[0].Count), "cases")
	}
}

// calm lets an hour pass in which nobody complains.
func (s *shop) calm() {
	s.t.Helper()
	s.later(61 * time.Minute)
	s.later(time.Minute)
	if open := s.incidents(); len(open) != 0 {
		s.t.Fatalf("still on after an hour without complaints: %+v", open)
	}
}

func TestWhatAnIncidentLeftOverGetsItsCardsAFewAtATime(t *testing.T) {
	s := watchful(t)
	s.bomb(60, 2*time.Minute, complaint)
	bare := map[int64]bool{}
	for id := range int64(60) {
		bare[id+1] = s.reread(cases.Case{ID: id + 1}).State == cases.Waiting && s.rooms["desk"].cards[id+1].Case == 0
	}
	left := func() (out []int64) { // those that got a card after all
		for id := range int64(60) {
			if bare[id+1] && s.rooms["desk"].cards[id+1].Case != 0 {
				out = append(out, id+1)
			}
		}
		return out
	}
	s.calm()
	limit := s.crisis.Limits.Cards
	first := left()
	if len(first) != limit {
		t.Fatalf("%d cards came after the all clear, want %d of what had none", len(first), limit)
	}
	c := s.reread(cases.Case{ID: first[0]})
	if c.WakeAt.IsZero() || c.WakeAt.Sub(s.now) > 4*time.Hour {
		t.Errorf("case %d is only waited out: now it is %s, and it wakes to %q at %s", c.ID, s.now, c.WakeFor, c.WakeAt)
	}
	if got := s.history(c); !strings.Contains(got, "the incident is over") {
		t.Errorf("its history does not say why it is shown now:\n%s", got)
	}
	for _, id := range first[:3] {
		s.press(cases.Case{ID: id}, "mona", responder.ActDismiss, "spam")
	}
	s.work()
	if got := left(); len(got) != limit+3 {
		t.Errorf("%d cards after three were dealt with, want %d", len(got), limit+3)
	}
}

func TestAnIncidentBeganWithItsFirstComplaintWhereverItIsTold(t *testing.T) {
	s := watchful(t)
	began := s.now
	for i := range 5 {
		s.hear(cases.Mention{ID: fmt.Sprint(i), AuthorID: fmt.Sprint(i), Author: "A", Thread: fmt.Sprint(i), Text: fmt.Sprintf("bad! They sold us spoiled milk and laughed about it %d", i), PostedAt: s.now})
		s.work()
		s.now = s.now.Add(5 * time.Minute)
	}
	open := s.incidents()
	if len(open) != 1 || !open[0].OpenedAt.Equal(began) || !open[0].HotAt.Equal(began.Add(20*time.Minute)) {
		t.Fatalf("incidents %+v, want one that began at %s and was hot at its fifth complaint", open, began)
	}
	since := "since \u2068" + began.Format("15:04") + "\u2069"
	inbox := s.decide(responder.Decision{Action: responder.CmdInbox}, "adam").Text
	for where, text := range map[string]string{"card": s.rooms["desk"].cards[0].Text, "/inbox": inbox} {
		if !strings.Contains(text, since) {
			t.Errorf("the %s does not say %q:\n%s", where, since, text)
		}
	}
}

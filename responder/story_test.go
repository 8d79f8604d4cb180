package responder_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/guard"
)

// shop is a small business with two rooms and three people, over a real
// database and a place whose answers a test can script.
type shop struct {
	t      testing.TB
	store  *store.Store
	dsn    string
	office *responder.Office
	clerk  *responder.Clerk
	judge  *responder.Judge
	again  *responder.Rereader
	writer *responder.Writer
	poster *responder.Poster
	waker  *responder.Waker
	place  *place
	rooms  map[string]*room
	now    time.Time
	crisis *responder.Crisis // nil: bursts are not looked for
	bombs  int
	more   []func(context.Context, time.Time) (int, error) // duties that only some stories need
}

// place stands for a public place: it keeps what was posted, and fails as told.
type place struct {
	posted []cases.Reply
	fail   error // returned by the next posts
	after  bool  // the failing post appears all the same: only its answer is lost
	now    responder.Standing
	link   string // address of what is posted; "" where the platform gives none
}

func (p *place) Reply(_ context.Context, r cases.Reply) (cases.Receipt, error) {
	if p.fail == nil || p.after {
		p.posted = append(p.posted, r)
	}
	if p.fail != nil {
		return cases.Receipt{}, p.fail
	}
	return cases.Receipt{ID: fmt.Sprint(len(p.posted)), URL: p.link}, nil
}

func (p *place) Check(context.Context, cases.Mention) (responder.Standing, error) { return p.now, nil }

func (p *place) Fits(text string) error {
	if n := len([]rune(text)); n > 400 {
		return fmt.Errorf("%d letters too long", n-400)
	}
	return nil
}

// room stands for a staff chat: it keeps the newest card of each case.
type room struct {
	cards map[int64]responder.Card
	said  []string
	fresh int // cards that were new messages
}

func (r *room) Show(_ context.Context, _ string, c responder.Card, ref string) (string, error) {
	r.cards[c.Case] = c
	if ref == "" || c.Urgent {
		r.fresh++
	}
	return fmt.Sprint("card ", c.Case), nil
}

func (r *room) Say(_ context.Context, _, text string, _ []byte) error {
	r.said = append(r.said, text)
	return nil
}

func (r *room) Listen(ctx context.Context, _ func(context.Context, responder.Decision) (responder.Answer, error)) error {
	<-ctx.Done()
	return nil
}

func newShop(t testing.TB) *shop {
	t.Helper()
	s := &shop{t: t, place: &place{}, rooms: map[string]*room{}, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	var err error
	s.dsn = filepath.Join(t.TempDir(), "shop.db")
	s.store, err = store.Open(t.Context(), store.Options{DSN: s.dsn})
	s.must(err)
	t.Cleanup(func() { s.must(s.store.Close()) })
	log := slog.New(slog.DiscardHandler)
	s.office = &responder.Office{
		Business: map[string]string{"ar": "نور", "en": "Noor"}, Zone: time.UTC, Policy: responder.DefaultPolicy(), Words: map[string]*phrases.Catalogue{},
		Places: map[string]responder.Place{"reviews": {Name: "reviews", Title: "Reviews", Replier: s.place}},
		Signer: responder.Signer{Key: []byte("0123456789abcdef0123456789abcdef")},
		People: []responder.Person{
			{ID: "mona", Name: "Mona", Role: responder.Approver, Accounts: map[string]string{"telegram": "11"}},
			{ID: "adam", Name: "Adam", Role: responder.Agent, Accounts: map[string]string{"telegram": "12"}},
			{ID: "huda", Name: "Huda", Role: responder.Manager, Accounts: map[string]string{"telegram": "13"}},
		},
	}
	for _, l := range []string{"ar", "en"} {
		s.office.Words[l], err = phrases.Load(l)
		s.must(err)
	}
	for i, name := range []string{"desk", "owners"} {
		s.rooms[name] = &room{cards: map[int64]responder.Card{}}
		s.office.Rooms = append(s.office.Rooms, responder.Room{Name: name, Platform: "telegram", Language: "en", Level: i, Chat: s.rooms[name]})
	}
	topics, err := responder.NewTopics()
	s.must(err)
	templates, err := responder.NewTemplates(responder.Commitment{
		Within: map[string]string{"en": "within 24 hours", "ar": "خلال ٢٤ ساعة"}, Private: map[string]string{},
	}, func(_, text string) error { return s.place.Fits(text) })
	s.must(err)
	s.writer = &responder.Writer{Desk: s.store, Office: s.office, Drafter: templates, Guard: newGuard(t, guard.Policy{}), Log: log}
	s.judge = &responder.Judge{Desk: s.store, Office: s.office, Log: log, Score: func(m cases.Mention) cases.Score {
		sc := cases.Score{Label: "neu", Neu: 1, Language: "en", Topics: topics.Of(m.Text)}
		if strings.Contains(m.Text, "bad") {
			sc.Label, sc.Neg, sc.Neu, sc.Value, sc.Severity = "neg", 0.9, 0.1, -0.9, cases.Low
		}
		return sc
	}}
	s.again = &responder.Rereader{Desk: s.store, Changes: s.store, Office: s.office, Log: log, Score: func(m cases.Mention) cases.Score { return s.judge.Score(m) }}
	s.poster = &responder.Poster{Desk: s.store, Outbox: s.store, Office: s.office, Owner: "rasid", Clock: func() time.Time { return s.now }, Log: log}
	s.waker = &responder.Waker{Desk: s.store, Alarms: s.store, Office: s.office, Log: log}
	s.clerk = &responder.Clerk{
		Desk: s.store, Office: s.office, Writer: s.writer, Switch: s.store, Sends: s.store, Count: s.store.Decisions, Over: s.store.Over, Log: log,
	}
	return s
}

// reopen closes the records and opens them again, as a restart does: only they
// remember.
func (s *shop) reopen() {
	s.t.Helper()
	s.must(s.store.Close())
	var err error
	s.store, err = store.Open(s.t.Context(), store.Options{DSN: s.dsn})
	s.must(err)
	s.judge.Desk, s.writer.Desk, s.poster.Desk, s.waker.Desk, s.clerk.Desk = s.store, s.store, s.store, s.store, s.store
	s.again.Desk, s.again.Changes = s.store, s.store
	s.poster.Outbox, s.waker.Alarms, s.clerk.Switch, s.clerk.Sends = s.store, s.store, s.store, s.store
	s.clerk.Count, s.clerk.Over = s.store.Decisions, s.store.Over
}

// newGuard is a guard for a policy; the words built into the program can be read.
func newGuard(t testing.TB, p guard.Policy) *guard.Guard {
	t.Helper()
	g, err := guard.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// say records one mention and lets the program read it, draft and show.
func (s *shop) say(id, author, text string) cases.Case {
	s.t.Helper()
	m := cases.Mention{Source: "reviews", ID: id, AuthorID: author, Author: author, Thread: author, Text: text, PostedAt: s.now, Direct: true}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	s.work()
	list, err := s.store.List(s.t.Context(), store.Filter{Limit: 50})
	s.must(err)
	for _, c := range list {
		for _, said := range c.Mentions {
			if said.ID == id {
				return c
			}
		}
	}
	s.t.Fatalf("mention %s is in no case", id)
	return cases.Case{}
}

// remove lets the customer delete a mention.
func (s *shop) remove(id, author, text string) {
	s.t.Helper()
	m := cases.Mention{Source: "reviews", ID: id, AuthorID: author, Author: author, Thread: author, Text: text, PostedAt: s.now, Gone: true}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	s.work()
}

// work lets every duty run until nothing is due.
func (s *shop) work() {
	s.t.Helper()
	steps := []func(context.Context, time.Time) (int, error){s.judge.Step, s.again.Step, s.writer.Step, s.poster.Step, s.waker.Step}
	steps = append(steps, s.more...)
	for _, r := range s.office.Rooms {
		b := &responder.Board{
			Desk: s.store, Cards: s.store, Office: s.office, Room: r, Clock: s.poster.Clock, Log: slog.New(slog.DiscardHandler),
			Stopped: func(context.Context) bool { return false },
		}
		sp := &responder.Speaker{Outbox: s.store, Room: r, Kind: cases.SendNotice, Owner: "rasid", Clock: s.poster.Clock}
		steps = append(steps, b.Step, sp.Step)
		if s.crisis != nil {
			steps = append(steps, s.bulletin(r).Step)
		}
	}
	if s.crisis != nil {
		steps = append(steps, (&responder.AllClear{Crisis: s.crisis, Calmer: s.store, Desk: s.store}).Step)
	}
	for range 100 {
		total := 0
		for _, step := range steps {
			n, err := step(s.t.Context(), s.now)
			s.must(err)
			total += n
		}
		if total == 0 {
			return
		}
	}
	s.t.Fatal("the duties never come to rest")
}

func (s *shop) later(d time.Duration) {
	s.t.Helper()
	s.now = s.now.Add(d)
	s.work()
}

func (s *shop) reread(c cases.Case) cases.Case {
	s.t.Helper()
	c, err := s.store.Case(s.t.Context(), c.ID)
	s.must(err)
	return c
}

// press lets a person press the button of an action on the newest card.
func (s *shop) press(c cases.Case, who string, a responder.Action, text string) responder.Answer {
	s.t.Helper()
	c = s.reread(c)
	draft, _ := c.Draft()
	return s.decide(responder.Decision{Action: a, Case: c.ID, Draft: draft.Version, Text: text}, who)
}

func (s *shop) decide(d responder.Decision, who string) responder.Answer {
	s.t.Helper()
	id := map[string]string{"mona": "11", "adam": "12", "huda": "13"}[who]
	d.By, d.Room, d.At = responder.Actor{Platform: "telegram", ID: id, Name: who}, "desk", s.now
	a, err := s.clerk.Decide(s.t.Context(), d)
	s.must(err)
	return a
}

func (s *shop) state(c cases.Case, want cases.State) cases.Case {
	s.t.Helper()
	c = s.reread(c)
	if c.State != want {
		s.t.Fatalf("case %d is %s, want %s", c.ID, c.State, want)
	}
	return c
}

func (s *shop) posts(want int) {
	s.t.Helper()
	if len(s.place.posted) != want {
		s.t.Fatalf("%d posts stand in public, want %d: %+v", len(s.place.posted), want, s.place.posted)
	}
}

func TestOneComplaintWalksThroughTheWholeHouse(t *testing.T) {
	s := newShop(t)
	c := s.state(s.say("1", "Sara", "bad delivery, my order never arrived"), cases.Waiting)
	card := s.rooms["desk"].cards[c.ID]
	for _, want := range []string{"delivery · ", "bad delivery", "We", "within 24 hours", "#"} {
		if !strings.Contains(card.Text, want) {
			t.Errorf("the card does not say %q:\n%s", want, card.Text)
		}
	}
	s.press(c, "mona", responder.ActApprove, "")
	s.state(c, cases.Approved)
	s.posts(0) // the undo window is open
	s.later(11 * time.Second)
	c = s.state(c, cases.Answered)
	s.posts(1)
	draft, _ := c.Draft()
	if got := s.place.posted[0].Text; got != draft.Text {
		t.Errorf("posted %q, approved %q", got, draft.Text)
	}
	if card := s.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "Answered, approved by") || hasButton(card, responder.ActApprove) {
		t.Errorf("the card was not updated:\n%s", card.Text)
	}
	s.later(time.Hour)
	s.posts(1)
}

func hasButton(c responder.Card, a responder.Action) bool {
	for _, row := range c.Buttons {
		for _, b := range row {
			if b.Action == a {
				return true
			}
		}
	}
	return false
}

func TestAnApprovalCanBeTakenBackBeforeItLeaves(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	s.later(3 * time.Second)
	s.press(c, "mona", responder.ActUndo, "")
	s.later(time.Minute)
	s.state(c, cases.Waiting)
	s.posts(0)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestOnlyNamedStaffWithTheRoleDecide(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	for _, who := range []string{"stranger", "adam"} {
		if a := s.press(c, who, responder.ActApprove, ""); !a.Alert {
			t.Errorf("%s was not refused: %q", who, a.Text)
		}
		s.state(c, cases.Waiting)
	}
	d := responder.Decision{Action: responder.ActApprove, Case: c.ID, Draft: 1, By: responder.Actor{Platform: "discord", ID: "11", Name: "Mona"}, Room: "desk", At: s.now}
	if a, err := s.clerk.Decide(t.Context(), d); err != nil || !a.Alert {
		t.Errorf("the same number on another platform was not refused: %q, %v", a.Text, err)
	}
	s.state(c, cases.Waiting)
}

func TestAnOldCardIsRefusedAfterAnEdit(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "adam", responder.ActEdit, "Dear Sara, we are sorry about the coffee and will call you back.")
	a := s.decide(responder.Decision{Action: responder.ActApprove, Case: c.ID, Draft: 1}, "mona")
	if !a.Alert || !strings.Contains(a.Text, "changed") {
		t.Errorf("approving draft 1 after an edit: %+v", a)
	}
	s.later(time.Minute)
	s.posts(0)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	if s.posts(1); s.place.posted[0].Text != "Dear Sara, we are sorry about the coffee and will call you back." {
		t.Errorf("posted %q", s.place.posted[0].Text)
	}
}

func TestASecondDeciderIsToldWhoWasFirst(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	if a := s.press(c, "huda", responder.ActApprove, ""); !strings.Contains(a.Text, "Mona") {
		t.Errorf("Huda reads %q", a.Text)
	}
	s.later(time.Minute)
	s.posts(1)
}

func TestALostAnswerIsNeverPostedAgainByTheProgram(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.place.fail, s.place.after = errors.New("read: connection reset"), true
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	c = s.state(c, cases.Unsure)
	s.posts(1)
	s.place.fail = nil
	s.later(24 * time.Hour)
	s.posts(1)
	if card := s.rooms["desk"].cards[c.ID]; !hasButton(card, responder.ActThere) || !hasButton(card, responder.ActNotThere) {
		t.Errorf("the card does not ask whether it is there:\n%s", card.Text)
	}
	s.press(c, "mona", responder.ActThere, "")
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestSendAgainIsLockedWhileASlowAnswerCouldStillArrive(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.place.fail = errors.New("timeout")
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	s.place.fail = nil
	if a := s.press(c, "mona", responder.ActNotThere, ""); !a.Alert {
		t.Errorf("sending again after a minute was not refused: %q", a.Text)
	}
	s.posts(0)
	s.later(15 * time.Minute)
	s.press(c, "mona", responder.ActNotThere, "")
	s.later(time.Minute)
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestWhatProvablyDidNotLeaveIsTriedAgain(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.place.fail = &cases.LaterError{After: 40 * time.Second}
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	s.state(c, cases.Approved)
	s.place.fail = nil
	s.later(20 * time.Second)
	s.posts(0) // the platform asked for 40 s
	s.later(2 * time.Minute)
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestAPlacePausesForAsLongAsItAskedAndTheReplyItTurnedAwayWaitsLonger(t *testing.T) {
	s := newShop(t)
	first, second := s.say("1", "Sara", "bad coffee"), s.say("2", "Omar", "bad tea")
	s.place.fail = &cases.LaterError{After: time.Second}
	s.press(first, "mona", responder.ActApprove, "")
	s.press(second, "mona", responder.ActApprove, "")
	s.later(11 * time.Second) // one is turned away when its undo window ends
	s.place.fail = nil
	s.later(900 * time.Millisecond)
	s.posts(0)
	s.later(200 * time.Millisecond)
	s.posts(1)
	s.later(time.Minute)
	s.posts(2)
}

func TestARefusalGoesBackToStaffWithThePlatformsWords(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.place.fail = fmt.Errorf("bot was kicked: %w", cases.ErrRefused)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	s.state(c, cases.Failed)
	if card := s.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "bot was kicked") {
		t.Errorf("the card does not say why:\n%s", card.Text)
	}
	c = s.reread(c)
	c.ClosedNote = "answered 403 Forbidden"
	if card := s.office.Card(c, responder.Room{Language: "ar"}, s.now, false).Text; !strings.Contains(card, "لا يسمح الخادم بذلك (\u2068answered 403 Forbidden\u2069)") {
		t.Errorf("the card does not say in Arabic why:\n%s", card)
	}
}

func TestAnEditOfTheCustomerVoidsTheApproval(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	s.say("1", "Sara", "bad coffee and bad staff")
	s.later(time.Minute)
	s.posts(0)
	s.state(c, cases.Waiting)
}

func TestWordsThatTheGuardStopsNeedASecondConfirmation(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	a := s.press(c, "mona", responder.ActEdit, "Sorry Sara, we will call you on +966 50 123 4567 today.")
	if !a.Alert || !strings.Contains(a.Text, "phone number") {
		t.Errorf("the edit's answer does not name the finding: %+v", a)
	}
	if a := s.press(c, "mona", responder.ActApprove, ""); !a.Alert {
		t.Errorf("approving was not stopped: %q", a.Text)
	}
	s.later(time.Minute)
	s.posts(0)
	s.press(c, "mona", responder.ActConfirm, "")
	s.later(time.Minute)
	s.posts(1)
}

func TestTheKillSwitchHoldsApprovedReplies(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	s.decide(responder.Decision{Action: responder.CmdStop}, "adam")
	s.later(time.Hour)
	s.posts(0)
	if a := s.decide(responder.Decision{Action: responder.CmdResume}, "adam"); !a.Alert {
		t.Errorf("an agent let posting go on: %q", a.Text)
	}
	s.decide(responder.Decision{Action: responder.CmdResume}, "huda")
	s.later(time.Minute)
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestNobodyActsSoItClimbs(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.later(31 * time.Minute)
	if n := len(s.rooms["desk"].said); n != 1 {
		t.Fatalf("the room was reminded %d times, want once", n)
	}
	s.later(2 * time.Hour)
	if c = s.reread(c); c.Level != 1 {
		t.Fatalf("level %d after two and a half hours, want 1", c.Level)
	}
	if _, ok := s.rooms["owners"].cards[c.ID]; !ok {
		t.Error("the owners have no card")
	}
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	said := len(s.rooms["owners"].said)
	s.later(48 * time.Hour)
	if got := len(s.rooms["owners"].said); got != said {
		t.Errorf("%d more notices after the answer", got-said)
	}
}

func TestAClaimHoldsTheAlarm(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.later(20 * time.Minute)
	s.press(c, "adam", responder.ActClaim, "")
	if a := s.press(c, "mona", responder.ActClaim, ""); !strings.Contains(a.Text, "Adam") {
		t.Errorf("Mona reads %q", a.Text)
	}
	s.later(30 * time.Minute)
	if n := len(s.rooms["desk"].said); n != 0 {
		t.Errorf("%d reminders while Adam works on it", n)
	}
}

func TestADraftOlderThanADayIsReadAgainFirst(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.later(25 * time.Hour)
	if a := s.press(c, "mona", responder.ActApprove, ""); !a.Alert {
		t.Errorf("a day-old draft was approved: %q", a.Text)
	}
	s.later(time.Minute)
	s.posts(0)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	s.posts(1)
}

func TestTheAuthorOfSevereWordsMayNotApproveThem(t *testing.T) {
	s := newShop(t)
	s.office.Policy.FourEyes, s.office.Policy.FourEyesFrom = true, cases.Low
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActEdit, "We are sorry about the coffee.")
	if a := s.press(c, "mona", responder.ActApprove, ""); !a.Alert {
		t.Errorf("Mona approved her own words: %q", a.Text)
	}
	s.press(c, "huda", responder.ActApprove, "")
	s.later(time.Minute)
	s.posts(1)
}

func TestACustomerWhoWritesAgainJoinsTheCase(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	again := s.say("2", "Sara", "still bad, nobody called")
	if again.ID != c.ID {
		t.Errorf("case %d, want %d", again.ID, c.ID)
	}
	if got := s.state(c, cases.Waiting); len(got.Mentions) != 2 {
		t.Errorf("%d mentions in the case, want 2", len(got.Mentions))
	}
}

func TestAnotherDraftHasOtherWordsAndTheSameCommitment(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad delivery, my order never arrived")
	seen := map[string]bool{}
	for range 4 {
		d, _ := s.reread(c).Draft()
		if seen[d.Text] {
			t.Errorf("the same words again: %q", d.Text)
		}
		seen[d.Text] = true
		if !strings.Contains(d.Text, "within 24 hours") {
			t.Errorf("no commitment in %q", d.Text)
		}
		s.press(c, "adam", responder.ActRedraft, "")
	}
}

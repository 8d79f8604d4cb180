package responder_test

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google/fakegoogle"
	"rasid/responder"
	saygoogle "rasid/responder/googlebusiness"
	"rasid/watchers"
	"rasid/watchers/googlebusiness"
)

// onGoogle is a shop whose reviews stand on a fake Google Business Profile, with
// the source that reads them and the replier that answers.
type onGoogle struct {
	*shop
	google  *fakegoogle.Server
	watcher *watchers.Watcher
}

func newOnGoogle(t *testing.T) *onGoogle {
	t.Helper()
	s := newShop(t)
	now := func() time.Time { return s.now }
	g := &onGoogle{shop: s, google: faketest.Start(t, fakegoogle.New(now))}
	key := outbound.Secret(g.google.Key())
	source, err := googlebusiness.New(googlebusiness.Config{
		Location: fakegoogle.Location, ServiceAccount: key, APIURL: g.google.URL, TokenURL: g.google.URL + "/token", Every: 5 * time.Minute, MaxAge: 168 * time.Hour,
	}, "reviews", faketest.Net(t), now)
	s.must(err)
	replier, err := saygoogle.New(saygoogle.ReplyConfig{Location: fakegoogle.Location, ServiceAccount: key, APIURL: g.google.URL, TokenURL: g.google.URL + "/token"}, faketest.Net(t), now)
	s.must(err)
	s.office.Places["reviews"] = responder.Place{Name: "reviews", Replier: replier, Single: true}
	colleagues := &responder.Colleagues{Desk: s.store, Where: s.store, Log: s.clerk.Log}
	s.writer.Elsewhere = colleagues.Step
	g.watcher = &watchers.Watcher{Name: "reviews", Source: source, Book: s.store, Every: 5 * time.Minute, Answers: colleagues.Take}
	return g
}

// write lets a customer write a review and the shop read it.
func (g *onGoogle) write(text string, stars int, answer string) cases.Case {
	g.t.Helper()
	id := g.google.Say(fakegoogle.Review{Text: text, Stars: stars, Answer: answer, Answered: g.now}).ID
	g.look()
	n, err := g.store.CaseOf(g.t.Context(), "reviews", fakegoogle.Location+"/reviews/"+id)
	g.must(err)
	return g.reread(cases.Case{ID: n})
}

// look reads the reviews some minutes later.
func (g *onGoogle) look() {
	g.t.Helper()
	g.now = g.now.Add(6 * time.Minute)
	g.watcher.Step(g.t.Context(), g.now)
	if why := g.watcher.Status.LastError; why != "" {
		g.t.Fatal(why)
	}
	g.work()
}

// of is the review of a case as Google has it.
func (g *onGoogle) of(c cases.Case) fakegoogle.Review {
	for _, r := range g.google.Reviews() {
		if strings.HasSuffix(c.Last().ID, "/"+r.ID) {
			return r
		}
	}
	return fakegoogle.Review{}
}

// change lets the customer or a colleague change the review of a case.
func (g *onGoogle) change(c cases.Case, how func(*fakegoogle.Review)) {
	g.google.Change(g.of(c).ID, how)
}

func (g *onGoogle) edit(c cases.Case, text string, stars int) {
	g.change(c, func(r *fakegoogle.Review) { r.Text, r.Stars, r.Changed = text, stars, g.now })
	g.look()
}

func (g *onGoogle) byHand(c cases.Case, text string) {
	g.change(c, func(r *fakegoogle.Review) { r.Answer, r.Answered, r.State = text, g.now, "" })
}

func TestWhatAColleagueAnsweredOnThePlatformAsksNobody(t *testing.T) {
	const words = "We are sorry, Sara. Please come by."
	g := newOnGoogle(t)
	g.state(g.write("bad coffee", 1, words), cases.Handled)
	if n := g.rooms["desk"].fresh; n != 0 {
		t.Errorf("staff were shown %d cards of a review that was answered when it was first read", n)
	}
	c := g.state(g.write("bad tea", 1, ""), cases.Waiting)
	g.byHand(c, words)
	g.look()
	c = g.state(c, cases.Handled)
	if card := g.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "\u2068A colleague\u2069 answered") || !strings.Contains(card.Text, words) || hasButton(card, responder.ActApprove) {
		t.Errorf("the card of what a colleague answered:\n%s", card.Text)
	}
	g.look()
	if n := len(g.events(c, cases.Handle)); n != 1 {
		t.Errorf("closed %d times, want once", n)
	}
	g.edit(c, "bad tea, and a bad waiter shouted at us", 1)
	g.state(c, cases.Waiting)
	g.look() // the old answer still stands
	g.state(c, cases.Waiting)
	g.press(c, "mona", responder.ActApprove, "")
	g.later(time.Minute)
	g.state(c, cases.Failed) // it would be lost
	if got := g.of(c).Answer; got != words {
		t.Errorf("%q stands where a colleague's answer stood", got)
	}
}

func TestOurOwnAnswerIsNotTakenForAColleagues(t *testing.T) {
	g := newOnGoogle(t)
	c := g.write("bad coffee", 1, "")
	g.press(c, "mona", responder.ActApprove, "")
	g.later(time.Minute)
	c = g.state(c, cases.Answered)
	g.press(c, "mona", responder.ActReopen, "")
	g.look()
	g.look()
	g.state(c, cases.Waiting)
}

func TestWhatAColleagueAnswersWhileOursIsAboutToLeaveIsHandledAndNotRefused(t *testing.T) {
	g := newOnGoogle(t)
	c := g.write("bad coffee", 1, "")
	g.press(c, "mona", responder.ActApprove, "")
	g.byHand(c, "We called you, Sara.")
	g.later(time.Minute)
	c = g.state(c, cases.Handled)
	if card := g.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "We called you, Sara.") || strings.Contains(card.Text, "refused") {
		t.Errorf("the card of what a colleague answered:\n%s", card.Text)
	}
	if got := g.of(c).Answer; got != "We called you, Sara." || g.google.Writes() != 0 {
		t.Errorf("%q stands there after %d writes", got, g.google.Writes())
	}
}

func TestAnotherReplyTakesThePlaceOfOurOwnAndOfNobodyElses(t *testing.T) {
	g := newOnGoogle(t)
	c := g.write("bad coffee", 2, "")
	g.press(c, "mona", responder.ActApprove, "")
	g.later(time.Minute)
	c = g.state(c, cases.Answered)
	first := g.of(c).Answer
	g.edit(c, "bad coffee, and a bad waiter shouted at us", 1)
	c = g.state(c, cases.Waiting)
	if card := g.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "take the place of our earlier ones") {
		t.Errorf("the card does not say that the reply replaces ours:\n%s", card.Text)
	}
	if got := g.of(c).Answer; got != first {
		t.Errorf("before anybody decided, %q stands there", got)
	}
	second := "Sara, we are sorry about the waiter as well."
	g.press(c, "adam", responder.ActEdit, second)
	g.press(c, "mona", responder.ActApprove, "")
	g.later(time.Minute)
	g.state(c, cases.Answered)
	if got := g.of(c).Answer; got != second || g.google.Writes() != 2 {
		t.Errorf("%q stands there after %d writes", got, g.google.Writes())
	}
	g.byHand(c, "A colleague wrote this over it.")
	g.now = g.now.Add(25 * time.Hour) // past the budget of a day
	g.edit(c, "bad coffee, and a bad waiter shouted at us. And the cake was bad too", 1)
	g.state(c, cases.Waiting)
	g.press(c, "adam", responder.ActEdit, "Sara, we are sorry about all of it.")
	g.press(c, "mona", responder.ActApprove, "")
	g.later(time.Minute)
	g.state(c, cases.Failed)
	if got := g.of(c).Answer; got != "A colleague wrote this over it." {
		t.Errorf("a colleague's answer was written over by %q", got)
	}
}

package main

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"rasid/internal/cases"
	"rasid/internal/console"
)

// walkHouse is a shop whose replies appear in a local outlet at once.
const walkHouse = `business: {name: {ar: قهوة نور, en: Noor Coffee}, zone: Asia/Riyadh}
data: data
sources:
  - {name: reviews, kind: webhook, secret: "${HOOK_SECRET}", dedicated: true, reply: outlet}
rooms: [{name: desk, kind: console, language: ar}]
staff:
  - {id: mona, name: Mona, role: manager, languages: [ar, en], skills: [delivery], shifts: {sun-thu: ["08:00-16:00"]}}
  - {id: ali, name: Ali, role: approver}
policy: {undo: 0s, escalate_after: 200h, remind_after: 100h, commitment: {reply_within: 24h}}
`

// clockwork is the real time, moved forward by the test.
type clockwork struct {
	mu    sync.Mutex
	ahead time.Duration
}

// fromNoon starts at the next noon of the shops, so that no day ends while a test
// walks through it.
func fromNoon() *clockwork {
	now := time.Now().UTC()
	noon := time.Date(now.Year(), now.Month(), now.Day(), 9, 0, 0, 0, time.UTC) // in Riyadh
	if !noon.After(now) {
		noon = noon.Add(24 * time.Hour)
	}
	return &clockwork{ahead: noon.Sub(now)}
}

func (c *clockwork) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clockwork) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// shop is a running house with its page, and a browser that looks at it.
type shop struct {
	*tab
	*house
	clock *clockwork
	page  *console.Console
	said  int
}

// newShop starts a house, its duties and its page, and opens a browser. What was
// before happens first, while nothing runs yet.
func newShop(t *testing.T, text string, before ...func(*testing.T, *house)) *shop {
	t.Helper()
	s := &shop{clock: fromNoon()}
	s.house = houseAt(t, text, s.clock.now)
	for _, b := range before {
		b(t, s.house)
	}
	var err error
	if s.page, err = s.console(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.page.Handler())
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	busy(t, s.house)
	s.tab = open(t, server.URL)
	s.enter("mona")
	return s
}

// enter lets somebody in by a link of their own, also after the last visit
// ended.
func (s *shop) enter(who string) {
	s.t.Helper()
	link := console.InvitationPath(console.Invitation(s.page.Key, who, s.now().Add(time.Hour)))
	s.do("entering", chromedp.Navigate(s.base+link), chromedp.WaitVisible("main h1", chromedp.ByQuery))
	s.until("the inbox", `location.pathname === "/" && document.querySelector("#shelves")`)
}

// hear records what a customer says now, and returns the number of the case
// once it waits with a draft.
func (s *shop) hear(author, text string) int64 {
	s.t.Helper()
	id := s.record(author, text)
	soon(s.t, "a draft for "+author, func() string {
		c, err := s.store.Case(s.t.Context(), id)
		if err != nil || c.State != cases.Waiting {
			return ""
		}
		return "yes"
	})
	return id
}

// record writes down what a customer says now, and returns the number of the
// case.
func (s *shop) record(author, text string) int64 {
	s.t.Helper()
	s.said++
	m := cases.Mention{Source: "reviews", ID: fmt.Sprint(s.said), AuthorID: fmt.Sprint(s.said), Author: author, Text: text, PostedAt: s.now(), Direct: true}
	if _, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}, Next: cases.Cursor(m.ID)}, s.now()); err != nil {
		s.t.Fatal(err)
	}
	return int64(s.said)
}

// phrase is what the page says in a language.
func (s *shop) phrase(language, key string) string { return s.office.Words[language].Say(key) }

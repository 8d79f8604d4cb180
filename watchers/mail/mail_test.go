package mail

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/mail"
	"rasid/internal/platform/mail/fakeconsent"
	"rasid/internal/platform/mail/fakeimap"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

// open makes a source that does not wait for news.
func open(t *testing.T, f *fakeimap.Server) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Server, c.TLS, c.User, c.Password = f.Address, "off", fakeimap.User, fakeimap.Password
	c.Addresses = []string{"owner@noor.example"}
	s, err := New(c, "mailbox", &net.Dialer{Timeout: 5 * time.Second}, faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	s.wait = 0
	return s
}

// plain writes a letter as a customer's program would.
func plain(n int) string {
	return fmt.Sprintf("From: Sara <sara@customer.example>\r\nTo: care@noor.example\r\nSubject: Order %d\r\nMessage-ID: <m%d@customer.example>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe coffee %d was cold.\r\n", n, n, n)
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := fakeimap.Start(t, true)
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, f) }, Now: clock, Secrets: []string{fakeimap.Password}, Fail: f.Fail, Hang: f.Hang,
			Say: watcherstest.Numbered(func(n int) {
				f.Deliver("INBOX", plain(n), noon.Add(time.Duration(n-1000)*time.Second))
			}),
		}
	})
}

// all reads until nothing more is waiting.
func all(t *testing.T, s *Source, after cases.Cursor) (list []cases.Mention, next cases.Cursor, gap string) {
	t.Helper()
	for range 50 {
		p, err := s.Poll(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		list, after, gap = append(list, p.Mentions...), p.Next, gap+p.Gap
		if !p.More {
			return list, after, gap
		}
	}
	t.Fatal("endless")
	return nil, "", ""
}

func TestARenumberedFolderIsReadAgainWithoutDoublesAndWithoutLoss(t *testing.T) {
	f := fakeimap.Start(t, true)
	for n := range 30 {
		f.Deliver("INBOX", plain(n), noon.Add(time.Duration(n-100)*time.Minute))
	}
	s := open(t, f)
	before, at, _ := all(t, s, "")
	f.Deliver("INBOX", plain(77), noon.Add(-time.Minute))
	f.Renumber("INBOX") // the newest has number 1 now
	again, at, gap := all(t, s, at)
	known, fresh := map[string]bool{}, []string{}
	for _, m := range before {
		known[m.ID] = true
	}
	for _, m := range again {
		if !known[m.ID] {
			fresh = append(fresh, m.ID)
		}
	}
	// The records know a mention by its ID, so what comes again is no double.
	if len(before) != 30 || gap != "" || !slices.Equal(fresh, []string{"m77@customer.example"}) {
		t.Errorf("%d before; new after the renumbering: %v, gap %q", len(before), fresh, gap)
	}
	f.Deliver("INBOX", plain(78), noon)
	if more, _, _ := all(t, s, at); len(more) != 1 || more[0].ID != "m78@customer.example" {
		t.Errorf("afterwards %+v", more)
	}
}

// waiting is one look that waits for news as long as it takes.
func waiting(t *testing.T, s *Source, at cases.Cursor) func() cases.Page {
	t.Helper()
	s.wait = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	type result struct {
		page cases.Page
		err  error
	}
	got := make(chan result, 1)
	go func() {
		p, err := s.Poll(ctx, at)
		got <- result{p, err}
	}()
	return func() cases.Page {
		t.Helper()
		r := <-got
		if r.err != nil {
			t.Fatal(r.err)
		}
		return r.page
	}
}

// holds reports whether a page is one letter.
func holds(p cases.Page, id string) bool { return len(p.Mentions) == 1 && p.Mentions[0].ID == id }

func TestALetterIsTakenOnceAndAsSoonAsTheServerTellsOfIt(t *testing.T) {
	f := fakeimap.Start(t, true)
	s := open(t, f)
	_, at, _ := all(t, s, "")
	end := waiting(t, s, at)
	<-f.Idling()
	f.Deliver("INBOX", plain(1), noon)
	p := end()
	if !holds(p, "m1@customer.example") {
		t.Errorf("%+v", p)
	}
	s.wait = 0
	if again, _, _ := all(t, s, p.Next); len(again) != 0 {
		t.Errorf("again: %+v", again)
	}
}

func TestALetterThatComesBetweenTheLastLookAndTheWaitingIsNotMissed(t *testing.T) {
	for name, moment := range map[string]fakeimap.Moment{
		"as the server looks":            fakeimap.Searched,
		"as the server is asked to tell": fakeimap.Asked,
		"as it says that it will":        fakeimap.Granted,
	} {
		t.Run(name, func(t *testing.T) {
			f := fakeimap.Start(t, true)
			s := open(t, f)
			_, at, _ := all(t, s, "")
			f.At(moment, func() { f.Deliver("INBOX", plain(1), noon) })
			if p := waiting(t, s, at)(); !holds(p, "m1@customer.example") {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestALetterThatTheServerForgetsToTellOfIsTakenWhenTheWaitingEnds(t *testing.T) {
	f := fakeimap.Start(t, true)
	s := open(t, f)
	_, at, _ := all(t, s, "")
	f.Mute()
	f.At(fakeimap.Granted, func() { f.Deliver("INBOX", plain(1), noon) })
	s.wait = time.Millisecond
	p, err := s.Poll(t.Context(), at)
	if err != nil || !holds(p, "m1@customer.example") {
		t.Errorf("%+v %v", p, err)
	}
}

func TestAServerThatCannotTellIsAskedInstead(t *testing.T) {
	f := fakeimap.Start(t, false)
	s := open(t, f)
	_, at, _ := all(t, s, "")
	s.wait = time.Hour
	if p, err := s.Poll(t.Context(), at); err != nil || len(p.Mentions) != 0 {
		t.Fatalf("%+v %v", p, err)
	}
	f.Deliver("INBOX", plain(1), noon)
	if p, err := s.Poll(t.Context(), at); err != nil || len(p.Mentions) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if a := s.Doctor(t.Context()); len(a) != 1 || !a[0].OK || !strings.Contains(a[0].What, "asked every") {
		t.Errorf("%+v", a)
	}
}

func TestTheFirstLookLeavesOldLettersAloneAndOldOnesThatCameLateAreHistory(t *testing.T) {
	f := fakeimap.Start(t, true)
	f.Deliver("INBOX", plain(1), noon.AddDate(-1, 0, 0))
	f.Deliver("INBOX", plain(2), noon.Add(-time.Hour))
	s := open(t, f)
	first, at, _ := all(t, s, "")
	if len(first) != 1 || first[0].ID != "m2@customer.example" {
		t.Fatalf("%+v", first)
	}
	f.Deliver("INBOX", plain(3), noon.AddDate(0, -1, 0)) // moved here from an archive
	if late, _, _ := all(t, s, at); len(late) != 1 || !late[0].Old {
		t.Errorf("%+v", late)
	}
}

func TestAnAnswerGoesWhereTheWriterReadsAndNowhereElse(t *testing.T) {
	for name, tc := range map[string]struct{ header, to string }{
		"to the writer":         {"From: Sara <sara@customer.example>", "sara@customer.example"},
		"where they ask":        {"From: sara@customer.example\r\nReply-To: Sara <home@customer.example>", "home@customer.example"},
		"not to a list of them": {"From: sara@customer.example\r\nReply-To: a@x.example, b@x.example, c@x.example", "sara@customer.example"},
		"not to a crowd":        {"From: sara@customer.example\r\nCc: " + strings.Repeat("x@y.example, ", 500) + "z@y.example", "sara@customer.example"},
		"not to a machine":      {"From: sara@customer.example\r\nReply-To: no-reply@customer.example", ""},
		"not to ourselves":      {"From: sara@customer.example\r\nReply-To: care@noor.example", ""},
		"from a machine":        {"From: No Reply <noreply@shop.example>", ""},
		"from nobody":           {"Subject: x", ""},
		"a second header":       {"From: \"x\\r\\nBcc: all@y.example\" <sara@customer.example>", "sara@customer.example"},
	} {
		f := fakeimap.Start(t, true)
		f.Deliver("INBOX", tc.header+"\r\nMessage-ID: <m1@customer.example>\r\nReferences: <a@x.example> <b@x.example>\r\n\r\ncold\r\n", noon)
		got, _, gap := all(t, open(t, f), "")
		if len(got) != 1 || gap != "" {
			t.Fatalf("%s: %+v %s", name, got, gap)
		}
		target, err := mail.ParseTarget(got[0].ReplyTo)
		if target.To != tc.to || (err == nil) != (tc.to != "") {
			t.Errorf("%s: %+v %v from %q", name, target, err, got[0].ReplyTo)
		}
		if tc.to != "" && (target.ID != "m1@customer.example" || !slices.Equal(target.Refs, []string{"a@x.example", "b@x.example"}) || got[0].Thread != "a@x.example") {
			t.Errorf("%s: %+v in %s", name, target, got[0].Thread)
		}
	}
}

func TestWhatMachinesWriteIsNeverAnswered(t *testing.T) {
	for _, header := range []string{
		"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated (vacation)", "Precedence: bulk", "Precedence: list", "precedence: Junk",
		"List-Id: <news.shop.example>", "List-Unsubscribe: <mailto:x@y.example>", "Return-Path: <>", "X-Autoreply: yes", "X-Loop: care@noor.example",
		"Content-Type: multipart/report; report-type=delivery-status; boundary=x", "X-Spam-Flag: YES",
	} {
		f := fakeimap.Start(t, true)
		f.Deliver("INBOX", header+"\r\nFrom: sara@customer.example\r\nSubject: out of office\r\nMessage-ID: <m1@customer.example>\r\n\r\nI am away\r\n", noon)
		got, _, _ := all(t, open(t, f), "")
		if len(got) != 1 || !got[0].Bot || got[0].ReplyTo != "" {
			t.Errorf("%s: %+v", header, got)
		}
	}
	for _, header := range []string{"Auto-Submitted: no", "Return-Path: <sara@customer.example>", "Precedence: normal", "X-Loop: else@shop.example"} {
		f := fakeimap.Start(t, true)
		f.Deliver("INBOX", header+"\r\nFrom: sara@customer.example\r\nMessage-ID: <m1@customer.example>\r\n\r\ncold\r\n", noon)
		if got, _, _ := all(t, open(t, f), ""); len(got) != 1 || got[0].Bot || got[0].ReplyTo == "" {
			t.Errorf("%s: %+v", header, got)
		}
	}
}

func TestWhatTheBusinessWritesIsItsOwn(t *testing.T) {
	f := fakeimap.Start(t, true)
	f.Deliver("INBOX", "From: Owner <Owner@noor.example>\r\nIn-Reply-To: <m1@customer.example>\r\nMessage-ID: <o1@noor.example>\r\n\r\nWe are sorry\r\n", noon)
	if got, _, _ := all(t, open(t, f), ""); len(got) != 1 || !got[0].Ours || got[0].AnswerTo != "m1@customer.example" || got[0].ReplyTo != "" {
		t.Errorf("%+v", got)
	}
}

func TestALetterNobodyCanReadIsParkedAndTheOthersGoOn(t *testing.T) {
	f := fakeimap.Start(t, true)
	f.Deliver("INBOX", plain(1), noon)
	f.Deliver("INBOX", plain(2), noon)
	s := open(t, f)
	broken := s.now
	calls := 0
	s.now = func() time.Time { // breaks the reader in the middle of the first letter
		if calls++; calls == 2 {
			panic("seeded")
		}
		return broken()
	}
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 1 || !strings.Contains(p.Gap, "letter 1 in INBOX could not be read") {
		t.Errorf("%+v %v", p, err)
	}
}

func TestTheDoctorSaysWhatToCheck(t *testing.T) {
	f := fakeimap.Start(t, true)
	s := open(t, f)
	if a := s.Doctor(t.Context()); len(a) != 1 || !a[0].OK || !strings.Contains(a[0].What, "at once") {
		t.Errorf("%+v", a)
	}
	s.cfg.Folder = "Reviews"
	if a := s.Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "its name") {
		t.Errorf("%+v", a)
	}
	s.box.Password = "CANARY-wrong"
	if a := s.Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "password") || strings.Contains(a[0].Fix, "CANARY") {
		t.Errorf("%+v", a)
	}
}

func TestWithAConsentInsteadOfAPasswordTheMailboxIsRead(t *testing.T) {
	f, owner := fakeimap.Start(t, true), fakeconsent.New(fakeimap.User)
	t.Cleanup(owner.Close)
	f.Consent(owner.Takes)
	c := DefaultConfig()
	c.Server, c.TLS, c.User = f.Address, "off", fakeimap.User
	c.ClientID, c.ClientSecret, c.RefreshToken, c.TokenURL = fakeconsent.ClientID, fakeconsent.ClientSecret, fakeconsent.Refresh, owner.URL+"/token"
	s, err := New(c, "mailbox", &net.Dialer{Timeout: 5 * time.Second}, faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	s.wait = 0
	f.Deliver("INBOX", plain(1), noon)
	got, at, _ := all(t, s, "")
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	owner.Expire() // the next look is refused and the one after it brings a new token
	if _, err := s.Poll(t.Context(), at); err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("with a token that ran out: %v", err)
	}
	f.Deliver("INBOX", plain(2), noon)
	if got, _, _ = all(t, s, at); len(got) != 1 || owner.Given() != 2 {
		t.Errorf("%+v with %d tokens", got, owner.Given())
	}
	owner.Revoke()
	_, _ = s.Poll(t.Context(), at) // forgets the token
	if a := s.Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "refresh_token") || strings.Contains(a[0].Fix, "CANARY") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, Config{Server: "imap.example.com", TLS: "ssl", Addresses: []string{"x"}}.Check(), "server tls user password folder addresses every max_age")
	c := DefaultConfig()
	c.Server, c.User, c.Password = "imap.example.com:993", "care@noor.example", "x"
	if f := c.Check(); len(f) > 0 {
		t.Error(f)
	}
	for want, change := range map[string]func(*Config){
		"":              func(c *Config) { c.ClientID, c.RefreshToken = "id", "x" }, // Microsoft's public clients have no secret
		"client_id":     func(c *Config) { c.RefreshToken = "x" },
		"refresh_token": func(c *Config) { c.ClientID = "id" },
		"password":      func(c *Config) { c.ClientID, c.RefreshToken, c.Password = "id", "x", "x" },
		"token_url":     func(c *Config) { c.ClientID, c.RefreshToken, c.TokenURL = "id", "x", "microsoft" },
	} {
		c := c
		c.Password = ""
		change(&c)
		faketest.Mistakes(t, c.Check(), want)
	}
}

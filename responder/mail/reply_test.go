package mail_test

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	wire "rasid/internal/platform/mail"
	"rasid/internal/platform/mail/fakeconsent"
	"rasid/internal/platform/mail/fakeimap"
	"rasid/responder/mail"
	"rasid/responder/mail/fakesmtp"
	"rasid/responder/respondertest"
)

var noon, clock = faketest.Noon(), faketest.Noon

var wordDecoder mime.WordDecoder

// line reaches the servers, or nobody.
type line struct{ cut bool }

func (l *line) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if l.cut {
		address = "127.0.0.1:1"
	}
	return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, address)
}

// stage is a replier with its servers.
type stage struct {
	*mail.Replier
	smtp *fakesmtp.Server
	imap *fakeimap.Server
	line *line
	told []error
	n    int
}

func newStage(t *testing.T, sent string) *stage {
	t.Helper()
	s := &stage{smtp: fakesmtp.Start(t, mail.Off), line: &line{}}
	s.smtp.Ask(fakeimap.User, fakeimap.Password)
	c := mail.DefaultReplyConfig()
	c.Server, c.TLS, c.From, c.User, c.Password, c.Sent = s.smtp.Address, "off", "قهوة نور <care@noor.example>", fakeimap.User, fakeimap.Password, sent
	if sent != "nobody" {
		s.imap = fakeimap.Start(t, true)
		c.IMAPServer, c.IMAPTLS = s.imap.Address, "off"
	}
	p, err := mail.New(c, s.line, faketest.Net(t), clock, func(err error) { s.told = append(s.told, err) })
	if err != nil {
		t.Fatal(err)
	}
	s.Replier = p
	return s
}

func (s *stage) mention(text string) cases.Mention {
	s.n++
	target := wire.Target{To: "sara@customer.example", ID: fmt.Sprintf("m%d@customer.example", s.n), Refs: []string{"first@customer.example"}}
	return cases.Mention{Source: "mailbox", ID: target.ID, ReplyTo: target.String(), Title: "شكوى عن الطلب", Text: text, PostedAt: noon}
}

func (s *stage) reply(m cases.Mention, text string) cases.Reply {
	return cases.Reply{Key: "reply/1/1", Draft: 1, Attempt: 1, First: noon, Mention: m, Text: text}
}

// letters reads what the server took.
func (s *stage) letters(t *testing.T) (list []*netmail.Message, texts []string) {
	t.Helper()
	for _, l := range s.smtp.Letters() {
		m, err := netmail.ReadMessage(strings.NewReader(l.Data))
		if err != nil {
			t.Fatal(err)
		}
		types, bodies := parts(t, m.Header.Get("Content-Type"), m.Body)
		if len(types) != 2 || types[0] != "text/plain" || types[1] != "text/html" {
			t.Fatalf("parts %v", types)
		}
		list, texts = append(list, m), append(texts, strings.ReplaceAll(bodies[0], "\r\n", "\n"))
	}
	return list, texts
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		s := newStage(t, "nobody")
		where := map[string]string{}
		return respondertest.Replier{
			Replier: s.Replier, Secret: fakeimap.Password, Limit: mail.MaxReply, Unit: "م",
			Mention: func(_ *testing.T, text string) cases.Mention {
				m := s.mention(text)
				where["<"+m.ID+">"] = m.ReplyTo
				return m
			},
			Posted: func() (out []respondertest.Post) {
				list, texts := s.letters(t)
				for i, m := range list {
					out = append(out, respondertest.Post{Text: strings.TrimSpace(texts[i]), ReplyTo: where[m.Header.Get("In-Reply-To")]})
				}
				return out
			},
			Fail: func(f respondertest.Fault) {
				if f == respondertest.Unreachable {
					s.line.cut = true
					return
				}
				s.smtp.Fail(map[respondertest.Fault]fakesmtp.Fault{
					respondertest.Limited: fakesmtp.BusyReceiver, respondertest.Forbidden: fakesmtp.RefuseReceiver, respondertest.Broken: fakesmtp.DropAtEnd,
					respondertest.DropBefore: fakesmtp.DropAtEnd, respondertest.Lost: fakesmtp.DropAfterEnd, respondertest.Cut: fakesmtp.CutAnswer,
					respondertest.Garbage: fakesmtp.GarbageAnswer,
				}[f])
			},
		}
	})
}

func TestAnAnswerGoesToTheWriterAloneInTheirConversation(t *testing.T) {
	s := newStage(t, "nobody")
	m := s.mention("cold")
	got, err := s.Reply(t.Context(), s.reply(m, "نعتذر منك يا سارة."))
	if err != nil {
		t.Fatal(err)
	}
	list, _ := s.letters(t)
	h := list[0].Header
	for name, want := range map[string]string{
		"To": "<sara@customer.example>", "Cc": "", "Bcc": "", "In-Reply-To": "<m1@customer.example>", "References": "<first@customer.example> <m1@customer.example>",
		"Message-Id": "<" + got.ID + ">", "Auto-Submitted": "", "X-Auto-Response-Suppress": "All", "X-Loop": "care@noor.example", "Date": "Sun, 22 Nov 2026 12:00:00 +0000",
	} {
		if have := h.Get(name); have != want {
			t.Errorf("%s: %q, want %q", name, have, want)
		}
	}
	if l := s.smtp.Letters()[0]; l.To != "sara@customer.example" || l.From != "care@noor.example" {
		t.Errorf("from %s to %s", l.From, l.To)
	}
	subject := decodedHeader(t, h.Get("Subject"))
	if subject != "Re: شكوى عن الطلب" || wire.Answers([]string{got.ID}) != 1 || !strings.HasSuffix(got.ID, "@noor.example") {
		t.Errorf("subject %q, id %s", subject, got.ID)
	}
	m.Title = "رد: شكوى"
	if _, err := s.Reply(t.Context(), s.reply(m, "مرة أخرى")); err != nil {
		t.Fatal(err)
	}
	if list, _ := s.letters(t); decodedHeader(t, list[1].Header.Get("Subject")) != "رد: شكوى" || list[1].Header.Get("Message-Id") == h.Get("Message-Id") {
		t.Errorf("%v", list[1].Header)
	}
}

// TestWordsBesideAnAnswerSayThatAProgramWroteThem keeps them apart from answers:
// machines leave them alone, they do not end a conversation with a customer who
// writes at night, and they are not taken for a colleague's answer.
func TestWordsBesideAnAnswerSayThatAProgramWroteThem(t *testing.T) {
	s := newStage(t, "rasid")
	beside := s.reply(s.mention("cold"), "We open tomorrow.")
	beside.Draft = 0
	got, err := s.Reply(t.Context(), beside)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := s.letters(t)
	if h := list[0].Header; h.Get("Auto-Submitted") != "auto-replied" || h.Get("In-Reply-To") != "<m1@customer.example>" || h.Get("Message-Id") != "<"+got.ID+">" {
		t.Errorf("%v", h)
	}
	if !wire.Ours(got.ID) || wire.Answers([]string{got.ID}) != 0 {
		t.Errorf("%s counts as an answer", got.ID)
	}
	if st, err := s.Check(t.Context(), beside.Mention); err != nil || st.Colleague != "" {
		t.Errorf("taken for a colleague's: %+v %v", st, err)
	}
}

func decodedHeader(t *testing.T, s string) string {
	t.Helper()
	m := &netmail.Header{"Subject": {s}}
	text, err := wordDecoder.DecodeHeader(m.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheSameAnswerHasTheSameIDAtEachAttempt(t *testing.T) {
	s := newStage(t, "nobody")
	r := s.reply(s.mention("cold"), "sorry")
	s.smtp.Fail(fakesmtp.BusyLetter)
	_, err := s.Reply(t.Context(), r)
	var later *cases.LaterError
	if !errors.As(err, &later) || later.After < time.Minute || len(s.smtp.Letters()) != 0 {
		t.Fatalf("%v, %d letters", err, len(s.smtp.Letters()))
	}
	r.Attempt = 2
	a, err := s.Reply(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	again := newStage(t, "nobody")
	if b, err := again.Reply(t.Context(), r); err != nil || a.ID != b.ID {
		t.Errorf("%s, then %s (%v)", a.ID, b.ID, err)
	}
}

func TestNobodyWhoDoesNotReadIsWrittenTo(t *testing.T) {
	s := newStage(t, "nobody")
	refs := []string{"a@customer.example"}
	for i := range 5 {
		refs = append(refs, fmt.Sprintf("b%d@customer.example", i), wire.AnswerID(fmt.Sprint(i), "noor.example"))
	}
	for name, target := range map[string]string{
		"no-reply":         wire.Target{To: "no-reply@shop.example", ID: "m@x.example"}.String(),
		"bounces":          wire.Target{To: "bounces+17@shop.example", ID: "m@x.example"}.String(),
		"ourselves":        wire.Target{To: "Care@noor.example", ID: "m@x.example"}.String(),
		"an endless talk":  wire.Target{To: "sara@customer.example", ID: "m@x.example", Refs: refs}.String(),
		"two receivers":    `{"to":"sara@customer.example, all@noor.example","id":"m@x.example"}`,
		"a name before it": `{"to":"Sara <sara@customer.example>","id":"m@x.example"}`,
		"a header":         `{"to":"sara@customer.example\r\nBcc: all@noor.example","id":"m@x.example"}`,
		"a header in id":   `{"to":"sara@customer.example","id":"m@x.example>\r\nBcc: all@noor.example"}`,
		"a header in ref":  `{"to":"sara@customer.example","id":"m@x.example","refs":["x\r\nBcc: all@noor.example"]}`,
		"an alert":         "",
	} {
		m := s.mention("cold")
		m.ReplyTo = target
		if _, err := s.Reply(t.Context(), s.reply(m, "sorry")); cases.OutcomeOf(err) != cases.WasRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := s.mention("cold")
	m.Title = "x\r\nBcc: all@noor.example"
	if _, err := s.Reply(t.Context(), s.reply(m, "sorry")); cases.OutcomeOf(err) != cases.WasRefused {
		t.Errorf("a header in the subject: %v", err)
	}
	if s.smtp.Talks() != 0 {
		t.Errorf("the server was called %d times", s.smtp.Talks())
	}
}

func TestACopyOfTheAnswerIsFiledAndItsLossChangesNothing(t *testing.T) {
	s := newStage(t, "rasid")
	r := s.reply(s.mention("cold"), "sorry")
	got, err := s.Reply(t.Context(), r)
	if err != nil || len(s.told) != 0 {
		t.Fatal(err, s.told)
	}
	if found, there, err := s.Find(t.Context(), r); err != nil || !there || found.ID != got.ID {
		t.Errorf("%+v %v %v", found, there, err)
	}
	s.imap.Fail(true)
	if _, err := s.Reply(t.Context(), s.reply(s.mention("late"), "sorry")); err != nil || len(s.told) != 1 || strings.Contains(s.told[0].Error(), "CANARY") {
		t.Errorf("%v, told %v", err, s.told)
	}
}

func TestAnAnswerThatIsNotFoundIsNotProvenUnsent(t *testing.T) {
	for _, sent := range []string{"nobody", "rasid", "server"} {
		s := newStage(t, sent)
		r := s.reply(s.mention("cold"), "sorry")
		s.smtp.Fail(fakesmtp.DropAfterEnd)
		if _, err := s.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown {
			t.Fatalf("%v", err)
		}
		if _, there, err := s.Find(t.Context(), r); there || err == nil {
			t.Errorf("%s: there %v, %v; want that nobody knows", sent, there, err)
		}
	}
	s := newStage(t, "server")
	r := s.reply(s.mention("cold"), "sorry")
	s.smtp.Fail(fakesmtp.DropAfterEnd)
	_, _ = s.Reply(t.Context(), r)
	s.imap.Deliver("Sent", s.smtp.Letters()[0].Data, noon) // as servers do that keep copies
	if _, there, err := s.Find(t.Context(), r); !there || err != nil {
		t.Errorf("there %v, %v", there, err)
	}
	r.Text = "other words"
	if _, there, _ := s.Find(t.Context(), r); there {
		t.Error("it found other words")
	}
}

func TestAColleaguesAnswerIsSeenBeforeOursLeaves(t *testing.T) {
	s := newStage(t, "server")
	m := s.mention("cold")
	if st, err := s.Check(t.Context(), m); err != nil || st.Colleague != "" {
		t.Fatal(st, err)
	}
	s.imap.Deliver("Sent", "From: care@noor.example\r\nIn-Reply-To: <rasid.x@noor.example>\r\nMessage-ID: <c0@noor.example>\r\nSubject: other\r\n\r\nx\r\n", noon)
	s.imap.Deliver("Sent", "From: care@noor.example\r\nIn-Reply-To: <"+m.ID+">\r\nMessage-ID: <rasid.1@noor.example>\r\nSubject: ours\r\n\r\nx\r\n", noon)
	if st, err := s.Check(t.Context(), m); err != nil || st.Colleague != "" {
		t.Fatalf("our own answer is no colleague's: %+v %v", st, err)
	}
	s.imap.Deliver("Sent", "From: care@noor.example\r\nIn-Reply-To: <"+m.ID+">\r\nMessage-ID: <c1@noor.example>\r\nSubject: =?utf-8?B?2LHYrw==?= order\r\n\r\nx\r\n", noon)
	if st, err := s.Check(t.Context(), m); err != nil || !strings.Contains(st.Colleague, "رد order") {
		t.Errorf("%+v %v", st, err)
	}
}

func TestTheDoctorLooksAtBothServersAndSendsNothing(t *testing.T) {
	s := newStage(t, "rasid")
	if a := s.Doctor(t.Context()); len(a) != 2 || !a[0].OK || !a[1].OK || len(s.smtp.Letters()) != 0 {
		t.Errorf("%+v", a)
	}
	s.smtp.Ask(fakeimap.User, "another")
	s.imap.Fail(true)
	for _, a := range s.Doctor(t.Context()) {
		if a.OK || a.Fix == "" || strings.Contains(a.Fix, "CANARY") {
			t.Errorf("%+v", a)
		}
	}
}

// consented is a replier whose provider takes no password.
func consented(t *testing.T) (*stage, *fakeconsent.Server) {
	t.Helper()
	s := &stage{smtp: fakesmtp.Start(t, mail.Off), imap: fakeimap.Start(t, true), line: &line{}}
	owner := fakeconsent.New(fakeimap.User)
	t.Cleanup(owner.Close)
	s.smtp.Consent(fakeimap.User, owner.Takes)
	s.imap.Consent(owner.Takes)
	c := mail.DefaultReplyConfig()
	c.Server, c.TLS, c.From, c.User, c.Sent, c.IMAPServer, c.IMAPTLS = s.smtp.Address, "off", "care@noor.example", fakeimap.User, "rasid", s.imap.Address, "off"
	c.ClientID, c.ClientSecret, c.RefreshToken, c.TokenURL = fakeconsent.ClientID, fakeconsent.ClientSecret, fakeconsent.Refresh, owner.URL+"/token"
	p, err := mail.New(c, s.line, faketest.Net(t), clock, func(err error) { s.told = append(s.told, err) })
	if err != nil {
		t.Fatal(err)
	}
	s.Replier = p
	return s, owner
}

func TestWithAConsentInsteadOfAPasswordAnAnswerIsSentAndFiled(t *testing.T) {
	s, owner := consented(t)
	for n, before := range []func(){func() {}, owner.Expire} { // a token that ran out is got anew, and nothing is sent twice
		before()
		m := s.mention("cold")
		if _, err := s.Reply(t.Context(), s.reply(m, "We are sorry.")); err != nil {
			t.Fatal(err)
		}
		if got := len(s.smtp.Letters()); got != n+1 || len(s.told) > 0 {
			t.Fatalf("%d letters, told %v", got, s.told)
		}
	}
	if owner.Given() != 2 {
		t.Errorf("%d tokens were asked for", owner.Given())
	}
	if a := s.Doctor(t.Context()); len(a) != 2 || !a[0].OK || !a[1].OK {
		t.Errorf("%+v", a)
	}
}

func TestAConsentThatWasTakenBackSendsNothingAndSaysSo(t *testing.T) {
	s, owner := consented(t)
	owner.Revoke()
	_, err := s.Reply(t.Context(), s.reply(s.mention("cold"), "We are sorry."))
	if !errors.Is(err, cases.ErrNotSent) && !errors.Is(err, cases.ErrRefused) || len(s.smtp.Letters()) != 0 || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("%v", err)
	}
	for _, a := range s.Doctor(t.Context()) {
		if a.OK || !strings.Contains(a.Fix, "refresh_token") || strings.Contains(a.Fix, "CANARY") {
			t.Errorf("%+v", a)
		}
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, mail.ReplyConfig{Server: "smtp", TLS: "x", From: "no-reply@noor.example", User: "u", Sent: "rasid", IMAPTLS: "y"}.Check(), "server tls from password imap_server imap_tls")
}

package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/responder"
	"rasid/responder/digest"
	"rasid/responder/mail"
	"rasid/responder/mail/fakesmtp"
)

// TestALetterIsSentOnceForEachAddressAndDay goes the whole way: planned, put
// into the outbox, claimed, given to a mail server that fails in every way.
func TestALetterIsSentOnceForEachAddressAndDay(t *testing.T) {
	zone := time.UTC
	for _, c := range []struct {
		fault   fakesmtp.Fault
		letters int
		state   cases.SendState
		next    int // days the next letter tells
	}{
		{"", 1, cases.Delivered, 1},
		{fakesmtp.DropAtData, 1, cases.Delivered, 1}, // nothing was sent: again
		{fakesmtp.BusyReceiver, 1, cases.Delivered, 1},
		{fakesmtp.ResetAfterEnd, 1, cases.Delivered, 1},
		{fakesmtp.DropAfterEnd, 1, cases.InDoubt, 1}, // it may be there: only by hand
		{fakesmtp.RefuseReceiver, 0, cases.GaveUp, 2},
		{fakesmtp.RefuseLetter, 0, cases.GaveUp, 2},
	} {
		server := fakesmtp.Start(t, mail.Off)
		if c.fault != "" {
			server.Fail(c.fault)
		}
		now := time.Date(2026, 11, 21, 7, 0, 0, 0, zone)
		clock := func() time.Time { return now }
		s := plannerStore(t)
		settings := config.Mail{SMTP: server.Address, TLS: "off", From: "rasid@noor.example", To: []string{"owner@noor.example"}}
		r := recipient{target: mailTarget + settings.To[0], zone: zone}
		days := 0
		p := planner{records: s, at: config.Clock{Hour: 7}, zone: zone, write: func(_ context.Context, _ recipient, day digest.Span, missed []time.Time) (string, []byte, error) {
			days = 1 + len(missed)
			body, err := json.Marshal(envelope{Key: digestKey(day.From, r.target), Letter: mail.Letter{Subject: "Noor", Text: "quiet", HTML: "<p>quiet</p>"}})
			return "quiet", body, err
		}}
		say := &responder.Speaker{
			Outbox: s, Room: responder.Room{Name: r.target, Chat: mailbox{sender: mailer(settings, clock)}}, Kind: cases.SendDigest, Owner: "test", Clock: clock,
		}
		for range 40 { // a morning, looked at every few minutes
			if err := p.plan(t.Context(), r, now); err != nil {
				t.Fatal(err)
			}
			if _, err := say.Step(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			now = now.Add(5 * time.Minute)
		}
		key := digestKey(time.Date(2026, 11, 20, 0, 0, 0, 0, zone), r.target)
		states, err := s.SendStates(t.Context(), []string{key})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(server.Letters()); got != c.letters || states[key] != c.state {
			t.Errorf("%q: %d letters and %s, want %d and %s", c.fault, got, states[key], c.letters, c.state)
		}
		now = time.Date(2026, 11, 22, 7, 1, 0, 0, zone)
		if err := p.plan(t.Context(), r, now); err != nil {
			t.Fatal(err)
		}
		if days != c.next {
			t.Errorf("%q: the next letter tells %d days, want %d", c.fault, days, c.next)
		}
	}
}

func TestLettersOfDifferentDaysAreDifferentToMailPrograms(t *testing.T) {
	server := fakesmtp.Start(t, mail.Off)
	m := mailer(config.Mail{SMTP: server.Address, TLS: "off", From: "rasid@noor.example"}, time.Now)
	for _, key := range []string{"digest/2026-11-20/x", "digest/2026-11-21/x", "digest/2026-11-20/x"} {
		if err := m.Send(t.Context(), key, "owner@noor.example", mail.Letter{Subject: "Noor", Text: "quiet"}); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, l := range server.Letters() {
		_, rest, _ := strings.Cut(l.Data, "Message-ID: ")
		id, _, _ := strings.Cut(rest, "\r\n")
		ids = append(ids, id)
	}
	if len(ids) != 3 || ids[0] == ids[1] || ids[0] != ids[2] || ids[0] == "" {
		t.Errorf("Message-IDs %q", ids)
	}
}

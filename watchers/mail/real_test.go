//go:build unix

package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net"
	netmail "net/mail"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"rasid/internal/cases"
	wire "rasid/internal/platform/mail"
	"rasid/internal/platform/mail/mailtest"
	say "rasid/responder/mail"
	"rasid/watchers/mail"
)

// post sends a letter as a customer's program does.
func post(t *testing.T, s *mailtest.Servers, id, header, text string) {
	t.Helper()
	letter := "From: Sara <sara@customer.example>\r\nTo: care@noor.example\r\nMessage-ID: <" + id + "@customer.example>\r\n" + header + "\r\n" + text
	if err := smtp.SendMail(s.SMTP, nil, "sara@customer.example", []string{"care@noor.example"}, []byte(letter)); err != nil {
		t.Fatal(err)
	}
}

// next waits for mentions, as the program does: again and again.
func next(t *testing.T, s *mail.Source, after cases.Cursor) ([]cases.Mention, cases.Cursor) {
	t.Helper()
	for range 20 {
		p, err := s.Poll(t.Context(), after)
		if err != nil || p.Gap != "" {
			t.Fatalf("%v, gap %q", err, p.Gap)
		}
		if after = p.Next; len(p.Mentions) > 0 {
			return p.Mentions, after
		}
	}
	t.Fatal("nothing arrived")
	return nil, ""
}

// TestALetterIsReadAndAnsweredThroughRealServers sends a customer's letter
// through Exim into Dovecot, reads it, answers it the same way, and looks into
// the customer's mailbox.
func TestALetterIsReadAndAnsweredThroughRealServers(t *testing.T) {
	servers := mailtest.Start(t)
	way := &net.Dialer{Timeout: 10 * time.Second}
	c := mail.DefaultConfig()
	c.Server, c.TLS, c.User, c.Password = servers.IMAP, "off", "care@noor.example", mailtest.Password
	source, err := mail.New(c, "mailbox", way, nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	first, err := source.Poll(t.Context(), "")
	if err != nil || len(first.Mentions) != 0 {
		t.Fatalf("%+v %v", first, err)
	}
	arabic, err := charmap.Windows1256.NewEncoder().String("القهوة باردة والخدمة سيئة")
	if err != nil {
		t.Fatal(err)
	}
	post(t, servers, "m1", "Subject: "+mime.BEncoding.Encode("utf-8", "شكوى")+"\r\nContent-Type: text/plain; charset=windows-1256\r\nContent-Transfer-Encoding: 8bit\r\n", arabic+"\r\n")
	got, at := next(t, source, first.Next)
	m := got[0]
	if m.ID != "m1@customer.example" || m.Text != "القهوة باردة والخدمة سيئة" || m.Title != "شكوى" || m.Author != "Sara" || m.AuthorID != "sara@customer.example" || m.Bot || !m.Direct {
		t.Fatalf("%+v", m)
	}

	rc := say.DefaultReplyConfig()
	rc.Server, rc.TLS, rc.From, rc.User, rc.Password = servers.SMTP, "off", "Noor <care@noor.example>", "care@noor.example", mailtest.Password
	rc.Sent, rc.IMAPServer, rc.IMAPTLS = "rasid", servers.IMAP, "off"
	replier, err := say.New(rc, way, nil, time.Now, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range append(source.Doctor(t.Context()), replier.Doctor(t.Context())...) {
		if !a.OK {
			t.Errorf("%s: %s", a.What, a.Fix)
		}
	}
	r := cases.Reply{Key: "reply/1/1", Attempt: 1, First: time.Now(), Mention: m, Text: "نعتذر منك يا سارة.\n.\nسنعيد المبلغ."}
	receipt, err := replier.Reply(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if found, there, err := replier.Find(t.Context(), r); err != nil || !there || found.ID != receipt.ID {
		t.Errorf("among the sent letters: %+v %v %v", found, there, err)
	}
	answer := inbox(t, servers, way)
	if h := answer.Header; h.Get("In-Reply-To") != "<m1@customer.example>" || h.Get("Message-Id") != "<"+receipt.ID+">" || h.Get("References") != "<m1@customer.example>" {
		t.Errorf("%v", h)
	}

	// The customer's program is away, then the customer writes again below ours.
	post(t, servers, "m2", "Subject: Auto\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <"+receipt.ID+">\r\n", "I am away\r\n")
	got, at = next(t, source, at)
	if !got[0].Bot || got[0].ReplyTo != "" {
		t.Errorf("an answering program: %+v", got[0])
	}
	post(t, servers, "m3", "Subject: Re: x\r\nIn-Reply-To: <"+receipt.ID+">\r\nReferences: <m1@customer.example> <"+receipt.ID+">\r\n", "Thanks.\r\n\r\nOn Sun, 22 Nov 2026 at 10:00, Noor <care@noor.example> wrote:\r\n> sorry\r\n")
	got, at = next(t, source, at)
	if got[0].Thread != m.ID || got[0].Words() != "Thanks." {
		t.Errorf("the customer's second letter: %+v", got[0])
	}

	// Dovecot loses its index: all letters come again under the names they had.
	servers.Renumber(t, "care")
	p, err := source.Poll(t.Context(), at)
	if err != nil || p.Gap != "" {
		t.Fatal(err, p.Gap)
	}
	var ids []string
	for _, m := range p.Mentions {
		ids = append(ids, m.ID)
	}
	if strings.Join(ids, " ") != "m1@customer.example m2@customer.example m3@customer.example" {
		t.Errorf("after the renumbering: %v", ids)
	}
}

// inbox reads the one letter in the customer's mailbox.
func inbox(t *testing.T, s *mailtest.Servers, way *net.Dialer) *netmail.Message {
	t.Helper()
	box := &wire.Box{Server: s.IMAP, TLS: wire.Off, User: "sara@customer.example", Password: mailtest.Password, Dial: way.DialContext}
	for range 20 {
		raw, err := look(t.Context(), box)
		if err != nil {
			t.Fatal(err)
		}
		if raw == nil {
			continue
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	t.Fatal("no answer arrived")
	return nil
}

func look(ctx context.Context, box *wire.Box) ([]byte, error) {
	session, err := box.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	if _, err := session.Look("INBOX"); err != nil {
		return nil, err
	}
	uids, err := session.After(0)
	if err == nil && len(uids) == 0 {
		if err = session.Wait(ctx, 10*time.Second); err == nil {
			uids, err = session.After(0)
		}
	}
	if err != nil || len(uids) == 0 {
		return nil, err
	}
	letters, err := session.Letters(uids)
	if err != nil || len(letters) != 1 {
		return nil, fmt.Errorf("%d letters: %w", len(letters), err)
	}
	return letters[0].Raw, nil
}

package mail_test

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder/mail"
	"rasid/responder/mail/fakesmtp"
)

var letter = mail.Letter{
	Subject: "قهوة نور: يوم هادئ", Text: "لا أحد ينتظر.\n.\n..نقطة", HTML: `<p dir="rtl">لا أحد</p><img src="cid:digest.png">`, PNG: []byte("\x89PNG picture"),
}

func sender(s *fakesmtp.Server, mode string) *mail.Sender {
	m := &mail.Sender{
		Server: s.Address, TLS: mode, From: "راصد <rasid@noor.example>", Dial: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		Clock: func() time.Time { return time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC) },
	}
	if s.Roots != nil {
		m.Trust = &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	}
	return m
}

func TestALetterArrivesTextFirstThenPageWithThePictureInside(t *testing.T) {
	s := fakesmtp.Start(t, mail.StartTLS)
	if err := sender(s, mail.StartTLS).Send(t.Context(), "digest/2026-11-20/mail:owner@noor.example", "owner@noor.example", letter); err != nil {
		t.Fatal(err)
	}
	got := s.Letters()
	if len(got) != 1 || got[0].From != "rasid@noor.example" || got[0].To != "owner@noor.example" {
		t.Fatalf("the server has %+v", got)
	}
	m, err := netmail.ReadMessage(strings.NewReader(got[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q %v, want %q", subject, err, letter.Subject)
	}
	for header, want := range map[string]string{"Date": "Sat, 21 Nov 2026 07:00:00 +0000", "Auto-Submitted": "auto-generated", "User-Agent": "", "X-Mailer": ""} {
		if have := m.Header.Get(header); have != want {
			t.Errorf("%s: %q, want %q", header, have, want)
		}
	}
	if id := m.Header.Get("Message-ID"); !strings.HasSuffix(id, "@noor.example>") {
		t.Errorf("Message-ID %q", id)
	}
	types, bodies := parts(t, m.Header.Get("Content-Type"), m.Body)
	if got := strings.Join(types, " "); got != "text/plain text/html image/png" {
		t.Errorf("the parts are %s", got)
	}
	for i, want := range []string{letter.Text, letter.HTML, string(letter.PNG)} {
		if have := strings.ReplaceAll(bodies[i], "\r\n", "\n"); have != want {
			t.Errorf("part %s is %q, want %q", types[i], have, want)
		}
	}
}

// parts lists the leaves of a message in order.
func parts(t *testing.T, contentType string, body io.Reader) (types, bodies []string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		t.Fatalf("%s is not multipart", kind)
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return types, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		if inner, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); strings.HasPrefix(inner, "multipart/") {
			ty, bo := parts(t, p.Header.Get("Content-Type"), p)
			types, bodies = append(types, ty...), append(bodies, bo...)
			continue
		} else {
			types = append(types, inner)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, decoded(t, p.Header.Get("Content-Transfer-Encoding"), b))
	}
}

func decoded(t *testing.T, encoding string, b []byte) string {
	t.Helper()
	var err error
	switch encoding {
	case "quoted-printable":
		b, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b)))
	case "base64":
		b, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(b)), ""))
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatAFailureProves(t *testing.T) {
	for _, c := range []struct {
		fault   fakesmtp.Fault
		want    cases.Outcome
		letters int
	}{
		{"", cases.WasDelivered, 1},
		{fakesmtp.RefuseReceiver, cases.WasRefused, 0},
		{fakesmtp.BusyReceiver, cases.WasNotSent, 0},
		{fakesmtp.DropAtData, cases.WasNotSent, 0},
		{fakesmtp.RefuseLetter, cases.WasRefused, 0},
		{fakesmtp.DropAfterEnd, cases.WasUnknown, 1},
		{fakesmtp.ResetAfterEnd, cases.WasDelivered, 1},
	} {
		s := fakesmtp.Start(t, mail.Off)
		if c.fault != "" {
			s.Fail(c.fault)
		}
		err := sender(s, mail.Off).Send(t.Context(), "k", "owner@noor.example", letter)
		if got := cases.OutcomeOf(err); got != c.want {
			t.Errorf("%q: %s, want %s (%v)", c.fault, got, c.want, err)
		}
		if got := len(s.Letters()); got != c.letters {
			t.Errorf("%q: the server has %d letters, want %d", c.fault, got, c.letters)
		}
	}
}

func TestNobodyThereMeansNotSent(t *testing.T) {
	s := &fakesmtp.Server{Address: "127.0.0.1:1"}
	err := sender(s, mail.Off).Send(t.Context(), "k", "owner@noor.example", letter)
	if got := cases.OutcomeOf(err); got != cases.WasNotSent {
		t.Errorf("%s, want not-sent (%v)", got, err)
	}
}

func TestThePasswordIsGivenEncryptedOnlyAndNeverTold(t *testing.T) {
	for _, mode := range []string{mail.StartTLS, mail.TLS} {
		s := fakesmtp.Start(t, mode)
		s.Ask("rasid", "right-password")
		m := sender(s, mode)
		m.User, m.Password = "rasid", "right-password"
		if err := m.Send(t.Context(), "k", "owner@noor.example", letter); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		m.Password = "wrong-password"
		err := m.Send(t.Context(), "k", "owner@noor.example", letter)
		if got := cases.OutcomeOf(err); got != cases.WasRefused {
			t.Errorf("%s: %s, want refused (%v)", mode, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "wrong-password") {
			t.Errorf("%s: the password is in %q", mode, err)
		}
	}
	plain := fakesmtp.Start(t, mail.Off)
	m := sender(plain, mail.StartTLS)
	if got := cases.OutcomeOf(m.Send(t.Context(), "k", "owner@noor.example", letter)); got != cases.WasNotSent {
		t.Errorf("a server without encryption: %s, want not-sent", got)
	}
	stranger := fakesmtp.Start(t, mail.StartTLS)
	m = sender(stranger, mail.StartTLS)
	m.Trust = &tls.Config{MinVersion: tls.VersionTLS12}
	if got := cases.OutcomeOf(m.Send(t.Context(), "k", "owner@noor.example", letter)); got != cases.WasNotSent || len(stranger.Letters()) > 0 {
		t.Errorf("a certificate nobody vouches for: %s, want not-sent", got)
	}
}

func TestNothingCanAddAHeader(t *testing.T) {
	s := fakesmtp.Start(t, mail.Off)
	for name, change := range map[string]func(m *mail.Sender, l *mail.Letter, to *string){
		"subject":  func(_ *mail.Sender, l *mail.Letter, _ *string) { l.Subject = "Noor\r\nBcc: all@noor.example" },
		"receiver": func(_ *mail.Sender, _ *mail.Letter, to *string) { *to = "owner@noor.example\r\nBcc: all@noor.example" },
		"name":     func(_ *mail.Sender, _ *mail.Letter, to *string) { *to = "\"a\nBcc: b@c.example\" <owner@noor.example>" },
		"sender":   func(m *mail.Sender, _ *mail.Letter, _ *string) { m.From = "rasid@noor.example\nX: y" },
		"two":      func(_ *mail.Sender, _ *mail.Letter, to *string) { *to = "owner@noor.example, all@noor.example" },
	} {
		m, l, to := sender(s, mail.Off), letter, "owner@noor.example"
		change(m, &l, &to)
		if got := cases.OutcomeOf(m.Send(t.Context(), "k", to, l)); got != cases.WasRefused {
			t.Errorf("%s: %s, want refused", name, got)
		}
	}
	if n := s.Talks(); n != 0 {
		t.Errorf("the server was called %d times", n)
	}
}

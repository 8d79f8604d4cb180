// Package mail sends letters: the digest, with plain text first, then HTML, the
// picture inside; and answers to customers who wrote one. It says what is known
// about each attempt: a letter whose last line was sent and whose answer was
// lost may stand in somebody's box, so it is never sent again by itself.
package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Letter is one e-mail without its addresses.
type Letter struct {
	Subject string
	Text    string
	HTML    string // may show the picture as cid:PictureID
	PNG     []byte // nil: no picture
}

// conversation is where an answer belongs.
type conversation struct {
	id         string   // Message-ID of the answer
	inReplyTo  string   // of the letter it answers
	references []string // of those before it
	automatic  bool     // no person approved these words
}

// Clock is the time, passed in.
type Clock = func() time.Time

// PictureID is what HTML calls the picture.
const PictureID = "digest.png"

// The ways to a mail server.
const (
	StartTLS = "starttls" // port 587: encrypted after the first words, or not at all
	TLS      = "tls"      // port 465: encrypted from the start
	Off      = "off"      // in the clear; for a server on this machine
)

// timeout bounds one step of the talk with the server.
const timeout = 20 * time.Second

// Sender hands letters to one mail server.
type Sender struct {
	Server   string // host:port
	TLS      string // StartTLS, TLS or Off
	From     string // like Rasid <rasid@example.com>
	User     string // "" = the server asks for no password
	Password outbound.Secret
	Tokens   *outbound.Bearer // stands for the password; nil = the password

	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Trust *tls.Config // what the server's certificate is checked against; nil = the system's roots
	Clock func() time.Time
}

// Send hands a letter for one address to the server. The key names the letter:
// the same key gives the same Message-ID, by which mail programs recognise a
// letter they have. An error wraps cases.ErrNotSent when nothing was accepted
// and cases.ErrRefused when the server said no for good; any other error means
// that nobody knows.
func (s *Sender) Send(ctx context.Context, key, to string, l Letter) error {
	msg, err := s.message(key, to, l, nil)
	if err != nil {
		return fmt.Errorf("writing a letter: %w: %w", cases.ErrRefused, err)
	}
	return s.deliver(ctx, msg)
}

// deliver hands a written letter to the server.
func (s *Sender) deliver(ctx context.Context, msg *gomail.Msg) error {
	var broken atomic.Bool
	client, talk, err := s.reach(ctx, &broken)
	if err != nil {
		return err
	}
	defer func() { _ = client.CloseWithSMTPClient(talk) }() // what was said is said
	err = client.SendWithSMTPClient(talk, msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return fmt.Errorf("sending through %s: %w", s.Server, judged(err, broken.Load()))
}

// reach connects and logs in. A token that the server no longer takes is got
// anew once: nothing was sent.
func (s *Sender) reach(ctx context.Context, broken *atomic.Bool) (*gomail.Client, *smtp.Client, error) {
	for last := s.Tokens == nil || s.User == ""; ; last = true {
		secret := s.Password
		if s.Tokens != nil && s.User != "" {
			var err error
			if secret, err = s.Tokens.Token(ctx); err != nil {
				return nil, nil, outbound.BeforeSending(err)
			}
		}
		client, err := s.client(ctx, broken, secret)
		if err != nil {
			return nil, nil, fmt.Errorf("preparing mail: %w: %w", cases.ErrRefused, err)
		}
		talk, err := client.DialToSMTPClientWithContext(ctx)
		if err == nil {
			return client, talk, nil
		}
		var said *textproto.Error
		refused := errors.As(err, &said) && said.Code == notTaken
		if refused && s.Tokens != nil {
			s.Tokens.Forget(secret)
		}
		if last || !refused {
			return nil, nil, fmt.Errorf("reaching %s: %w", s.Server, before(err))
		}
	}
}

// notTaken is the answer to a password or token that is wrong (RFC 4954).
const notTaken = 535

// judged says what an error of the talk proves.
func judged(err error, broken bool) error {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Reason {
	case gomail.ErrSMTPDataClose:
		// The last line is on its way. Only an answer, or a connection that
		// took less than everything, proves that the letter is not there.
		if failed.ErrorCode() == 0 && !broken {
			return err
		}
	case gomail.ErrSMTPReset, gomail.ErrAmbiguous:
		return err
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded, gomail.ErrConnCheck,
		gomail.ErrSMTPMailFrom, gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrWriteContent:
	}
	switch code := failed.ErrorCode(); {
	case code >= 500:
		return fmt.Errorf("%w: %w", cases.ErrRefused, err)
	case code >= 400:
		return &cases.LaterError{After: busyPause, Err: err}
	}
	return fmt.Errorf("%w: %w", cases.ErrNotSent, err)
}

// busyPause is how long a server that said "later" is left alone; greylisting
// usually wants a few minutes.
const busyPause = 5 * time.Minute

// before classifies an error from before the letter: nothing was sent, and a
// wrong password does not become right.
func before(err error) error {
	var said *textproto.Error
	switch {
	case errors.As(err, &said) && said.Code >= 500:
		return fmt.Errorf("%w: %w", cases.ErrRefused, err)
	case said != nil && said.Code >= 400:
		return &cases.LaterError{After: busyPause, Err: err}
	}
	return fmt.Errorf("%w: %w", cases.ErrNotSent, err)
}

// greet calls the server, says who we are, and leaves.
func (s *Sender) greet(ctx context.Context) error {
	client, talk, err := s.reach(ctx, new(atomic.Bool))
	if err != nil {
		return err
	}
	if err := client.CloseWithSMTPClient(talk); err != nil {
		return fmt.Errorf("leaving %s: %w", s.Server, err)
	}
	return nil
}

// client prepares the talk with the server. broken is set when the connection
// took less than it was given. secret is the password or a token.
func (s *Sender) client(ctx context.Context, broken *atomic.Bool, secret outbound.Secret) (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, err
	}
	number, err := net.DefaultResolver.LookupPort(ctx, "tcp", port)
	if err != nil {
		return nil, err
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.Trust != nil {
		trust = s.Trust.Clone()
	}
	trust.ServerName = host
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := s.Dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		conn = &watched{Conn: conn, broken: broken}
		if s.TLS == TLS {
			return tls.Client(conn, trust), nil
		}
		return conn, nil
	}
	options := []gomail.Option{
		gomail.WithPort(number), gomail.WithTimeout(timeout), gomail.WithDialContextFunc(dial), gomail.WithTLSConfig(trust),
		gomail.WithHELO("localhost"), // the name of this machine is nobody's business
	}
	switch s.TLS {
	case TLS:
		options = append(options, gomail.WithSSL())
	case Off:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(s.auth()), gomail.WithUsername(s.User), gomail.WithPassword(secret.Reveal()))
	}
	return gomail.NewClient(host, options...)
}

// auth is how the password is given. The library does not see that a
// connection of ours is encrypted from the start, so it is told.
func (s *Sender) auth() gomail.SMTPAuthType {
	if s.Tokens != nil {
		return gomail.SMTPAuthXOAUTH2
	}
	switch s.TLS {
	case TLS:
		return gomail.SMTPAuthPlain
	case Off:
		return gomail.SMTPAuthPlainNoEnc
	}
	return gomail.SMTPAuthAutoDiscover
}

// watched is a connection that remembers whether a write fell short.
type watched struct {
	net.Conn
	broken *atomic.Bool
}

// Write writes to the connection.
func (w *watched) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	if err != nil {
		w.broken.Store(true)
	}
	return n, err
}

// message puts a letter into an envelope. What could add a header is refused,
// not repaired.
func (s *Sender) message(key, to string, l Letter, in *conversation) (*gomail.Msg, error) {
	from, err := Address(s.From)
	if err != nil {
		return nil, fmt.Errorf("the sender: %w", err)
	}
	receiver, err := Address(to)
	if err != nil {
		return nil, fmt.Errorf("the receiver: %w", err)
	}
	if strings.ContainsFunc(l.Subject, unicode.IsControl) || strings.ContainsFunc(key, unicode.IsControl) {
		return nil, errors.New("a subject of more than one line")
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(from)
	m.ToMailAddress(receiver)
	m.Subject(l.Subject)
	m.SetDateWithValue(s.Clock())
	identify(m, in, key+"\n"+receiver.Address, from.Address)
	m.SetBodyString(gomail.TypeTextPlain, l.Text) // first: the last part is the one that is shown
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	if l.PNG != nil {
		err := m.EmbedReader(PictureID, bytes.NewReader(l.PNG), gomail.WithFileContentID(PictureID), gomail.WithFileContentType("image/png"))
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// identify names a letter, and what it belongs to.
func identify(m *gomail.Msg, in *conversation, key, from string) {
	if in == nil {
		sum := sha256.Sum256([]byte(key))
		m.SetMessageIDWithValue(hex.EncodeToString(sum[:16]) + from[strings.LastIndex(from, "@"):])
		// Answering machines leave letters alone that say they came from one.
		m.SetGenHeader("Auto-Submitted", "auto-generated")
		return
	}
	m.SetMessageIDWithValue(in.id)
	m.SetGenHeader("In-Reply-To", "<"+in.inReplyTo+">")
	m.SetGenHeader("References", "<"+strings.Join(in.references, "> <")+">")
	// An approved answer is a person's word. Machines should still not answer
	// it, and one that sends it back is recognised.
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader("X-Loop", from)
	if in.automatic {
		m.SetGenHeader("Auto-Submitted", "auto-replied") // RFC 3834: what is written so is not answered by machines
	}
}

// decoded is a header's text.
func decoded(s string) string {
	if t, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return t
	}
	return s
}

// Address reads one address, with or without a name, and refuses whatever
// could begin another line.
func Address(s string) (*mail.Address, error) {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return nil, errors.New("an address of more than one line")
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address", s)
	}
	return a, nil
}

// Package mail speaks IMAP with the server of a mailbox: it reads letters,
// waits for new ones, looks for what was sent and files copies. It never
// deletes and never marks anything as read. Sending by SMTP is elsewhere.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message/charset"

	"rasid/internal/outbound"
)

// The ways to a mail server.
const (
	StartTLS = "starttls" // encrypted after the first words, or not at all
	TLS      = "tls"      // encrypted from the start
	Off      = "off"      // in the clear; for a server on this machine
)

// Box is a mailbox on a server.
type Box struct {
	Server   string // host:port
	TLS      string // StartTLS, TLS or Off
	User     string
	Password outbound.Secret
	Tokens   *outbound.Bearer // stands for the password; nil = the password

	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Trust *tls.Config // what the server's certificate is checked against; nil = the system's roots
}

const (
	// MaxLetter is how much of one letter is read, in bytes. Words come before
	// attachments in nearly all of them.
	MaxLetter = 1 << 20
	// maxSession bounds what a server may send in one session.
	maxSession = 64 << 20
)

// errTooMuch ends a session in which the server does not stop talking.
var errTooMuch = fmt.Errorf("the server sent more than %d MiB at once", maxSession>>20)

// Session is one visit to the server, for one goroutine.
type Session struct {
	client *imapclient.Client
	news   chan struct{} // something arrived
	stop   func() bool   // of the context's hold on the connection
}

// Open connects and logs in. The session ends with Close or with ctx.
func (b *Box) Open(ctx context.Context) (*Session, error) {
	s, err := b.open(ctx)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("opening the mailbox at %s: %w", b.Server, err)
	}
	return s, nil
}

func (b *Box) open(ctx context.Context) (*Session, error) {
	host, _, err := net.SplitHostPort(b.Server)
	if err != nil {
		return nil, err
	}
	dialled, err := b.Dial(ctx, "tcp", b.Server)
	if err != nil {
		return nil, err
	}
	s := &Session{news: make(chan struct{}, 1)}
	s.stop = context.AfterFunc(ctx, func() { _ = dialled.Close() }) // the one way to end a call that waits
	options := &imapclient.Options{
		TLSConfig:   b.trust(host),
		WordDecoder: &mime.WordDecoder{CharsetReader: charset.Reader},
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				select {
				case s.news <- struct{}{}:
				default:
				}
			}
		}},
	}
	conn := &metered{Conn: dialled, left: maxSession}
	if s.client, err = b.greet(ctx, conn, options); err != nil {
		s.stop()
		return nil, errors.Join(err, conn.Close())
	}
	if err := b.login(ctx, s.client); err != nil {
		s.Close()
		return nil, fmt.Errorf("logging in as %s: %w", b.User, err)
	}
	return s, nil
}

func (b *Box) trust(host string) *tls.Config {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if b.Trust != nil {
		trust = b.Trust.Clone()
	}
	trust.ServerName = host
	return trust
}

// greet encrypts the connection as asked and waits for the server's first
// words.
func (b *Box) greet(ctx context.Context, conn net.Conn, options *imapclient.Options) (*imapclient.Client, error) {
	switch b.TLS {
	case StartTLS:
		return imapclient.NewStartTLS(conn, options)
	case TLS:
		secure := tls.Client(conn, options.TLSConfig)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secure
	}
	c := imapclient.New(conn, options)
	if err := c.WaitGreeting(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close ends the session. What was read is read, so an error of parting says
// nothing.
func (s *Session) Close() {
	s.stop()
	_ = s.client.Close()
}

// Folder is a mailbox's folder as it stands.
type Folder struct {
	Validity uint32 // while it stays the same, numbers of letters keep their meaning
	Next     uint32 // number of the next letter to arrive
	Letters  uint32
}

// Look opens a folder for reading only.
func (s *Session) Look(folder string) (Folder, error) {
	d, err := s.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return Folder{}, fmt.Errorf("opening folder %s: %w", folder, err)
	}
	return Folder{Validity: d.UIDValidity, Next: uint32(d.UIDNext), Letters: d.NumMessages}, nil
}

// Since lists the numbers of the letters that arrived on the day of t or later.
func (s *Session) Since(t time.Time) ([]uint32, error) {
	return s.search(&imap.SearchCriteria{Since: t})
}

// After lists the numbers of the letters that follow one.
func (s *Session) After(uid uint32) ([]uint32, error) {
	all, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{Start: imap.UID(uid) + 1}}}})
	// A range that begins behind the last letter means the last one.
	return slices.DeleteFunc(all, func(n uint32) bool { return n <= uid }), err
}

// WithHeader lists the letters in the open folder whose header holds a value.
func (s *Session) WithHeader(name, value string) ([]uint32, error) {
	return s.search(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: name, Value: value}}})
}

func (s *Session) search(what *imap.SearchCriteria) ([]uint32, error) {
	d, err := s.client.UIDSearch(what, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	var list []uint32
	for _, uid := range d.AllUIDs() {
		list = append(list, uint32(uid))
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// Idles reports whether the server can tell of new letters by itself.
func (s *Session) Idles() bool {
	caps := s.client.Caps()
	return caps.Has(imap.CapIdle) || caps.Has(imap.CapIMAP4rev2)
}

// Wait waits until the server tells of something new in the open folder, at
// most for a time. It returns at once when it told of something since the
// folder was opened.
func (s *Session) Wait(ctx context.Context, atMost time.Duration) error {
	idle, err := s.client.Idle()
	if err != nil {
		return fmt.Errorf("asking to be told of news: %w", err)
	}
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-s.news:
	case <-timer.C:
	case <-s.client.Closed():
		err = errors.New("the server hung up")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return errors.Join(err, idle.Close(), idle.Wait())
}

// File puts a letter into a folder as read.
func (s *Session) File(folder string, letter []byte, at time.Time) error {
	cmd := s.client.Append(folder, int64(len(letter)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
	_, err := cmd.Write(letter)
	if err = errors.Join(err, cmd.Close()); err == nil {
		_, err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("filing a copy in %s: %w", folder, err)
	}
	return nil
}

// metered is a connection that ends when too much came.
type metered struct {
	net.Conn
	left int64
}

// Read reads from the connection.
func (m *metered) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooMuch
	}
	n, err := m.Conn.Read(b)
	m.left -= int64(n)
	return n, err
}

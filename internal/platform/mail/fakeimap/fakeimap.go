// Package fakeimap is an IMAP server for tests: a mailbox in memory on a port
// of this machine, which fails where it is told to. docs/fakes-mail.md lists where
// each behaviour comes from.
package fakeimap

import (
	"bytes"
	"io"
	"log"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// User and Password open the mailbox.
const (
	User     = "care@noor.example"
	Password = "CANARY-mailbox-password"
)

// Server is one mailbox with the folders INBOX and Sent.
type Server struct {
	Address string

	t       testing.TB
	user    *imapmemserver.User
	mu      sync.Mutex
	letters map[string][]letter
	fail    bool
	hang    bool
	open    []net.Conn
	idling  chan struct{}
}

type letter struct {
	raw []byte
	at  time.Time
}

// Start begins to listen, until the test ends. Without idle it cannot tell of
// news.
func Start(t testing.TB, idle bool) *Server {
	t.Helper()
	s := &Server{t: t, user: imapmemserver.NewUser(User, Password), letters: map[string][]letter{}, idling: make(chan struct{}, 1)}
	for _, folder := range []string{"INBOX", "Sent"} {
		if err := s.user.Create(folder, nil); err != nil {
			t.Fatal(err)
		}
	}
	mem := imapmemserver.New()
	mem.AddUser(s.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = l.Addr().String()
	var done sync.WaitGroup
	done.Go(func() { _ = server.Serve(gate{l, s, idle}) })
	t.Cleanup(func() {
		_ = server.Close()
		s.hangUp()
		done.Wait()
	})
	return s
}

// Deliver puts a letter into a folder.
func (s *Server) Deliver(folder, raw string, at time.Time) {
	s.t.Helper()
	s.mu.Lock()
	s.letters[folder] = append(s.letters[folder], letter{[]byte(raw), at})
	s.mu.Unlock()
	s.put(folder, letter{[]byte(raw), at})
}

func (s *Server) put(folder string, l letter) {
	s.t.Helper()
	if _, err := s.user.Append(folder, literal{bytes.NewReader(l.raw)}, &imap.AppendOptions{Time: l.at}); err != nil {
		s.t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

// Renumber does what a server does whose index was lost: the letters are
// there, in another order and with other numbers, under another validity.
func (s *Server) Renumber(folder string) {
	s.t.Helper()
	if err := s.user.Delete(folder); err != nil {
		s.t.Fatal(err)
	}
	if err := s.user.Create(folder, nil); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	all := append([]letter(nil), s.letters[folder]...)
	s.mu.Unlock()
	for i := range all {
		s.put(folder, all[len(all)-1-i])
	}
}

// Fail makes the server turn everybody away, until it is well again.
func (s *Server) Fail(on bool) {
	s.mu.Lock()
	s.fail = on
	s.mu.Unlock()
}

// Hang makes the server take connections and say nothing, until it is well
// again.
func (s *Server) Hang(on bool) {
	s.mu.Lock()
	s.hang = on
	s.mu.Unlock()
	if !on {
		s.hangUp()
	}
}

func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.open {
		_ = c.Close()
	}
	s.open = nil
}

// gate lets connections in, or not.
type gate struct {
	net.Listener
	s    *Server
	idle bool
}

// Idling tells when somebody begins to wait for news.
func (s *Server) Idling() <-chan struct{} { return s.idling }

// heard is a connection whose IDLE is noticed.
type heard struct {
	net.Conn
	s *Server
}

// Read reads what the client says.
func (h heard) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if bytes.Contains(b[:n], []byte(" IDLE\r\n")) {
		select {
		case h.s.idling <- struct{}{}:
		default:
		}
	}
	return n, err
}

// old is the connection of a server that cannot tell of news.
type old struct{ net.Conn }

// Write hides that the library below can.
func (o old) Write(b []byte) (int, error) {
	if _, err := o.Conn.Write(bytes.ReplaceAll(b, []byte(" IDLE"), nil)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Accept takes the next connection that may come in.
func (g gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g.s.mu.Lock()
		fail, hang := g.s.fail, g.s.hang
		if hang {
			g.s.open = append(g.s.open, c)
		}
		g.s.mu.Unlock()
		switch {
		case fail:
			_, _ = c.Write([]byte("* BYE the disk is full\r\n"))
			_ = c.Close()
		case !hang && g.idle:
			return heard{c, g.s}, nil
		case !hang:
			return old{c}, nil
		}
	}
}

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
	news    chan struct{} // closed and made anew when something changes
	before  map[Moment]func()
	mute    bool
	takes   func(user, token string) bool // nil: passwords alone
}

// Consent makes the server take tokens instead of passwords.
func (s *Server) Consent(takes func(user, token string) bool) {
	s.mu.Lock()
	s.takes = takes
	s.mu.Unlock()
}

// Moment is a point in the talk about news at which a test can let something
// happen, once.
type Moment int

// The moments between a reader's last look and its waiting.
const (
	Searched Moment = iota // the server has looked for letters and has not answered yet
	Asked                  // the server was asked to tell of news and has not read it yet
	Granted                // the server said that it will, and tells of nothing yet
)

// At lets something happen the next time a moment comes.
func (s *Server) At(m Moment, do func()) {
	s.mu.Lock()
	s.before[m] = do
	s.mu.Unlock()
}

// Mute makes the server forget to tell those who wait.
func (s *Server) Mute() {
	s.mu.Lock()
	s.mute = true
	s.mu.Unlock()
}

func (s *Server) reached(m Moment) {
	s.mu.Lock()
	do := s.before[m]
	delete(s.before, m)
	s.mu.Unlock()
	if do != nil {
		do()
	}
}

type letter struct {
	raw []byte
	at  time.Time
}

// Start begins to listen, until the test ends. Without idle it cannot tell of
// news.
func Start(t testing.TB, idle bool) *Server {
	t.Helper()
	s := &Server{t: t, user: imapmemserver.NewUser(User, Password), letters: map[string][]letter{}, idling: make(chan struct{}, 1), news: make(chan struct{}), before: map[Moment]func(){}}
	for _, folder := range []string{"INBOX", "Sent"} {
		if err := s.user.Create(folder, nil); err != nil {
			t.Fatal(err)
		}
	}
	mem := imapmemserver.New()
	mem.AddUser(s.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			visit := session{mem.NewSession(), s}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.takes != nil {
				return byToken{visit}, nil, nil
			}
			return visit, nil, nil
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
	s.mu.Lock()
	close(s.news)
	s.news = make(chan struct{})
	s.mu.Unlock()
}

// session is one visit. The library's own IDLE tells of what comes while it
// waits, and keeps to itself what came just before; real servers tell of both.
type session struct {
	imapserver.Session
	s *Server
}

// Search looks for letters. What comes meanwhile is told with the answer.
func (i session) Search(kind imapserver.NumKind, what *imap.SearchCriteria, o *imap.SearchOptions) (*imap.SearchData, error) {
	found, err := i.Session.Search(kind, what, o)
	i.s.reached(Searched)
	return found, err
}

// Idle tells of everything that the client has not heard of, until it is
// stopped.
func (i session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	i.s.reached(Granted)
	for first := true; ; first = false {
		i.s.mu.Lock()
		news, mute := i.s.news, i.s.mute
		i.s.mu.Unlock()
		if mute {
			<-stop
			return nil
		}
		if err := i.Poll(w, true); err != nil {
			return err
		}
		if first {
			select {
			case i.s.idling <- struct{}{}:
			default:
			}
		}
		select {
		case <-news:
		case <-stop:
			return nil
		}
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

// Idling tells when somebody waits for news and has heard of all there were.
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
		h.s.reached(Asked)
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

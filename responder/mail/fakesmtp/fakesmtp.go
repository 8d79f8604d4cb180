// Package fakesmtp is a small mail server for tests. It keeps what it took and
// fails where it is told to.
package fakesmtp

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Letter is one letter the server has.
type Letter struct {
	From, To string
	Data     string // headers and body as they came
}

// Fault is how one talk goes wrong.
type Fault string

// The faults.
const (
	RefuseReceiver Fault = "550 at RCPT"
	BusyReceiver   Fault = "450 at RCPT"
	DropAtData     Fault = "gone before the letter"
	RefuseLetter   Fault = "554 after the letter"
	DropAfterEnd   Fault = "took the letter, then gone"
	DropAtEnd      Fault = "gone after the letter without taking it"
	CutAnswer      Fault = "took the letter, half an answer"
	GarbageAnswer  Fault = "took the letter, answers with a page"
	BusyLetter     Fault = "451 after the letter"
	ResetAfterEnd  Fault = "took the letter, fails at RSET"
)

// Server listens on this machine until the test ends.
type Server struct {
	Address string
	Roots   *x509.CertPool // trusts the server's certificate; nil without TLS

	mu         sync.Mutex
	user, pass string
	takes      func(user, token string) bool // nil: passwords alone
	faults     []Fault
	letters    []Letter
	talks      int
	config     *tls.Config
	direct     bool
}

// Start begins to listen. mode is starttls, tls or off.
func Start(t *testing.T, mode string) *Server {
	t.Helper()
	s := &Server{direct: mode == "tls"}
	if mode != "off" {
		s.certify(t)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = l.Addr().String()
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			talks.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); talks.Wait() })
	return s
}

// Fail makes the next talks go wrong, in this order.
func (s *Server) Fail(f ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f...)
}

// Ask makes the server ask for a user and a password.
func (s *Server) Ask(user, pass string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user, s.pass = user, pass
}

// Consent makes the server take tokens instead of passwords, as Gmail and
// Microsoft 365 do.
func (s *Server) Consent(user string, takes func(user, token string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user, s.takes = user, takes
}

// account is whom the server asks for.
func (s *Server) account() (user, pass string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user, s.pass
}

// Letters returns what was taken.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Talks is how often somebody came.
func (s *Server) Talks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talks
}

// certify makes a certificate for this machine that nobody else trusts.
func (s *Server) certify(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, card, card, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(parsed)
	s.config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// talk is one connection.
type talk struct {
	*Server
	conn      net.Conn
	in        *bufio.Reader
	fault     Fault
	from, to  string
	encrypted bool
	known     bool
}

func (s *Server) talk(conn net.Conn) {
	k := &talk{Server: s, conn: conn}
	s.mu.Lock()
	s.talks++
	if len(s.faults) > 0 {
		k.fault, s.faults = s.faults[0], s.faults[1:]
	}
	s.mu.Unlock()
	if s.direct {
		k.conn, k.encrypted = tls.Server(conn, s.config), true
	}
	defer func() { _ = k.conn.Close() }()
	_ = k.conn.SetDeadline(time.Now().Add(20 * time.Second))
	k.in = bufio.NewReader(k.conn)
	k.say("220 fake mail server")
	for {
		line, err := k.in.ReadString('\n')
		if err != nil || !k.answer(strings.TrimRight(line, "\r\n")) {
			return
		}
	}
}

func (k *talk) say(line string) { _, _ = fmt.Fprintf(k.conn, "%s\r\n", line) }

// answer answers one command; false ends the talk.
func (k *talk) answer(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		k.greet()
	case "STARTTLS":
		k.say("220 go ahead")
		k.conn, k.encrypted = tls.Server(k.conn, k.config), true
		k.in = bufio.NewReader(k.conn)
	case "AUTH":
		k.password(rest)
	case "MAIL":
		k.mail(rest)
	case "RCPT":
		k.receiver(rest)
	case "DATA":
		return k.data()
	case "RSET":
		if k.fault == ResetAfterEnd && len(k.Letters()) > 0 {
			return false
		}
		k.say("250 forgotten")
	case "NOOP":
		k.say("250 fine")
	case "QUIT":
		k.say("221 goodbye")
		return false
	default:
		k.say("502 what is that?")
	}
	return true
}

func (k *talk) greet() {
	lines := []string{"fake", "8BITMIME", "ENHANCEDSTATUSCODES"}
	if k.config != nil && !k.encrypted {
		lines = append(lines, "STARTTLS")
	}
	if user, _ := k.account(); user != "" {
		k.mu.Lock()
		way := "AUTH PLAIN"
		if k.takes != nil {
			way = "AUTH XOAUTH2"
		}
		k.mu.Unlock()
		lines = append(lines, way)
	}
	for i, l := range lines {
		mark := "-"
		if i == len(lines)-1 {
			mark = " "
		}
		k.say("250" + mark + l)
	}
}

func (k *talk) password(rest string) {
	way, given, _ := strings.Cut(rest, " ")
	k.mu.Lock()
	takes := k.takes
	k.mu.Unlock()
	if takes != nil {
		k.token(way, given, takes)
		return
	}
	b, _ := base64.StdEncoding.DecodeString(given)
	if user, pass := k.account(); string(b) != "\x00"+user+"\x00"+pass {
		k.say("535 5.7.8 who are you?")
		return
	}
	k.known = true
	k.say("235 welcome")
}

// token takes a token; why it refuses is told first, and the client has to take
// notice before it is refused.
func (k *talk) token(way, given string, takes func(user, token string) bool) {
	said, _ := base64.StdEncoding.DecodeString(given)
	user, token, _ := strings.Cut(strings.TrimPrefix(string(said), "user="), "\x01auth=Bearer ")
	token, whole := strings.CutSuffix(token, "\x01\x01")
	switch {
	case way != "XOAUTH2" || !whole:
		k.say("504 5.7.4 unknown authentication type")
	case !takes(user, token):
		k.say("334 " + base64.StdEncoding.EncodeToString([]byte(`{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`)))
		_, _ = k.in.ReadString('\n')
		k.say("535 5.7.8 Username and Password not accepted")
	default:
		k.known = true
		k.say("235 2.7.0 Accepted")
	}
}

func (k *talk) mail(rest string) {
	if user, _ := k.account(); user != "" && !k.known {
		k.say("530 5.7.0 say who you are first")
		return
	}
	k.from = between(rest)
	k.say("250 from there")
}

func (k *talk) receiver(rest string) {
	switch k.fault {
	case RefuseReceiver:
		k.say("550 5.1.1 nobody of that name")
	case BusyReceiver:
		k.say("450 4.2.1 later, please")
	case DropAtData, RefuseLetter, BusyLetter, DropAtEnd, DropAfterEnd, CutAnswer, GarbageAnswer, ResetAfterEnd:
		fallthrough
	default:
		k.to = between(rest)
		k.say("250 to there")
	}
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

func (k *talk) data() bool {
	if k.fault == DropAtData {
		return false
	}
	k.say("354 go on")
	var b strings.Builder
	for {
		line, err := k.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	switch k.fault {
	case RefuseLetter:
		k.say("554 5.7.1 no such letters here")
		return true
	case BusyLetter:
		k.say("451 4.3.0 later, please")
		return true
	case DropAtEnd:
		return false
	case RefuseReceiver, BusyReceiver, DropAtData, DropAfterEnd, CutAnswer, GarbageAnswer, ResetAfterEnd:
	}
	k.mu.Lock()
	k.letters = append(k.letters, Letter{From: k.from, To: k.to, Data: b.String()})
	k.mu.Unlock()
	switch k.fault {
	case DropAfterEnd:
		return false
	case CutAnswer:
		_, _ = k.conn.Write([]byte("25"))
		return false
	case GarbageAnswer:
		k.say("<html><body>502 Bad Gateway</body></html>")
		return false
	case RefuseReceiver, BusyReceiver, DropAtData, RefuseLetter, BusyLetter, DropAtEnd, ResetAfterEnd:
	}
	k.say("250 2.0.0 taken")
	return true
}

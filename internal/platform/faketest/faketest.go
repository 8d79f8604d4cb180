// Package faketest holds what tests of adapters have in common: how the fake
// platforms break when a test asks for it and how they answer, and how mistakes
// in a configuration are told.
package faketest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"rasid/internal/outbound"
)

// Noon is the time at which tests of adapters happen.
func Noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// Fault is what goes wrong with the next write. The words are those of the
// conformance suite of repliers, so that one converts into the other.
type Fault string

// The faults.
const (
	Limited Fault = "429 with a pause"
	Denied  Fault = "we may not write there"
	Broken  Fault = "502 without effect"
	Drop    Fault = "connection lost before the effect"
	Lost    Fault = "answer lost after the effect"
	Cut     Fault = "answer cut off in the middle"
	Garbage Fault = "answer that is a web page"
)

// Mood is how a fake platform feels: well, until a test says otherwise.
type Mood struct {
	mu         sync.Mutex
	fault      Fault
	fail, hang bool
	writes     int
}

// Fault makes the next write fail.
func (m *Mood) Fault(f Fault) { m.mu.Lock(); defer m.mu.Unlock(); m.fault = f }

// Fail makes everything answer 503 while on.
func (m *Mood) Fail(on bool) { m.mu.Lock(); defer m.mu.Unlock(); m.fail = on }

// Hang makes everything take forever while on.
func (m *Mood) Hang(on bool) { m.mu.Lock(); defer m.mu.Unlock(); m.hang = on }

// Writes returns how many writes were tried.
func (m *Mood) Writes() int { m.mu.Lock(); defer m.mu.Unlock(); return m.writes }

// Guard puts the mood in front of a platform.
func (m *Mood) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		fail, hang := m.fail, m.hang
		m.mu.Unlock()
		switch {
		case hang:
			_, _ = io.Copy(io.Discard, r.Body) // only then a client that hangs up is noticed
			<-r.Context().Done()
		case fail:
			http.Error(w, "<html>503</html>", http.StatusServiceUnavailable)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// InTurn answers one request after another, under the lock of what a fake holds.
func InTurn(mu sync.Locker, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// Before takes the fault of a write and reports whether the write goes on.
// refuse answers as the platform does.
func (m *Mood) Before(w http.ResponseWriter, refuse func(code int)) (fault Fault, goOn bool) {
	m.mu.Lock()
	fault, m.fault = m.fault, ""
	m.writes++
	m.mu.Unlock()
	switch fault {
	case Limited:
		w.Header().Set("Retry-After", "9")
		refuse(http.StatusTooManyRequests)
	case Denied:
		refuse(http.StatusForbidden)
	case Broken:
		http.Error(w, "<html>502</html>", http.StatusBadGateway)
	case Drop:
		sever(w)
	case Lost, Cut, Garbage:
		return fault, true
	default:
		return fault, true
	}
	return fault, false
}

// After answers a write that was done, as far as its fault lets it.
func After(w http.ResponseWriter, fault Fault, code int, v any) {
	switch fault {
	case Lost:
		sever(w)
	case Cut:
		w.Header().Set("Content-Length", "9999")
		JSON(w, code, v)
	case Garbage:
		_, _ = io.WriteString(w, "<html>welcome</html>")
	default:
		JSON(w, code, v)
	}
}

// JSON answers with a document.
func JSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone is no fault of the fake
}

// sever ends a connection without an answer.
func sever(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close()
	}
}

// Nobody is an address of this machine where nobody listens.
func Nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// Net is a way out that reaches the fakes, and nothing slows it.
func Net(t *testing.T) *outbound.Client {
	t.Helper()
	c := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, PerHost: 1e6, Burst: 1000})
	t.Cleanup(c.Close)
	return c
}

// Start returns a fake that is closed when the test ends.
func Start[F interface{ Close() }](t *testing.T, fake F) F {
	t.Helper()
	t.Cleanup(fake.Close)
	return fake
}

// Always is the address of a server that answers everything with the same bytes.
func Always(t *testing.T, answer []byte) string {
	t.Helper()
	return Start(t, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) }))).URL
}

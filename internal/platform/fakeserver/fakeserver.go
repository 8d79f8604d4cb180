// Package fakeserver holds what the fake platforms have in common: the ways in
// which a server can fail, and how it answers.
package fakeserver

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// Fault is what goes wrong with the next write.
type Fault string

// The faults.
const (
	Limited Fault = "429"
	Denied  Fault = "403"
	Broken  Fault = "502"
	Drop    Fault = "dropped before the effect"
	Lost    Fault = "dropped after the effect"
	Cut     Fault = "cut answer"
	Garbage Fault = "web page"
)

// Moods are the ways in which a server fails. Its lock also guards what the
// fake holds: requests are answered one after another.
type Moods struct {
	sync.Mutex
	fault      Fault
	fail, hang bool
	writes     int
}

// Fault makes the next write fail.
func (m *Moods) Fault(f Fault) { m.Lock(); defer m.Unlock(); m.fault = f }

// Fail makes everything answer 503 while on.
func (m *Moods) Fail(on bool) { m.Lock(); defer m.Unlock(); m.fail = on }

// Hang makes everything take forever while on.
func (m *Moods) Hang(on bool) { m.Lock(); defer m.Unlock(); m.hang = on }

// Writes returns how many writes were tried.
func (m *Moods) Writes() int { m.Lock(); defer m.Unlock(); return m.writes }

// Around answers requests under the lock, unless the server is down.
func (m *Moods) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.Lock()
		fail, hang := m.fail, m.hang
		m.Unlock()
		switch {
		case hang:
			_, _ = io.Copy(io.Discard, r.Body) // only then a client that hangs up is noticed
			<-r.Context().Done()
		case fail:
			http.Error(w, "down", http.StatusServiceUnavailable)
		default:
			m.Lock()
			defer m.Unlock()
			next.ServeHTTP(w, r)
		}
	})
}

// Before applies the fault of a write; it reports whether the write goes on.
// refuse writes a refusal in the platform's own form.
func (m *Moods) Before(w http.ResponseWriter, refuse func(code int)) (fault Fault, on bool) {
	m.writes++
	fault, m.fault = m.fault, ""
	switch fault {
	case Limited:
		w.Header().Set("Retry-After", "9")
		refuse(http.StatusTooManyRequests)
	case Denied:
		refuse(http.StatusForbidden)
	case Broken:
		http.Error(w, "<html>502</html>", http.StatusBadGateway)
	case Drop:
		hangUp(w)
	default:
		return fault, true
	}
	return fault, false
}

// After answers a write that was done.
func After(w http.ResponseWriter, fault Fault, code int, v any) {
	switch fault {
	case Lost:
		hangUp(w)
	case Cut:
		w.Header().Set("Content-Length", "9999")
		Write(w, code, v)
	case Garbage:
		_, _ = w.Write([]byte("<html>welcome</html>"))
	default:
		Write(w, code, v)
	}
}

// Write answers with JSON.
func Write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

func hangUp(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close()
	}
}

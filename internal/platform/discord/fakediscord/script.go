package fakediscord

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault makes the fake misbehave for some requests.
type Fault struct {
	Method string // "" = any
	Path   string // part of the path; "" = any
	Times  int    // how often; 0 = once, negative = always

	Hold   <-chan struct{} // wait for it before anything else
	Drop   bool            // end the connection without an answer
	Cut    bool            // end it in the middle of the answer
	Status int             // answer with this instead
	Header http.Header
	Body   string
	After  bool // let the effect happen first
}

// Inject adds a fault. Faults are tried in the order they were added.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// TooMany is the fault of a 429 as Discord words it.
func TooMany(after time.Duration, scope string) Fault {
	sec := strconv.FormatFloat(after.Seconds(), 'f', 3, 64)
	h := http.Header{"Retry-After": {strconv.Itoa(int(after.Seconds()))}, "X-Ratelimit-Scope": {scope}, "X-Ratelimit-Reset-After": {sec}}
	if scope == "global" {
		h.Set("X-RateLimit-Global", "true")
	}
	return Fault{Status: 429, Header: h, Body: `{"message":"You are being rate limited.","retry_after":` + sec + `,"global":` + strconv.FormatBool(scope == "global") + `}`}
}

// faultFor picks what goes wrong with a request.
func (s *Server) faultFor(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if (f.Method != "" && f.Method != r.Method) || !strings.Contains(r.URL.Path, f.Path) {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return f
	}
	return nil
}

type bucket struct {
	left  int
	reset time.Time
}

// admit counts a request against its route's limit.
func (s *Server) admit(w http.ResponseWriter, route string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, now := s.buckets[route], s.now()
	if b == nil || !now.Before(b.reset) {
		b = &bucket{left: s.limit, reset: now.Add(s.window)}
		s.buckets[route] = b
	}
	ok := b.left > 0
	if ok {
		b.left--
	}
	after := strconv.FormatFloat(b.reset.Sub(now).Seconds(), 'f', 3, 64)
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(b.left))
	h.Set("X-RateLimit-Reset", strconv.FormatFloat(float64(b.reset.UnixMilli())/1000, 'f', 3, 64))
	h.Set("X-RateLimit-Reset-After", after)
	h.Set("X-RateLimit-Bucket", "b"+strconv.Itoa(len(route)))
	if ok {
		return true
	}
	h.Set("Retry-After", strconv.Itoa(int(b.reset.Sub(now).Seconds())+1))
	h.Set("X-RateLimit-Scope", "user")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(`{"message":"You are being rate limited.","retry_after":` + after + `,"global":false}`))
	return false
}

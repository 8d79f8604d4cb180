package faketelegram

import (
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Kind is a way to fail.
type Kind int

// The ways to fail. "After" means after the effect took place.
const (
	DropBefore  Kind = iota + 1 // the connection breaks after the request was read, before any effect
	DropAfter                   // the connection breaks instead of the answer
	CutBody                     // the answer breaks off in the middle
	Garbage                     // 200, but the answer is a web page
	OtherChat                   // 200, but the answer names another chat
	Slow                        // Wait passes before the effect
	Late                        // Wait passes after the effect, before the answer
	TooMany                     // 429 with retry_after = Wait
	ServerError                 // 502 with a web page, no effect
	Broken                      // 500 with the API's own error, after the effect
	Raw                         // Status and Body as given, no effect
)

// Fault is one failure to come.
type Fault struct {
	Method string // which method fails; "" = whichever comes next
	Chat   int64  // in which chat; 0 = in any
	Kind   Kind
	Wait   time.Duration
	Times  int // how many calls fail; 0 = 1
	Status int
	Body   string
}

// Next makes coming calls fail, in this order.
func (s *Server) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		for range max(f.Times, 1) {
			s.faults = append(s.faults, f)
		}
	}
}

// Chaos asks f, with the method and its running number, whether a call fails.
// Faults from Next come first. f must not call the server.
func (s *Server) Chaos(f func(method string, n int) (Fault, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chaos = f
}

// Calls returns how often a method was called, failed calls included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

func (s *Server) fault(method string, chat int64) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	n := s.calls[method]
	for i, f := range s.faults {
		if (f.Method == "" || f.Method == method) && (f.Chat == 0 || f.Chat == chat) {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			return f
		}
	}
	if s.chaos != nil {
		if f, fails := s.chaos(method, n); fails {
			return f
		}
	}
	return Fault{}
}

const webPage = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

// before plays what happens instead of the call. It reports whether that was
// all.
func before(w http.ResponseWriter, r *http.Request, s *Server, f Fault) bool {
	switch f.Kind {
	case DropBefore:
		hangUp(w)
	case TooMany:
		write(w, tooMany(int(f.Wait/time.Second)))
	case ServerError:
		page(w, http.StatusBadGateway, webPage)
	case Raw:
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body)) // the client may be gone
	case Slow:
		s.wait(r, f.Wait)
		return false
	default:
		return false
	}
	return true
}

// after answers, or plays what happens to the answer.
func after(w http.ResponseWriter, r *http.Request, s *Server, f Fault, a reply) {
	switch f.Kind {
	case DropAfter:
		hangUp(w)
		return
	case Garbage:
		page(w, http.StatusOK, webPage)
		return
	case CutBody:
		body, _ := json.Marshal(a)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		if f, is := w.(http.Flusher); is {
			f.Flush()
		}
		hangUp(w)
		return
	case OtherChat:
		if m, is := a.Result.(map[string]any); is && m["chat"] != nil {
			m["chat"] = map[string]any{"id": -1, "type": "group", "title": "elsewhere"}
		}
	case Broken:
		a = refuse(http.StatusInternalServerError, "Internal Server Error: sent but not confirmed")
	case Late:
		s.wait(r, f.Wait)
	default: // the others happened before the effect
	}
	write(w, a)
}

func page(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the client may be gone
}

// hangUp resets the connection.
func hangUp(w http.ResponseWriter) {
	h, is := w.(http.Hijacker)
	if !is {
		return
	}
	conn, _, err := h.Hijack()
	if err != nil {
		return
	}
	if tcp, is := conn.(*net.TCPConn); is {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (s *Server) wait(r *http.Request, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-s.closed:
	}
}

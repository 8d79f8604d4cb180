package console

import (
	"fmt"
	"net/http"
	"time"
)

// events tells an open page that something changed, so that it can fetch
// itself again. One line a second at most, for as long as the person is in.
func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	select {
	case c.streams <- struct{}{}:
		defer func() { <-c.streams }()
	default:
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not hold lines back
	last := ""
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 0; ; n++ {
		if n%10 == 9 {
			if _, ok := c.who(r, false); !ok {
				return // left, or was away for too long: the page asks again and learns so
			}
		}
		now, err := c.Pulse(r.Context())
		if err != nil {
			return
		}
		line := ""
		switch {
		case now != last:
			line = "data: " + now + "\n\n"
		case n%15 == 14:
			line = ":\n\n" // keeps the line open through proxies
		}
		last = now
		if flush.SetWriteDeadline(c.Clock().Add(20*time.Second)) != nil {
			return
		}
		if line != "" {
			if _, err := fmt.Fprint(w, line); err != nil || flush.Flush() != nil {
				return
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

package outbound

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"rasid/internal/cases"
)

func TestAStreamIsAskedForUnderTheNameOfEveryOtherRequest(t *testing.T) {
	names := make(chan string, 1)
	base := server(t, func(w http.ResponseWriter, r *http.Request) {
		names <- r.UserAgent()
		var up websocket.Upgrader
		if conn, err := up.Upgrade(w, r, nil); err == nil {
			_ = conn.Close()
		}
	})
	c := loopback(t, Options{UserAgent: "rasid/7"})
	for _, own := range []string{"", "a client of its own"} {
		h := http.Header{}
		if own != "" {
			h.Set("User-Agent", own)
		}
		conn, err := c.WebSocket(t.Context(), "ws"+strings.TrimPrefix(base, "http"), h)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		want := own
		if want == "" {
			want = "rasid/7"
		}
		if got := <-names; got != want {
			t.Errorf("the stream was asked for by %q, want %q", got, want)
		}
	}
}

func TestAStreamThatIsBusySaysWhenToComeBack(t *testing.T) {
	for code, later := range map[int]bool{http.StatusTooManyRequests: true, http.StatusServiceUnavailable: true, http.StatusForbidden: false} {
		base := server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(code)
		})
		_, err := loopback(t, Options{}).WebSocket(t.Context(), "ws"+strings.TrimPrefix(base, "http"), nil)
		asked, ok := errors.AsType[*cases.LaterError](err)
		if StatusOf(err) != code || ok != later || ok && asked.After != 90*time.Second {
			t.Errorf("answered %d: %v, asked to wait: %v", code, err, ok)
		}
	}
}

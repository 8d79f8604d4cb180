package outbound

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
)

// raw leaves each connection to do, which reads the request itself.
func raw(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				do(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestOnlyProvenCasesCountAsNotSent(t *testing.T) {
	head := func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + gone.Addr().String()
	_ = gone.Close()
	selfSigned := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request reached a server with an unknown certificate")
	}))
	selfSigned.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(selfSigned.Close)
	silent := raw(t, func(c net.Conn) { head(c); head(c) })
	mute := strings.Replace(raw(t, func(c net.Conn) { head(c); head(c) }), "http:", "https:", 1)
	const slow = "http://slow.test/"
	for name, tc := range map[string]struct {
		url  string
		want cases.Outcome
	}{
		"connection refused":        {refused, cases.WasNotSent},
		"unknown certificate":       {selfSigned.URL, cases.WasNotSent},
		"no handshake in time":      {mute, cases.WasNotSent},
		"address not allowed":       {"http://169.254.169.254/", cases.WasNotSent},
		"no such name":              {"http://nowhere.test/", cases.WasNotSent},
		"no answer to the name":     {slow, cases.WasNotSent},
		"closed without a word":     {raw(t, func(c net.Conn) { head(c) }), cases.WasUnknown},
		"closed before reading":     {raw(t, func(net.Conn) {}), cases.WasUnknown},
		"half an answer":            {raw(t, func(c net.Conn) { head(c); _, _ = io.WriteString(c, "HTTP/1.1 20") }), cases.WasUnknown},
		"garbage":                   {raw(t, func(c net.Conn) { head(c); _, _ = io.WriteString(c, "hello\r\n\r\n") }), cases.WasUnknown},
		"silence till the deadline": {silent, cases.WasUnknown},
		"answered":                  {server(t, func(http.ResponseWriter, *http.Request) {}), cases.WasDelivered},
	} {
		t.Run(name, func(t *testing.T) {
			patience := time.Minute
			if tc.url == silent || tc.url == mute || tc.url == slow {
				patience = 500 * time.Millisecond
			}
			c := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: patience, Resolver: newDNS(nil).resolver()})
			t.Cleanup(c.Close)
			req, err := http.NewRequest(http.MethodPost, tc.url+"/bot"+canary, strings.NewReader("text"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.DoOnce(t.Context(), req)
			if err == nil {
				_ = resp.Body.Close()
			} else if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the path is in the error: %v", err)
			}
			if got := cases.OutcomeOf(err); got != tc.want {
				t.Errorf("%s (%v), want %s", got, err, tc.want)
			}
		})
	}
}

func TestACancelledContextBeforeTheConnectionIsNotSent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:1/", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := loopback(t, Options{}).DoOnce(ctx, req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, cases.ErrNotSent) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestARequestIsSentOnceEvenWithAnIdempotencyKey(t *testing.T) {
	seen := make(chan struct{}, 10)
	var n atomic.Int64
	url := raw(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		seen <- struct{}{}
		if n.Add(1) == 1 { // the first answer keeps the connection, the later ones are lost
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			_, _ = c.Read(make([]byte, 1))
		}
	})
	c := loopback(t, Options{})
	for range 2 {
		req, err := http.NewRequest(http.MethodPost, url, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Idempotency-Key", "k")
		if resp, err := c.DoOnce(t.Context(), req); err == nil {
			_ = resp.Body.Close()
		}
	}
	if len(seen) != 2 {
		t.Errorf("two calls reached the server %d times", len(seen))
	}
}

func TestOnceFollowsNoRedirect(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusTemporaryRedirect) })
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := loopback(t, Options{}).DoOnce(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("got %d", resp.StatusCode)
	}
}

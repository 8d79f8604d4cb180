package discord

import (
	"bytes"
	"context"
	"crypto/sha1" // the protocol wants SHA-1
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// upgraded is the end of the HTTP upgrade, which comes before all frames.
const upgraded = "HTTP/1.1 101 Switching Protocols\r\n\r\n"

// readLine writes what a server says into a line and returns what the library
// would see of it, without the upgrade.
func readLine(t *testing.T, said []byte) (string, *line, error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") // a pipe would lose what is unread when it closes
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	go func() {
		there, err := ln.Accept()
		if err != nil {
			return
		}
		_, _ = there.Write(append([]byte(upgraded), said...))
		_ = there.Close()
	}()
	here, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l := newLine(t.Context(), here, time.Second, nil)
	defer l.cut()
	b, err := io.ReadAll(l)
	return strings.TrimPrefix(string(b), upgraded), l, err
}

func TestTheLibrarySeesOnlyWhatItCannotChokeOn(t *testing.T) {
	long := `{"op":0,"s":1,"t":"X","d":"` + strings.Repeat("x", 70_000) + `"}`
	for _, tc := range []struct {
		name string
		said []byte
		want []byte
		fail bool
	}{
		{"hello", pack(0x81, []byte(`{"op":10,"d":{}}`)), pack(0x81, []byte(`{"op":10,"d":{}}`)), false},
		{"an event loses its name", pack(0x81, []byte(`{"op":0,"s":2,"t":"GUILD_CREATE","d":null}`)), pack(0x81, []byte(`{"op":0,"d":null,"s":2,"t":"rasid.GUILD_CREATE"}`)), false},
		{"a long event", pack(0x81, []byte(long)), pack(0x81, []byte(`{"op":0,"d":"`+strings.Repeat("x", 70_000)+`","s":1,"t":"rasid.X"}`)), false},
		{"fragments", append(pack(0x01, []byte(`{"op":`)), append(pack(0x89, nil), pack(0x80, []byte(`11}`))...)...), append(pack(0x89, nil), pack(0x81, []byte(`{"op":11}`))...), false},
		{"resumed with nothing", pack(0x81, []byte(`{"op":0,"s":2,"t":"RESUMED","d":null}`)), pack(0x81, []byte(`{"op":0,"d":{},"s":2,"t":"RESUMED"}`)), false},
		{"no JSON", pack(0x81, []byte(`<html>`)), nil, false},
		{"null", pack(0x81, []byte(`null`)), nil, false},
		{"READY without a session", pack(0x81, []byte(`{"op":0,"s":1,"t":"READY","d":{"guilds":[null]}}`)), nil, false},
		{"an event without a name", pack(0x81, []byte(`{"op":0,"s":1,"d":{}}`)), nil, false},
		{"masked, as only clients may", []byte{0x81, 0x80, 0, 0, 0, 0}, nil, true},
		{"a frame without end", []byte{0x81, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, nil, true},
		{"cut short", []byte{0x81, 5, 'a'}, nil, true},
	} {
		got, _, err := readLine(t, tc.said)
		if diff := cmp.Diff(string(tc.want), got); diff != "" || (err != nil) != tc.fail {
			t.Errorf("%s: %v\n%s", tc.name, err, diff)
		}
	}
	_, l, _ := readLine(t, pack(0x88, []byte{0x0f, 0xae, 'n', 'o'}))
	if code := l.code.Load(); code != 4014 {
		t.Errorf("close code %d, want 4014", code)
	}
}

func TestASilentLineEndsByItself(t *testing.T) {
	here, there := net.Pipe()
	defer func() { _ = there.Close() }()
	l := newLine(t.Context(), here, 20*time.Millisecond, nil)
	defer l.cut()
	if err := l.SetReadDeadline(time.Time{}); err != nil { // as the library does after the upgrade
		t.Fatal(err)
	}
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a deadline", err)
	}
}

// TestIdentifyIsRecognised goes through the real websocket library, since what
// it writes is what must be recognised.
func TestIdentifyIsRecognised(t *testing.T) {
	here, there := net.Pipe()
	defer func() { _ = there.Close() }()
	go func() { _, _ = io.Copy(io.Discard, there) }()
	asked := 0
	l := newLine(t.Context(), here, time.Second, func(context.Context) error { asked++; return nil })
	defer l.cut()
	if _, err := l.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	ws := clientOn(t, l)
	for _, p := range []any{
		packet{Op: 1}, packet{Op: 6, Data: json.RawMessage(`{"token":"\"op\":2,"}`)},
		packet{Op: 2, Data: json.RawMessage(`{}`)}, packet{Op: 2, Data: json.RawMessage(`"` + strings.Repeat("x", 500) + `"`)},
	} {
		if err := ws.WriteJSON(p); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times, want for the two IDENTIFYs", asked)
	}
}

// clientOn makes a websocket client whose upgrade is answered at once.
func clientOn(t *testing.T, conn net.Conn) *websocket.Conn {
	t.Helper()
	d := websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) {
		return &handshaken{Conn: conn}, nil
	}}
	ws, _, err := d.DialContext(t.Context(), "ws://fake.invalid/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// handshaken answers the upgrade of whoever writes it.
type handshaken struct {
	net.Conn
	answer bytes.Buffer
}

func (h *handshaken) Write(p []byte) (int, error) {
	if _, after, ok := bytes.Cut(p, []byte("Sec-WebSocket-Key: ")); ok {
		key, _, _ := bytes.Cut(after, []byte("\r\n"))
		h.answer.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + acceptKey(string(key)) + "\r\n\r\n")
		return len(p), nil
	}
	return h.Conn.Write(p)
}

func (h *handshaken) Read(p []byte) (int, error) { return h.answer.Read(p) }

func FuzzNarrow(f *testing.F) {
	for _, s := range []string{`{"op":10,"d":{"heartbeat_interval":1}}`, `{"op":0,"s":1,"t":"READY","d":{"session_id":"x"}}`, `{"op":0,"t":"RESUMED"}`, `null`, `{"op":0,"t":"rasid.READY","d":[[]]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, ok := narrow(raw)
		if !ok {
			return
		}
		var p *packet
		if err := json.Unmarshal(out, &p); err != nil || p == nil {
			t.Fatalf("%q became %q", raw, out)
		}
		if p.Op == 0 && p.Type != "READY" && p.Type != "RESUMED" && !strings.HasPrefix(p.Type, alias) {
			t.Errorf("%q reaches the library as %q", raw, p.Type)
		}
	})
}

func TestTheBudgetIsASlidingWindow(t *testing.T) {
	b := budget{max: 3, per: time.Hour}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 3 {
		if w := b.wait(now); w != 0 {
			t.Fatalf("waits %s with room left", w)
		}
		b.spend(now)
		now = now.Add(time.Minute)
	}
	if w := b.wait(now); w != 57*time.Minute {
		t.Errorf("waits %s, want 57 minutes", w)
	}
	if w := b.wait(now.Add(57 * time.Minute)); w != 0 {
		t.Errorf("waits %s after the window", w)
	}
}

// acceptKey is the server's proof of RFC 6455, 4.2.2.
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // the protocol wants SHA-1
	return base64.StdEncoding.EncodeToString(sum[:])
}

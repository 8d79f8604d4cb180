package discord

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of the gateway connection.
const (
	maxFrame  = 16 << 20 // READY and GUILD_CREATE of a big guild are a few MB
	sendLimit = 15 * time.Second
)

// alias is put before an event's name so that the library hands it over raw
// and does not decode it into its own types: those panic, in goroutines of
// theirs, on shapes Discord has not promised never to send.
const alias = "rasid."

// line is the connection below the library's websocket. It gives every read
// and write a deadline, counts and spaces IDENTIFYs, remembers the close code
// the library swallows, and passes on only what the library cannot choke on.
type line struct {
	net.Conn
	in      *bufio.Reader
	silence time.Duration
	mayID   func(context.Context) error // asked before an IDENTIFY leaves

	ctx    context.Context
	cancel context.CancelFunc
	up     bool   // the HTTP upgrade is over; touched by the reader alone
	out    []byte // vetted bytes the library has not read yet
	parts  []byte // a fragmented message so far
	wrote  atomic.Bool
	spoke  atomic.Bool  // the gateway said something on it
	code   atomic.Int64 // close code Discord gave
	odd    atomic.Int64 // messages dropped because nobody could read them
	cutOne sync.Once
}

func newLine(ctx context.Context, conn net.Conn, silence time.Duration, mayID func(context.Context) error) *line {
	ctx, cancel := context.WithCancel(ctx)
	return &line{Conn: conn, in: bufio.NewReaderSize(conn, 16<<10), silence: silence, mayID: mayID, ctx: ctx, cancel: cancel}
}

// cut ends the connection at once. Whatever the library is blocked in returns.
func (l *line) cut() {
	l.cutOne.Do(func() {
		l.cancel()
		_ = l.Conn.Close()
	})
}

// Close is the library's way to cut.
func (l *line) Close() error {
	l.cut()
	return nil
}

// SetDeadline, SetReadDeadline and SetWriteDeadline are ours alone: the library
// would clear the one deadline that notices a silent gateway.
func (l *line) SetDeadline(time.Time) error      { return nil }
func (l *line) SetReadDeadline(time.Time) error  { return nil }
func (l *line) SetWriteDeadline(time.Time) error { return nil }

// Read gives the library vetted bytes.
func (l *line) Read(p []byte) (int, error) {
	for len(l.out) == 0 {
		if err := l.Conn.SetReadDeadline(time.Now().Add(l.silence)); err != nil {
			return 0, err
		}
		var err error
		if l.up {
			err = l.frame()
		} else {
			err = l.header()
		}
		if err != nil {
			return 0, err
		}
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	return n, nil
}

// header passes one line of the HTTP upgrade on; the empty one ends it.
func (l *line) header() error {
	s, err := l.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	l.out = bytes.Clone(s)
	l.up = len(bytes.TrimSpace(s)) == 0
	return nil
}

// frame reads one websocket frame (RFC 6455, 5.2) and passes on what the
// library may see of it.
func (l *line) frame() error {
	var h [2]byte
	if _, err := io.ReadFull(l.in, h[:]); err != nil {
		return err
	}
	size := uint64(h[1] & 0x7f)
	var ext [8]byte
	switch size {
	case 126:
		if _, err := io.ReadFull(l.in, ext[6:]); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(ext[:])
	case 127:
		if _, err := io.ReadFull(l.in, ext[:]); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(ext[:])
	}
	if size+uint64(len(l.parts)) > maxFrame || h[1]&0x80 != 0 {
		return errors.New("reading the gateway: a frame no server may send")
	}
	l.spoke.Store(true)
	body := make([]byte, size)
	if _, err := io.ReadFull(l.in, body); err != nil {
		return err
	}
	final, op := h[0]&0x80 != 0, h[0]&0x0f
	if op >= 8 { // control frames may stand between fragments
		if op == 8 && len(body) >= 2 {
			l.code.Store(int64(binary.BigEndian.Uint16(body)))
		}
		l.out = pack(h[0], body)
		return nil
	}
	l.parts = append(l.parts, body...)
	if !final {
		return nil
	}
	message := l.parts
	l.parts = nil
	narrowed, ok := narrow(message)
	if !ok {
		l.odd.Add(1)
		return nil
	}
	l.out = pack(0x81, narrowed)
	return nil
}

func pack(first byte, body []byte) []byte {
	b := []byte{first}
	switch n := len(body); {
	case n < 126:
		b = append(b, byte(n))
	case n <= 0xffff:
		b = append(b, 126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, body...)
}

// packet is one gateway payload.
type packet struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d,omitempty"`
	Seq  *int64          `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

// narrow rewrites a payload so that the library can follow the protocol and
// nothing else. READY keeps what resuming needs; every other event keeps its
// data but loses its name to an alias. What is not a payload is dropped.
func narrow(raw []byte) ([]byte, bool) {
	var in *packet
	if json.Unmarshal(raw, &in) != nil || in == nil {
		return nil, false
	}
	if in.Op != 0 {
		return raw, true
	}
	if in.Type == "" {
		return nil, false
	}
	switch in.Type {
	case "RESUMED":
		in.Data = json.RawMessage(`{}`)
	case "READY":
		var r ready
		if json.Unmarshal(in.Data, &r) != nil || r.SessionID == "" {
			return nil, false
		}
		in.Data, _ = json.Marshal(r)
	default:
		in.Type = alias + in.Type
	}
	out, err := json.Marshal(in)
	return out, err == nil
}

// ready is what we, and the library, need of READY.
type ready struct {
	Version     int    `json:"v"`
	SessionID   string `json:"session_id"`
	User        User   `json:"user"`
	Application struct {
		ID string `json:"id"`
	} `json:"application"`
}

// Write sends a frame of the library, holding an IDENTIFY back until it may
// leave.
func (l *line) Write(p []byte) (int, error) {
	if l.wrote.Swap(true) && isIdentify(p) { // the first write is the HTTP upgrade
		if err := l.mayID(l.ctx); err != nil {
			l.cut()
			return 0, fmt.Errorf("identifying to the gateway: %w", err)
		}
	}
	if err := l.Conn.SetWriteDeadline(time.Now().Add(sendLimit)); err != nil {
		return 0, err
	}
	return l.Conn.Write(p)
}

// isIdentify looks into a masked client frame; the library writes each payload
// as one frame and begins it with its op.
func isIdentify(p []byte) bool {
	if len(p) < 2 || p[1]&0x80 == 0 || p[0]&0x0f != 1 {
		return false
	}
	at := 2
	switch p[1] & 0x7f {
	case 126:
		at += 2
	case 127:
		at += 8
	}
	const want = `{"op":2,`
	if len(p) < at+4+len(want) {
		return false
	}
	mask, body := p[at:at+4], p[at+4:]
	var b strings.Builder
	for i := range len(want) {
		b.WriteByte(body[i] ^ mask[i%4])
	}
	return b.String() == want
}

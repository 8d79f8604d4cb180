package outbound

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"rasid/internal/cases"
)

// handshake bounds how long a websocket may take to open.
const handshake = 10 * time.Second

// WebSocket opens a websocket (an address with ws or wss) under the same guard
// as Get. A server that asks to wait gives a *cases.LaterError.
func (c *Client) WebSocket(ctx context.Context, address string, header http.Header) (*websocket.Conn, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, errors.New("connecting to a stream: not an address of one")
	}
	if _, err := c.CheckURL("http" + strings.TrimPrefix(address, "ws")); err != nil {
		return nil, fmt.Errorf("connecting to a stream: %w", err)
	}
	h := http.Header{"User-Agent": {c.opts.UserAgent}}
	maps.Copy(h, header)
	d := websocket.Dialer{NetDialContext: c.DialContext, HandshakeTimeout: handshake}
	conn, resp, err := d.DialContext(ctx, address, h)
	if resp != nil && resp.Body != nil {
		defer func() { _ = resp.Body.Close() }()
	}
	if err == nil {
		return conn, nil
	}
	if resp == nil {
		return nil, fmt.Errorf("connecting to the stream at %s: %w", u.Host, err)
	}
	refused := &StatusError{Code: resp.StatusCode, RetryAfter: RetryAfter(resp.Header.Get("Retry-After"), time.Now()), Header: resp.Header}
	err = fmt.Errorf("connecting to the stream at %s: %w", u.Host, refused)
	if busy(resp.StatusCode) && refused.RetryAfter > 0 {
		return nil, &cases.LaterError{After: refused.RetryAfter, Err: err}
	}
	return nil, err
}

// maxMessage bounds one message of a stream, in bytes.
const maxMessage = 1 << 20

// Hear hands each message of a websocket to take until take wants no more or
// returns an error, ctx ends, nothing comes for the time quiet, or the other
// side hangs up. It closes the websocket.
func Hear(ctx context.Context, conn *websocket.Conn, quiet time.Duration, take func(message []byte) (more bool, err error)) error {
	defer func() { _ = conn.Close() }() // there is nobody to tell
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	conn.SetReadLimit(maxMessage)
	for {
		if err := conn.SetReadDeadline(time.Now().Add(quiet)); err != nil {
			return err
		}
		_, message, err := conn.ReadMessage()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		if more, err := take(message); err != nil || !more {
			return err
		}
	}
}

package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rasid/internal/outbound"
)

// Event is something that a server tells while it is listened to.
type Event struct {
	Stream  []string `json:"stream"`  // hashtag and the tag, or user:notification
	Kind    string   `json:"event"`   // update, status.update, delete, notification, and others
	Payload string   `json:"payload"` // JSON, or the id of what was deleted
	Error   string   `json:"error"`   // why a stream is refused
}

const (
	// Notices is the stream of what our account is told.
	Notices = "user:notification"
	hashtag = "hashtag"

	pause = 90 * time.Second // servers send a sign of life every 30 seconds
)

// Tag is the hashtag whose stream tells of an event; "" for other streams.
func (e Event) Tag() string {
	if len(e.Stream) == 2 && e.Stream[0] == hashtag {
		return e.Stream[1]
	}
	return ""
}

// Streaming returns the address of the server's streams, which may be on a
// host of their own.
func (c *Client) Streaming(ctx context.Context) (string, error) {
	var got struct {
		Configuration struct {
			URLs struct {
				Streaming string `json:"streaming"`
			} `json:"urls"`
		} `json:"configuration"`
	}
	if err := c.get(ctx, "/api/v2/instance", &got); err != nil {
		return "", err
	}
	base := got.Configuration.URLs.Streaming
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		base = "ws" + strings.TrimPrefix(c.Server, "http") // servers before 4.0 do not say; it is the same host
	}
	return strings.TrimRight(base, "/") + "/api/v1/streaming", nil
}

// Listen hears hashtags, and with notices what our account is told, until take
// returns false, ctx ends, or the server hangs up. begun is called when the
// server was asked for everything. Since Mastodon 4.2 only members may listen.
func (c *Client) Listen(ctx context.Context, address string, tags []string, notices bool, begun func(), take func(Event) bool) error {
	conn, err := c.Net.WebSocket(ctx, address, c.auth())
	if err != nil {
		return err
	}
	asks := make([]map[string]string, 0, len(tags)+1)
	for _, t := range tags {
		asks = append(asks, map[string]string{"type": "subscribe", "stream": hashtag, "tag": t})
	}
	if notices {
		asks = append(asks, map[string]string{"type": "subscribe", "stream": Notices})
	}
	for _, a := range asks {
		if err := conn.WriteJSON(a); err != nil {
			return errors.Join(fmt.Errorf("asking for a stream: %w", err), conn.Close())
		}
	}
	begun()
	alive := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		return errors.Join(conn.SetReadDeadline(time.Now().Add(pause)), alive(data))
	})
	err = outbound.Hear(ctx, conn, pause, func(message []byte) (bool, error) {
		var e Event
		if json.Unmarshal(message, &e) != nil {
			return true, nil // nothing of ours
		}
		if e.Error != "" {
			return false, fmt.Errorf("the server says %.100q", e.Error)
		}
		return take(e), nil
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("listening: %w", err)
	}
	return err
}

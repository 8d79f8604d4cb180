package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"rasid/internal/outbound"
)

// Keeps is how long Jetstream can go back: an older cursor starts at the oldest
// event it has (36 hours by its documentation).
const Keeps = 36 * time.Hour

// Streams returns the addresses of the public Jetstreams.
func Streams() []string {
	return []string{"wss://jetstream2.us-east.bsky.network/subscribe", "wss://jetstream1.us-west.bsky.network/subscribe"}
}

// Event is something that happened to a post.
type Event struct {
	DID    string `json:"did"`
	TimeUS int64  `json:"time_us"` // microseconds since 1970: the position in the stream
	Kind   string `json:"kind"`    // commit, identity, account
	Commit *struct {
		Rev        string          `json:"rev"`
		Operation  string          `json:"operation"` // create, update, delete
		Collection string          `json:"collection"`
		RKey       string          `json:"rkey"`
		CID        string          `json:"cid"`
		Record     json.RawMessage `json:"record"`
	} `json:"commit"`
}

// CheckStream reports whether an address can be that of a Jetstream.
func CheckStream(s string) error {
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.User != nil || (u.Scheme != "wss" && u.Scheme != "ws") {
		return errors.New("not the address of a Jetstream")
	}
	return nil
}

// Read reads posts from a moment on (0: from now on) until take returns false,
// nothing comes for the time quiet, or the stream breaks off. Events that
// cannot be read are passed over; take is told of each with an empty Event.
func Read(ctx context.Context, client *outbound.Client, server string, since int64, quiet time.Duration, take func(Event) bool) error {
	conn, err := dial(ctx, client, server, since)
	if err != nil {
		return err
	}
	err = outbound.Hear(ctx, conn, quiet, func(message []byte) (bool, error) {
		var e Event
		if json.Unmarshal(message, &e) != nil {
			e = Event{}
		}
		return take(e), nil
	})
	var late net.Error
	switch {
	case err == nil, ctx.Err() != nil:
		return err
	case errors.As(err, &late) && late.Timeout():
		return nil
	}
	return fmt.Errorf("reading the stream: %w", err)
}

func dial(ctx context.Context, client *outbound.Client, server string, since int64) (*websocket.Conn, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("connecting to the stream: not an address")
	}
	q := u.Query()
	if q.Set("wantedCollections", Posts); since > 0 {
		q.Set("cursor", strconv.FormatInt(since, 10))
	}
	u.RawQuery = q.Encode()
	return client.WebSocket(ctx, u.String(), nil)
}

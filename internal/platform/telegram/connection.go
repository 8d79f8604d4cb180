package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"rasid/internal/cases"
)

// Inbox is where a connection writes what it received, together with its own
// mark, in one transaction. A key that is known already is stored once.
type Inbox interface {
	PutInbox(ctx context.Context, account string, items []cases.InboxItem, mark string) error
	Mark(ctx context.Context, account string) (string, error)
}

// Listener hears what happens in a staff room. The update is confirmed to
// Telegram only after it returned nil; after an error it comes again, as long
// as Telegram keeps it (about 150 seconds for a pressed button).
type Listener func(ctx context.Context, u Update) error

// Bounds for an update that its listener cannot handle: it is passed over when
// both are exceeded, so that it does not hold up everything behind it.
const (
	maxTries  = 5
	maxTrying = 150 * time.Second
)

// quiet is how often the mark is saved while nothing happens; it dates the
// last good poll.
const quiet = 5 * time.Minute

// Connection is the one reader of a bot's updates. What people say in watched
// chats goes to the inbox; what staff do in their rooms goes to a Listener;
// every other chat is noted once and otherwise ignored.
type Connection struct {
	client  *Client
	account string
	inbox   Inbox
	log     *slog.Logger

	mu       sync.Mutex
	watched  map[int64]bool
	rooms    map[Spot]Listener // nil: nobody listens yet
	taps     Listener          // hears what customers press under our questions; nil: nobody asks them anything
	strange  map[int64]string  // chats nobody configured, with their titles
	mark     mark
	saved    time.Time // when the mark was last saved
	trouble  int64     // update whose listener fails
	troubled time.Time // since when
	tries    int
}

// Connect makes the connection of an account, as config.yaml names it.
func Connect(client *Client, account string, inbox Inbox, log *slog.Logger) *Connection {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Connection{client: client, account: account, inbox: inbox, log: log,
		watched: map[int64]bool{}, rooms: map[Spot]Listener{}, strange: map[int64]string{}}
}

// Client returns the client of the connection.
func (c *Connection) Client() *Client { return c.client }

// Account returns the name under which the connection fills the inbox.
func (c *Connection) Account() string { return c.account }

// Watch makes the connection keep what is said in these chats.
func (c *Connection) Watch(chats ...int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range chats {
		c.watched[id] = true
	}
}

// Spot is a place where staff work: a whole group, or one topic of a forum.
type Spot struct{ Chat, Topic int64 }

// Expect makes these spots staff rooms. What staff do there waits, unconfirmed,
// until somebody listens.
func (c *Connection) Expect(spots ...Spot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range spots {
		if c.rooms[s] == nil {
			c.rooms[s] = nil
		}
	}
}

// Listen sends what staff do in these spots to l, and returns what ends it. A
// topic with a listener of its own goes before its group.
func (c *Connection) Listen(l Listener, spots ...Spot) (stop func()) {
	set := func(l Listener) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range spots {
			c.rooms[s] = l
		}
	}
	set(l)
	return func() { set(nil) }
}

// Tapped is how the data of a button begins that a customer may press in a
// watched chat, or in private.
const Tapped = "tap."

// Taps sends what customers press under our questions in watched chats and in
// private to l, and returns what ends it.
func (c *Connection) Taps(l Listener) (stop func()) {
	set := func(l Listener) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.taps = l
	}
	set(l)
	return func() { set(nil) }
}

// Strangers returns the chats that somebody added the bot to without their
// being configured, with their titles.
func (c *Connection) Strangers() map[int64]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.strange)
}

// Run reads updates until ctx ends.
func (c *Connection) Run(ctx context.Context) error { return c.client.Run(ctx, c) }

// Begin implements Handler: it reads where the connection stopped.
func (c *Connection) Begin(ctx context.Context) (int64, error) {
	s, err := c.inbox.Mark(ctx, c.account)
	if err != nil {
		return 0, fmt.Errorf("reading the mark of %s: %w", c.account, err)
	}
	m, err := parseMark(s)
	if err != nil {
		return 0, err
	}
	for from, to := range m.Moved {
		c.client.Move(from, to)
	}
	c.mark = m
	return m.Offset, nil
}

// Handle implements Handler. What was said is stored first, so that a slow
// decision delays no mention; the mark passes an update only after it was
// stored or its listener took it.
func (c *Connection) Handle(ctx context.Context, updates []Update) (int64, error) {
	items, events := c.sort(updates)
	now := c.client.Now()
	next := c.mark
	next.Moved = c.client.Moves()
	if c.mark.OK != 0 {
		if why := lost(time.Unix(c.mark.OK, 0), now); why != "" {
			items = append([]cases.InboxItem{c.lostItem(why, now)}, items...)
		}
	}
	next.OK = now.Unix()
	if len(events) > 0 && len(items) > 0 {
		if err := c.save(ctx, items, next); err != nil {
			return c.mark.Offset, err
		}
		items = nil
	}
	for _, u := range events {
		if err := c.hand(ctx, u); err != nil {
			saved := c.save(ctx, items, until(next, u.ID))
			return c.mark.Offset, errors.Join(err, saved)
		}
	}
	if len(updates) > 0 { // not the highest ever seen: ids start anew after a week of silence
		next.Offset = highest(updates) + 1
	}
	if len(updates) == 0 && len(items) == 0 && len(next.Moved) == len(c.mark.Moved) && now.Sub(c.saved) < quiet {
		return c.mark.Offset, nil
	}
	err := c.save(ctx, items, next)
	return c.mark.Offset, err
}

// until is the mark that confirms everything before an update.
func until(m mark, id int64) mark {
	if id > 0 {
		m.Offset = id
	}
	return m
}

func highest(updates []Update) int64 {
	top := updates[0].ID
	for _, u := range updates {
		top = max(top, u.ID)
	}
	return top
}

func (c *Connection) save(ctx context.Context, items []cases.InboxItem, m mark) error {
	if err := c.inbox.PutInbox(ctx, c.account, items, m.String()); err != nil {
		return fmt.Errorf("storing updates of %s: %w", c.account, err)
	}
	c.mark, c.saved = m, c.client.Now()
	return nil
}

// hand gives one update to the listener of its room.
func (c *Connection) hand(ctx context.Context, u Update) error {
	err := func() error {
		l := c.listener(u)
		if l == nil {
			return errors.New("nobody listens in the staff room yet")
		}
		return l(ctx, u)
	}()
	if err == nil {
		return nil
	}
	now := c.client.Now()
	if c.trouble != u.ID {
		c.trouble, c.troubled, c.tries = u.ID, now, 0
	}
	c.tries++
	if c.tries > maxTries && now.Sub(c.troubled) > maxTrying {
		c.log.Error("decision could not be taken and is passed over", "update", u.ID, "error", err)
		return nil
	}
	return fmt.Errorf("taking update %d: %w", u.ID, err)
}

func (c *Connection) lostItem(why string, now time.Time) cases.InboxItem {
	body, _ := json.Marshal(Update{Lost: why}) // plain fields always encode
	return cases.InboxItem{Account: c.account, Key: fmt.Sprintf("lost/%d", now.Unix()), Body: body, At: now}
}

// itemOf makes the inbox row of an update. The key is what was said, not the
// update's number: Telegram may send the same message under another one.
func (c *Connection) itemOf(u Update, now time.Time) cases.InboxItem {
	sum := sha256.Sum256(u.Raw)
	key := fmt.Sprintf("update/%d/%s", u.ID, hex.EncodeToString(sum[:4]))
	if m := u.Said(); m != nil && u.Undecodable == nil {
		sum = sha256.Sum256([]byte(m.Words()))
		key = fmt.Sprintf("%d/%d/%d/%s", m.Chat.ID, m.ID, m.EditDate, hex.EncodeToString(sum[:4]))
	}
	return cases.InboxItem{Account: c.account, Key: key, Body: u.Raw, At: now}
}

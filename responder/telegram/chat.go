package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// Room is one staff room: a group, or one topic of a forum.
type Room struct {
	Name     string // in config.yaml
	Chat     int64
	Topic    int64  // 0 when the room is the whole group
	Language string // ar or en
}

// RoomConfig is what a room of kind telegram adds to what every room has.
type RoomConfig struct {
	// Topic is the forum topic that is the room; left out, the whole group.
	Topic int64 `yaml:"topic"`
}

// Check lists every mistake in c.
func (c RoomConfig) Check() []cases.Fault {
	if c.Topic < 0 {
		return []cases.Fault{{Field: "topic", Problem: fmt.Sprintf("%d is no topic", c.Topic), Write: "the number in the topic's link: in https://t.me/c/1234/5 it is 5"}}
	}
	return nil
}

// Opener reads the tokens behind buttons; responder.Signer is one.
type Opener interface {
	Open(room, token string, now time.Time) (a responder.Action, caseID int64, draft int, err error)
}

// Cards knows which case a message in a room showed.
type Cards interface {
	CardByRef(ctx context.Context, room, ref string) (caseID int64, err error)
}

// Chat is staff rooms of one connection; a connection may have several Chats.
type Chat struct {
	conn   *telegram.Connection
	client *telegram.Client
	rooms  []Room
	tokens Opener
	cards  Cards
	log    *slog.Logger
	words  map[string]*phrases.Catalogue

	hearing sync.RWMutex   // held while an update is taken
	telling sync.WaitGroup // answers on their way
	slots   chan struct{}  // bounds them

	mu     sync.Mutex
	hinted map[string]time.Time // by room: when anonymous people were last asked for their name
	given  given                // words for drafts, which their writers may correct
}

// answersAtOnce bounds how many answers to people are under way.
const answersAtOnce = 64

// NewChat makes the staff rooms of a connection. From now on what staff do
// there waits for Listen.
func NewChat(conn *telegram.Connection, tokens Opener, cards Cards, log *slog.Logger, rooms ...Room) (*Chat, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &Chat{conn: conn, client: conn.Client(), rooms: rooms, tokens: tokens, cards: cards, log: log,
		words: map[string]*phrases.Catalogue{}, slots: make(chan struct{}, answersAtOnce), hinted: map[string]time.Time{}}
	for _, r := range rooms {
		words, err := phrases.Load(r.Language)
		if err != nil {
			return nil, fmt.Errorf("setting up room %s: %w", r.Name, err)
		}
		c.words[r.Language] = words
		conn.Expect(telegram.Spot{Chat: r.Chat, Topic: r.Topic})
	}
	return c, nil
}

// errRoom says that a room is not one of this connection.
var errRoom = errors.New("no such room on this connection")

func (c *Chat) room(name string) (Room, error) {
	for _, r := range c.rooms {
		if r.Name == name {
			return r, nil
		}
	}
	return Room{}, fmt.Errorf("%w: %s: %w", cases.ErrRefused, name, errRoom)
}

// at finds the room of a message; a topic of its own goes before the group.
func (c *Chat) at(m *telegram.Message) (Room, bool) {
	var found Room
	ok := false
	for _, r := range c.rooms {
		if r.Chat != m.Chat.ID && c.client.Current(r.Chat) != m.Chat.ID {
			continue
		}
		if r.Topic == m.Topic() {
			return r, true
		}
		if r.Topic == 0 {
			found, ok = r, true
		}
	}
	return found, ok
}

// Show puts the card in the room, or changes the card that ref names. A card
// that is gone, that stands in the group's old incarnation, or that is urgent
// is shown anew.
func (c *Chat) Show(ctx context.Context, room string, card responder.Card, ref string) (string, error) {
	r, err := c.room(room)
	if err != nil {
		return ref, fmt.Errorf("showing case %d: %w", card.Case, err)
	}
	text, rows := telegram.Cut(card.Text, telegram.MaxText), keyboard(card)
	old, parsed := telegram.ParseRef(ref)
	standing := parsed == nil && old.Chat == c.client.Current(r.Chat)
	if standing && !card.Urgent {
		err := c.client.EditMessage(ctx, old.Chat, old.Message, text, nil, rows)
		if err == nil {
			return ref, nil
		}
		if !gone(err) {
			return ref, fmt.Errorf("changing the card of case %d: %w", card.Case, err)
		}
	}
	sent, err := c.client.SendMessage(ctx, telegram.Post{Chat: r.Chat, Topic: r.Topic, Text: text, Buttons: rows})
	if err != nil {
		return ref, fmt.Errorf("showing case %d: %w", card.Case, err)
	}
	if standing && card.Urgent {
		// Two cards with buttons invite two decisions. The second would be
		// refused, so that a failure here does no harm.
		was := telegram.Cut(card.Superseded(c.words[r.Language]).Text, telegram.MaxText)
		if err := c.client.EditMessage(ctx, old.Chat, old.Message, was, nil, nil); err != nil && !gone(err) {
			c.log.Debug("an old card keeps its buttons", "case", card.Case, "error", err)
		}
	}
	return cardRef(sent.Chat, sent.ID), nil
}

// cardRef is the reference of a card. The topic is the room's and not part of
// it.
func cardRef(chat, message int64) string {
	return telegram.Ref{Chat: chat, Message: message}.String()
}

// gone reports whether a message cannot be changed any more.
func gone(err error) bool {
	return slices.ContainsFunc([]string{"message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "there is no text in the message"},
		func(words string) bool { return telegram.Says(err, words) })
}

func keyboard(card responder.Card) [][]telegram.Button {
	var rows [][]telegram.Button
	for _, row := range card.Buttons {
		var out []telegram.Button
		for _, b := range row {
			out = append(out, telegram.Button{Text: b.Label, Data: b.Data, URL: b.URL})
		}
		if len(out) > 0 {
			rows = append(rows, out)
		}
	}
	return rows
}

// Say puts a message in the room, in several parts where it is too long for
// one, with a picture where png is not nil.
func (c *Chat) Say(ctx context.Context, room, text string, png []byte) error {
	r, err := c.room(room)
	if err != nil {
		return fmt.Errorf("speaking: %w", err)
	}
	if err := c.say(ctx, telegram.Post{Chat: r.Chat, Topic: r.Topic}, text, png); err != nil {
		return fmt.Errorf("speaking in %s: %w", room, err)
	}
	return nil
}

// say sends text in the way of p. Once the first part stands, a failure is
// unknown as a whole: sending everything again would double it.
func (c *Chat) say(ctx context.Context, p telegram.Post, text string, png []byte) error {
	parts := split(text, telegram.MaxText)
	if png != nil {
		if telegram.Units(text) <= telegram.MaxCaption {
			p.Text, parts = text, nil
		}
		if _, err := c.client.SendPhoto(ctx, p, png); err != nil {
			return err
		}
	}
	for i, part := range parts {
		p.Text = part
		err := c.send(ctx, p)
		switch {
		case err != nil && (i > 0 || png != nil):
			return fmt.Errorf("part %d of %d: %s", i+1, len(parts), err.Error()) // its words without its class
		case err != nil:
			return err
		}
		p.ReplyTo = 0
	}
	return nil
}

// Listen hears decisions until ctx ends.
func (c *Chat) Listen(ctx context.Context, take func(context.Context, responder.Decision) (responder.Answer, error)) error {
	spots := make([]telegram.Spot, 0, len(c.rooms))
	for _, r := range c.rooms {
		spots = append(spots, telegram.Spot{Chat: r.Chat, Topic: r.Topic})
	}
	stop := c.conn.Listen(func(_ context.Context, u telegram.Update) error { return c.hear(ctx, u, take) }, spots...)
	defer func() {
		stop()
		c.hearing.Lock() // nobody is heard any more: no further answers
		defer c.hearing.Unlock()
		c.telling.Wait()
	}()
	for _, r := range c.rooms {
		if err := c.client.SetCommands(ctx, r.Chat, c.menu(r)); err != nil {
			c.log.Debug("menu of commands not set", "room", r.Name, "error", err)
		}
	}
	<-ctx.Done()
	return nil
}

// Doctor asks Telegram whether the bot can work in every room, and says what to
// switch where. It changes nothing.
func (c *Chat) Doctor(ctx context.Context) []cases.Advice {
	me, advice := c.client.Examine(ctx)
	if me.ID == 0 {
		return advice
	}
	for _, r := range c.rooms {
		a := c.client.ExamineChat(ctx, r.Chat, me, false)
		a.What = "room " + r.Name + ": " + a.What
		advice = append(advice, a)
	}
	return advice
}

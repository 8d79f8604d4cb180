package telegram

import (
	"context"
	"fmt"
	"strings"

	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// mostGiven bounds the messages that are remembered for their correction; an older
// one is corrected by another reply to its card.
const mostGiven = 200

// given are messages that gave a draft other words, with the decision they made.
type given struct {
	decisions map[telegram.Ref]responder.Decision
	order     []telegram.Ref // oldest first
}

// keep remembers a message and the decision it made.
func (g *given) keep(m *telegram.Message, d responder.Decision) {
	at := telegram.Ref{Chat: m.Chat.ID, Message: m.ID}
	if g.decisions == nil {
		g.decisions = map[telegram.Ref]responder.Decision{}
	}
	if _, known := g.decisions[at]; !known {
		g.order = append(g.order, at)
	}
	g.decisions[at] = d
	if len(g.order) > mostGiven {
		delete(g.decisions, g.order[0])
		g.order = g.order[1:]
	}
}

// gave remembers a message that gave a draft other words.
func (c *Chat) gave(m *telegram.Message, d responder.Decision) {
	if d.Action != responder.ActEdit {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given.keep(m, d)
}

// corrected takes what somebody changed in their own message that gave a draft
// other words, as if they had given the words anew: they believe it corrected.
// What else people change in the room is talk.
func (c *Chat) corrected(ctx context.Context, m *telegram.Message, take taker) error {
	c.mu.Lock()
	d, known := c.given.decisions[telegram.Ref{Chat: m.Chat.ID, Message: m.ID}]
	c.mu.Unlock()
	room, ok := c.at(m)
	text := strings.TrimSpace(m.Words())
	if !known || !ok || m.From == nil || text == "" || text == d.Text {
		return nil
	}
	d.Text, d.By, d.Room, d.At = text, actor(m.From), room.Name, c.client.Now()
	ans, err := take(ctx, d)
	if err != nil {
		return fmt.Errorf("taking a correction for case %d: %w", d.Case, err)
	}
	c.gave(m, d)
	c.tell(ctx, place{room: room, message: m, caseID: d.Case}, ans)
	return nil
}

package telegram

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// taps lays choices out as one row of buttons that a customer may press.
func taps(choices []responder.Button) [][]telegram.Button {
	if len(choices) == 0 {
		return nil
	}
	row := make([]telegram.Button, 0, len(choices))
	for _, b := range choices {
		row = append(row, telegram.Button{Text: b.Label, Data: telegram.Tapped + b.Data})
	}
	return [][]telegram.Button{row}
}

// Taps hears what customers press under our questions in the watched chats of
// one connection.
type Taps struct {
	conn *telegram.Connection
	log  *slog.Logger
}

// NewTaps makes the ears of a connection for customers.
func NewTaps(conn *telegram.Connection, log *slog.Logger) *Taps { return &Taps{conn, log} }

// Listen hears presses until ctx ends. Whoever pressed is told what came of it,
// and nobody else; once the question is answered, its buttons go.
func (t *Taps) Listen(ctx context.Context, take func(context.Context, responder.Decision) (responder.Answer, error)) error {
	client := t.conn.Client()
	stop := t.conn.Taps(func(_ context.Context, u telegram.Update) error {
		q := u.Callback
		ans, err := take(ctx, responder.Decision{
			Action: responder.ActRate, Token: strings.TrimPrefix(q.Data, telegram.Tapped), By: actor(&q.From), At: client.Now(),
		})
		if err != nil {
			return fmt.Errorf("taking a customer's answer: %w", err)
		}
		if _, err := client.AnswerCallback(ctx, q.ID, ans.Text, ans.Alert); err != nil {
			t.log.Debug("press not answered", "error", err)
		}
		if !ans.Alert {
			if err := client.EditButtons(ctx, q.Message.Chat.ID, q.Message.ID, nil); err != nil && !gone(err) {
				t.log.Debug("buttons of a question stay", "error", err)
			}
		}
		return nil
	})
	defer stop()
	<-ctx.Done()
	return nil
}

package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"rasid/internal/cases"
)

// Post is one message to send. Its text goes out literally: no markup is
// parsed, no link is previewed.
type Post struct {
	Chat      int64
	Topic     int64 // forum topic; 0 when none
	ReplyTo   int64 // message it answers; the post is refused when that is gone
	ReplyChat int64 // chat of ReplyTo when it is not Chat, as after a migration
	Text      string
	Entities  []Entity
	Buttons   [][]Button
	Ask       bool // open the reply box of whoever is answered
	Silent    bool
	Public    bool // a public reply: must not happen twice
}

// Entity formats part of a text. Offsets and lengths count UTF-16 units.
type Entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url,omitempty"`
}

// Button is one button under a message: exactly one of Data, URL and Copy.
type Button struct {
	Text string    `json:"text"`
	Data string    `json:"callback_data,omitempty"`
	URL  string    `json:"url,omitempty"`
	Copy *CopyText `json:"copy_text,omitempty"`
}

// CopyText is what a button puts into the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

// Markup is the keyboard under a message.
type Markup struct {
	Rows [][]Button `json:"inline_keyboard"`
}

// Sent is a message as Telegram confirmed it.
type Sent struct {
	Chat     int64
	ID       int64
	Topic    int64
	Username string // of a public chat
	Text     string // as it stands, or the caption
	At       time.Time
}

// SendMessage posts one message.
func (c *Client) SendMessage(ctx context.Context, p Post) (Sent, error) {
	params := tgbotapi.Params{"text": p.Text, "link_preview_options": `{"is_disabled":true}`}
	k := call{method: "sendMessage", params: params, chat: p.Chat, counts: true}
	if p.Public {
		k.client = c.once
	}
	return c.post(ctx, k, p)
}

// SendPhoto posts a PNG with the post's text under it.
func (c *Client) SendPhoto(ctx context.Context, p Post, png []byte) (Sent, error) {
	params := tgbotapi.Params{}
	params.AddNonEmpty("caption", p.Text)
	file := tgbotapi.RequestFile{Name: "photo", Data: tgbotapi.FileBytes{Name: "picture.png", Bytes: png}}
	return c.post(ctx, call{method: "sendPhoto", params: params, files: []tgbotapi.RequestFile{file}, chat: p.Chat, counts: true}, p)
}

func (c *Client) post(ctx context.Context, k call, p Post) (Sent, error) {
	from := p.Chat
	if p.ReplyChat != 0 {
		from = p.ReplyChat
	}
	k.chat = c.Current(p.Chat)
	k.params["chat_id"] = strconv.FormatInt(k.chat, 10)
	k.params.AddNonZero64("message_thread_id", p.Topic)
	k.params.AddBool("disable_notification", p.Silent)
	if p.ReplyTo != 0 {
		reply := map[string]any{"message_id": p.ReplyTo, "allow_sending_without_reply": false}
		if from != k.chat {
			// The number means another message in the new chat.
			reply["chat_id"] = from
		}
		add(k.params, "reply_parameters", reply)
	}
	if len(p.Entities) > 0 {
		add(k.params, "entities", p.Entities)
	}
	switch {
	case len(p.Buttons) > 0:
		if err := checkButtons(p.Buttons); err != nil {
			return Sent{}, fmt.Errorf("%s: %w: %w", k.method, cases.ErrRefused, err)
		}
		add(k.params, "reply_markup", Markup{p.Buttons})
	case p.Ask:
		add(k.params, "reply_markup", map[string]bool{"force_reply": true, "selective": true})
	}
	var m Message
	if err := c.do(ctx, k, &m); err != nil {
		return Sent{}, err
	}
	if m.ID <= 0 || m.Chat.ID != k.chat {
		return Sent{}, fmt.Errorf("%s: the answer names another message: %w", k.method, errOdd)
	}
	return sentOf(m), nil
}

// errOdd says that Telegram said yes to something else than was asked; what
// happened is unknown.
var errOdd = errors.New("unexpected answer")

// EditMessage changes one of the bot's own messages. That it already reads so
// counts as success.
func (c *Client) EditMessage(ctx context.Context, chat, id int64, text string, entities []Entity, rows [][]Button) error {
	if err := checkButtons(rows); err != nil {
		return fmt.Errorf("editMessageText: %w: %w", cases.ErrRefused, err)
	}
	params := tgbotapi.Params{"text": text, "link_preview_options": `{"is_disabled":true}`}
	if len(entities) > 0 {
		add(params, "entities", entities)
	}
	return c.edit(ctx, "editMessageText", params, chat, id, rows)
}

// EditButtons changes the buttons of one of the bot's own messages; no rows
// take them away.
func (c *Client) EditButtons(ctx context.Context, chat, id int64, rows [][]Button) error {
	return c.edit(ctx, "editMessageReplyMarkup", tgbotapi.Params{}, chat, id, rows)
}

func (c *Client) edit(ctx context.Context, method string, params tgbotapi.Params, chat, id int64, rows [][]Button) error {
	params["chat_id"] = strconv.FormatInt(chat, 10)
	params["message_id"] = strconv.FormatInt(id, 10)
	if rows == nil {
		rows = [][]Button{}
	}
	add(params, "reply_markup", Markup{rows})
	var edited json.RawMessage // the message, or true
	err := c.do(ctx, call{method: method, params: params, chat: chat}, &edited)
	if Says(err, "message is not modified") {
		return nil
	}
	return err
}

// AnswerCallback tells whoever pressed a button what came of it, and reports
// whether they were told. That Telegram no longer waits for the answer is no
// error: the press was heard.
func (c *Client) AnswerCallback(ctx context.Context, id, text string, alert bool) (told bool, err error) {
	params := tgbotapi.Params{"callback_query_id": id}
	params.AddNonEmpty("text", Cut(text, MaxAnswer))
	params.AddBool("show_alert", alert)
	err = c.do(ctx, call{method: "answerCallbackQuery", params: params}, &told)
	if Says(err, "query is too old") || Says(err, "query_id_invalid") {
		return false, nil
	}
	return told, err
}

// Command is one line of the menu that Telegram shows behind "/".
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// SetCommands sets the menu for one chat.
func (c *Client) SetCommands(ctx context.Context, chat int64, commands []Command) error {
	params := tgbotapi.Params{}
	add(params, "commands", commands)
	add(params, "scope", map[string]any{"type": "chat", "chat_id": c.Current(chat)})
	var done bool
	return c.do(ctx, call{method: "setMyCommands", params: params}, &done)
}

// checkButtons refuses what Telegram would refuse with the whole message.
func checkButtons(rows [][]Button) error {
	for _, row := range rows {
		for _, b := range row {
			if len(b.Data) > MaxData {
				return fmt.Errorf("button %q carries %d bytes, %d are allowed", b.Text, len(b.Data), MaxData)
			}
		}
	}
	return nil
}

// add puts a value into the parameters as JSON. The values are our own structs
// and maps, which always encode.
func add(p tgbotapi.Params, key string, value any) {
	if b, err := json.Marshal(value); err == nil {
		p[key] = string(b)
	}
}

func sentOf(m Message) Sent {
	return Sent{Chat: m.Chat.ID, ID: m.ID, Topic: m.Topic(), Username: m.Chat.Username, Text: m.Words(), At: time.Unix(m.Date, 0).UTC()}
}

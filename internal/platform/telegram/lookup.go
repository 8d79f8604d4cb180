package telegram

import (
	"context"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// GetMe asks who the bot is. It asks even when the token was refused before.
func (c *Client) GetMe(ctx context.Context) (User, error) {
	var u User
	if err := c.do(ctx, call{method: "getMe", probe: true}, &u); err != nil {
		return User{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.me, c.refused = u, nil
	return u, nil
}

// Self is what the last GetMe said; the zero User before the first.
func (c *Client) Self() User {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.me
}

// GetChat looks a chat up.
func (c *Client) GetChat(ctx context.Context, chat int64) (Chat, error) {
	var out Chat
	err := c.do(ctx, call{method: "getChat", params: tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10)}, chat: chat}, &out)
	return out, err
}

// GetChatMember looks up how somebody belongs to a chat.
func (c *Client) GetChatMember(ctx context.Context, chat, user int64) (Member, error) {
	var out Member
	params := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "user_id": strconv.FormatInt(user, 10)}
	err := c.do(ctx, call{method: "getChatMember", params: params, chat: chat}, &out)
	return out, err
}

// Package chatmodel asks a language model behind the chat-completions API that
// many servers speak: on the operator's own machine or under the operator's own
// account. It sends what it is given and nothing else, bounds the time and size
// of the answer, and judges nothing.
package chatmodel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rasid/internal/outbound"
)

// What is wrong with an answer that arrived.
var (
	// ErrNoWords says that the answer holds no text.
	ErrNoWords = errors.New("the model said nothing")
	// ErrCut says that the model stopped in the middle of its text.
	ErrCut = errors.New("the model's text was cut off")
)

// Client asks one model on one server.
type Client struct {
	URL    string          // up to /v1, without /chat/completions
	Model  string          // its name on that server
	Key    outbound.Secret // "" = the server asks for none
	Within time.Duration   // for one whole answer
	Tokens int             // most tokens of an answer

	Net *outbound.Client
}

// request is the part of the API that every server of this kind knows. There
// is no "user" field: nothing in it names a person.
type request struct {
	Model       string    `json:"model"`
	Messages    []message `json:"messages"`
	MaxTokens   int       `json:"max_tokens"`
	Temperature float64   `json:"temperature"`
	Stream      bool      `json:"stream"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type answer struct {
	Choices []struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
}

// temperature keeps the words close to what was asked for.
const temperature = 0.3

// Ask returns the model's text for a task and the words that it is about. The
// error is ErrNoWords, ErrCut, that of the context, or one of package outbound;
// none holds the key.
func (c *Client) Ask(ctx context.Context, task, about string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Within)
	defer cancel()
	header := http.Header{}
	if !c.Key.Empty() {
		header.Set("Authorization", "Bearer "+c.Key.Reveal())
	}
	var a answer
	err := c.Net.CallOnce(ctx, outbound.Call{
		Method: http.MethodPost, URL: strings.TrimSuffix(c.URL, "/") + "/chat/completions", Header: header,
		Body: request{
			Model: c.Model, MaxTokens: c.Tokens, Temperature: temperature,
			Messages: []message{{Role: "system", Content: task}, {Role: "user", Content: about}},
		},
		Into: &a,
	})
	if err != nil {
		if late := ctx.Err(); errors.Is(late, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s: %w", c.Within, late)
		}
		return "", fmt.Errorf("asking the model %s: %w", c.Model, err)
	}
	if len(a.Choices) == 0 {
		return "", ErrNoWords
	}
	text := withoutThoughts(a.Choices[0].Message.Content)
	switch {
	case a.Choices[0].Finish == "length":
		return "", ErrCut
	case text == "":
		return "", ErrNoWords
	}
	return text, nil
}

// withoutThoughts drops what some models write down before they answer.
func withoutThoughts(text string) string {
	if _, after, ok := strings.Cut(text, "</think>"); ok {
		text = after
	}
	return strings.TrimSpace(text)
}

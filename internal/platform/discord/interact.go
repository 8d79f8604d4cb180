package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// Kinds of answers to an interaction.
const (
	AnswerMessage = 4 // a message
	AnswerLater   = 5 // "is thinking…"; the message follows
	AnswerQuiet   = 6 // for a button: nothing visible; messages may follow
	AnswerForm    = 9 // a form
)

// ear is somebody who listens to interactions.
type ear struct {
	hear func(context.Context, Interaction)
}

// Hear hands interactions to hear, each in its own goroutine, until stop is
// called. hear must answer each with Respond within three seconds of its
// arrival. Everyone who listens hears everything and leaves alone what is not
// theirs.
func (c *Client) Hear(hear func(context.Context, Interaction)) (stop func()) {
	e := &ear{hear}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ears = append(slices.Clip(c.ears), e)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ears = slices.DeleteFunc(slices.Clone(c.ears), func(o *ear) bool { return o == e })
	}
}

// interact hands one interaction to all who listen, without holding up the
// gateway's reader.
func (c *Client) interact(ctx context.Context, raw json.RawMessage) {
	var i Interaction
	if err := json.Unmarshal(raw, &i); err != nil || i.ID == "" || i.Token == "" {
		c.cfg.Log.Warn("discord interaction left out", "account", c.cfg.Account, "err", err)
		return
	}
	ears, fresh := c.first(i.ID)
	if !fresh {
		return
	}
	for _, e := range ears {
		select {
		case c.acting <- struct{}{}:
		default:
			c.cfg.Log.Warn("discord interaction left out, too many at once", "account", c.cfg.Account)
			return
		}
		c.actors.Go(func() {
			defer func() { <-c.acting }()
			defer c.recovered("an interaction")
			e.hear(ctx, i)
		})
	}
}

// first reports whether an interaction comes for the first time, and who
// listens.
func (c *Client) first(id string) ([]*ear, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if _, again := c.heard[id]; again {
		return nil, false
	}
	for old, at := range c.heard {
		if now.Sub(at) > 15*time.Minute { // its token is dead by then
			delete(c.heard, old)
		}
	}
	c.heard[id] = now
	return c.ears, true
}

// lane spreads interactions over a few lanes: each has its own URL, and one
// slow answer must not hold up all others, but lanes are never thrown away.
func (i Interaction) lane() string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(i.ID))
	return fmt.Sprintf("interaction/%d", h.Sum32()%16)
}

// Respond gives the first answer to an interaction; Discord takes it for three
// seconds. o may be nil where the kind has no message.
func (c *Client) Respond(ctx context.Context, i Interaction, kind int, o *Outgoing) error {
	body := map[string]any{"type": kind}
	if o != nil {
		body["data"] = o.body()
	}
	return c.respond(ctx, i, body)
}

// Form is a form with one field.
type Form struct {
	ID    string // comes back as CustomID; at most 100 characters
	Title string // at most 45 characters
	Field string // id of the field
	Label string // at most 45 characters
	Value string // what it is filled with
	Long  bool   // several lines
	Max   int    // characters it takes; 0 = 2000
	Empty bool   // may be left empty
}

// Ask answers an interaction with a form. Only the first answer can be one.
func (c *Client) Ask(ctx context.Context, i Interaction, f Form) error {
	style := 1
	if f.Long {
		style = 2
	}
	if f.Max <= 0 {
		f.Max = MaxLength
	}
	input := map[string]any{
		"type": 4, "custom_id": f.Field, "style": style, "label": clip(f.Label, 45),
		"required": !f.Empty, "max_length": f.Max,
	}
	if f.Value != "" {
		input["value"] = clip(f.Value, f.Max)
	}
	return c.respond(ctx, i, map[string]any{"type": AnswerForm, "data": map[string]any{
		"custom_id": f.ID, "title": clip(f.Title, 45),
		"components": []any{map[string]any{"type": 1, "components": []any{input}}},
	}})
}

func (c *Client) respond(ctx context.Context, i Interaction, body any) error {
	err := c.do(ctx, call{method: "POST", path: "interactions/" + id(i.ID) + "/" + id(i.Token) + "/callback", lane: i.lane(), body: body}, nil)
	if err != nil {
		return fmt.Errorf("answering an interaction: %w", err)
	}
	return nil
}

// Follow sends a message after the first answer, for up to 15 minutes.
func (c *Client) Follow(ctx context.Context, i Interaction, o Outgoing) error {
	return c.followUp(ctx, i, "POST", "", o)
}

// Complete puts the message in the place of "is thinking…".
func (c *Client) Complete(ctx context.Context, i Interaction, o Outgoing) error {
	return c.followUp(ctx, i, "PATCH", "/messages/@original", o)
}

func (c *Client) followUp(ctx context.Context, i Interaction, method, tail string, o Outgoing) error {
	app := i.ApplicationID
	if app == "" {
		if p := c.app.Load(); p != nil {
			app = *p
		}
	}
	if app == "" {
		return errors.New("answering an interaction: no application id")
	}
	r, err := o.fill(call{method: method, path: "webhooks/" + id(app) + "/" + id(i.Token) + tail, lane: "follow/" + i.lane()})
	if err != nil {
		return err
	}
	if err := c.do(ctx, r, nil); err != nil {
		return fmt.Errorf("answering an interaction: %w", err)
	}
	return nil
}

// Command is one slash command.
type Command struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Type        int      `json:"type"`
	Options     []Option `json:"options,omitempty"`
}

// Option is a value a slash command takes.
type Option struct {
	Type        int    `json:"type"` // 3 = text, 4 = whole number
	Name        string `json:"name"`
	Description string `json:"description"`
	Required    bool   `json:"required,omitempty"`
}

// SetCommands makes these the slash commands of a guild, in place of whatever
// was there; doing it again changes nothing.
func (c *Client) SetCommands(ctx context.Context, guild string, commands []Command) error {
	app, err := c.application(ctx)
	if err != nil {
		return err
	}
	path := "applications/" + id(app) + "/guilds/" + id(guild) + "/commands"
	if err := c.do(ctx, call{method: "PUT", path: path, lane: "commands/" + guild, body: commands}, nil); err != nil {
		return fmt.Errorf("registering slash commands: %w", err)
	}
	return nil
}

// application is our application id, asked once.
func (c *Client) application(ctx context.Context) (string, error) {
	if p := c.app.Load(); p != nil && *p != "" {
		return *p, nil
	}
	a, err := c.applicationInfo(ctx)
	if err != nil {
		return "", err
	}
	c.app.Store(&a.ID)
	return a.ID, nil
}

package fakediscord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Person is somebody in the guild.
type Person struct {
	ID, Name string
	Bot      bool
	Webhook  bool
}

func (p Person) json() map[string]any {
	return map[string]any{"id": p.ID, "username": strings.ToLower(p.Name), "global_name": p.Name, "bot": p.Bot}
}

// Say writes a message as a person and returns its id.
func (s *Server) Say(who Person, channel, text string) string {
	return s.Answer(who, channel, "", text)
}

// Answer writes a message that answers another one.
func (s *Server) Answer(who Person, channel, to, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	m := &message{ID: s.newID(), Channel: channel, Guild: c.Guild, Author: who.json(), Content: text, At: s.now(), Reply: to}
	if who.Webhook {
		m.Webhook = who.ID
	}
	for _, o := range c.Messages {
		if o.ID == to {
			m.Answered = o.Author
		}
	}
	c.Messages = append(c.Messages, m)
	s.dispatchMessage("MESSAGE_CREATE", m)
	return m.ID
}

// Edit changes what a person wrote.
func (s *Server) Edit(channel, id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.channels[channel].Messages {
		if m.ID == id {
			now := s.now()
			m.Content, m.Edited = text, &now
			s.dispatchMessage("MESSAGE_UPDATE", m)
		}
	}
}

// Delete takes messages away, one by one or, when several, in bulk.
func (s *Server) Delete(channel string, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	c.Messages = slices.DeleteFunc(c.Messages, func(m *message) bool { return slices.Contains(ids, m.ID) })
	if len(ids) == 1 {
		s.dispatch("MESSAGE_DELETE", map[string]any{"id": ids[0], "channel_id": channel, "guild_id": c.Guild})
		return
	}
	s.dispatch("MESSAGE_DELETE_BULK", map[string]any{"ids": ids, "channel_id": channel, "guild_id": c.Guild})
}

// Messages returns the texts that stand in a channel, oldest first.
func (s *Server) Messages(channel string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, m := range s.channels[channel].Messages {
		out = append(out, m.Content)
	}
	return out
}

// Posted is one message of the bot that stands.
type Posted struct {
	ID, Reply string
	Raw       string   // as it came
	Text      string   // as people read it, embeds included
	Buttons   []string // custom ids, "" for links
	Labels    []string // what stands on the buttons
	Links     []string // where link buttons lead to
	Picture   bool
}

// Posted returns the bot's messages that stand in a channel, oldest first.
func (s *Server) Posted(channel string) []Posted {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Posted
	for _, m := range s.channels[channel].Messages {
		if m.Author["id"] != BotID {
			continue
		}
		p := Posted{ID: m.ID, Reply: m.Reply, Raw: m.Content, Text: readAll(m.Content, m.Embeds), Picture: m.Picture}
		for _, b := range inRows(m.Components) {
			p.Buttons, p.Labels = append(p.Buttons, b.CustomID), append(p.Labels, b.Label)
			if b.URL != "" {
				p.Links = append(p.Links, b.URL)
			}
		}
		out = append(out, p)
	}
	return out
}

// readAll is how people see a message with its embeds.
func readAll(content string, embeds []json.RawMessage) string {
	var text strings.Builder
	text.WriteString(Read(content))
	for _, raw := range embeds {
		var e struct {
			Description string `json:"description"`
		}
		_ = json.Unmarshal(raw, &e)
		text.WriteString(Read(e.Description))
	}
	return text.String()
}

// inRows are the parts of rows, one after another.
func inRows(rows []json.RawMessage) []component {
	var out []component
	for _, raw := range rows {
		var row component
		_ = json.Unmarshal(raw, &row)
		out = append(out, row.Components...)
	}
	return out
}

// Text is what people read of an effect: a message with its embeds, or a form
// as "title · label: what it is filled with".
func (e Effect) Text() string {
	var b struct {
		Title      string            `json:"title"`
		Embeds     []json.RawMessage `json:"embeds"`
		Components []json.RawMessage `json:"components"`
	}
	_ = json.Unmarshal(e.Body, &b)
	if e.Answer != 9 {
		return readAll(e.Content, b.Embeds)
	}
	parts := []string{b.Title}
	for _, f := range inRows(b.Components) {
		parts = append(parts, f.Label+": "+f.Value)
	}
	return strings.Join(parts, " · ")
}

// breaks are invisible characters that keep a token of Discord's from working.
var breaks = regexp.MustCompile(`(@|<|(?i:discord(?:app)?)\.)\x{200b}`)

// Read is how people see a text: escapes and angle brackets around addresses
// do not show, nor do invisible breaks.
func Read(s string) string {
	s = breaks.ReplaceAllString(s, "$1")
	s = regexp.MustCompile(`<(https?://[^\s<>]+)>`).ReplaceAllString(s, "$1")
	return regexp.MustCompile("\\\\([\\\\*_~`|>#\\-\\[\\]])").ReplaceAllString(s, "$1")
}

// Buttons returns the custom ids of a message's buttons.
func (s *Server) Buttons(channel, id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, m := range s.channels[channel].Messages {
		if m.ID != id {
			continue
		}
		for _, b := range inRows(m.Components) {
			if b.CustomID != "" {
				out = append(out, b.CustomID)
			}
		}
	}
	return out
}

// PressLabel presses the button of a message whose label has part in it, and
// returns the interaction's id.
func (s *Server) PressLabel(who Person, channel, message, part string) (string, bool) {
	s.mu.Lock()
	id := ""
	for _, m := range s.channels[channel].Messages {
		for _, b := range inRows(m.Components) {
			if m.ID == message && id == "" && strings.Contains(b.Label, part) {
				id = b.CustomID
			}
		}
	}
	s.mu.Unlock()
	if id == "" {
		return "", false
	}
	return s.Press(who, channel, message, id), true
}

// act is one interaction.
type act struct {
	id, token, channel string
	user               string
	at                 time.Time
	answered           int // kind of the first answer; 0 = none yet
}

// Limits of interactions.
const (
	answerWithin = 3 * time.Second
	tokenFor     = 15 * time.Minute
)

// Press presses a button of a message and returns the interaction's id.
func (s *Server) Press(who Person, channel, message, customID string) string {
	return s.interact(who, channel, 3, map[string]any{"custom_id": customID, "component_type": 2}, message)
}

// SubmitModal sends a form that was shown, with one field filled in.
func (s *Server) SubmitModal(who Person, channel, customID, field, value string) string {
	return s.interact(who, channel, 5, map[string]any{"custom_id": customID, "components": []any{
		map[string]any{"type": 1, "components": []any{map[string]any{"type": 4, "custom_id": field, "value": value}}}}}, "")
}

// Slash runs a slash command; options come as pairs of name and value.
func (s *Server) Slash(who Person, channel, name string, options ...any) string {
	var list []any
	for i := 0; i+1 < len(options); i += 2 {
		kind := 3
		if _, ok := options[i+1].(int); ok {
			kind = 4
		}
		list = append(list, map[string]any{"name": options[i], "type": kind, "value": options[i+1]})
	}
	return s.interact(who, channel, 2, map[string]any{"id": "1", "name": name, "type": 1, "options": list}, "")
}

func (s *Server) interact(who Person, channel string, kind int, data map[string]any, on string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	a := &act{id: s.newID(), channel: channel, user: who.ID, at: s.now()}
	a.token = "tok-" + a.id
	s.acts[a.id] = a
	event := map[string]any{
		"id": a.id, "application_id": appID, "type": kind, "token": a.token, "version": 1, "data": data,
		"guild_id": c.Guild, "channel_id": channel, "locale": "en-US",
		"member": map[string]any{"user": who.json(), "roles": []any{}, "permissions": "0"},
	}
	for _, m := range c.Messages {
		if m.ID == on {
			event["message"] = m.json(false)
		}
	}
	s.dispatch("INTERACTION_CREATE", event)
	return a.id
}

// AwaitAnswer waits for the first answer to an interaction and returns its
// kind, 0 when none came.
func (s *Server) AwaitAnswer(d time.Duration, interaction string) int {
	s.wait(d, func() bool { return s.acts[interaction] != nil && s.acts[interaction].answered != 0 })
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acts[interaction].answered
}

func (s *Server) respond(r *http.Request) (any, *refusal) {
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return nil, &refusal{status: 400, code: 50109, text: "The request body contains invalid JSON."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.acts[r.PathValue("id")]
	switch {
	case a == nil || a.token != r.PathValue("token") || s.now().Sub(a.at) > answerWithin:
		return nil, &refusal{status: 404, code: 10062, text: "Unknown interaction"}
	case a.answered != 0:
		return nil, &refusal{status: 400, code: 40060, text: "Interaction has already been acknowledged."}
	}
	body := &incoming{raw: in.Data}
	if len(in.Data) > 0 {
		_ = json.Unmarshal(in.Data, body)
	}
	switch in.Type {
	case 4:
		if no := body.check(false); no != nil {
			return nil, no
		}
		s.checkMentions("respond", body)
	case 5, 6:
	case 9:
		if no := checkForm(in.Data); no != nil {
			return nil, no
		}
	default:
		return nil, badForm("type", "Value must be one of {1, 4, 5, 6, 7, 8, 9, 12}.")
	}
	a.answered = in.Type
	s.effect(Effect{Kind: "respond", Channel: a.channel, Message: a.id, Content: body.Content, Answer: in.Type, Whisper: body.Flags&64 != 0, Body: in.Data})
	return nil, nil
}

// checkForm refuses a form Discord would not show.
func checkForm(raw json.RawMessage) *refusal {
	var f struct {
		CustomID   string      `json:"custom_id"`
		Title      string      `json:"title"`
		Components []component `json:"components"`
	}
	_ = json.Unmarshal(raw, &f)
	switch {
	case f.CustomID == "" || len([]rune(f.CustomID)) > 100:
		return badForm("data.custom_id", "Must be between 1 and 100 in length.")
	case f.Title == "" || len([]rune(f.Title)) > 45:
		return badForm("data.title", "Must be between 1 and 45 in length.")
	case len(f.Components) < 1 || len(f.Components) > 5:
		return badForm("data.components", "Must be between 1 and 5 in length.")
	}
	for _, row := range f.Components {
		if row.Type != 1 || len(row.Components) != 1 {
			return badForm("data.components", "A row of a form holds one text input.")
		}
		t := row.Components[0]
		switch {
		case t.Type != 4 || t.CustomID == "":
			return badForm("data.components", "Value must be one of {4}.")
		case t.Label == "" || len([]rune(t.Label)) > 45:
			return badForm("data.components.label", "Must be between 1 and 45 in length.")
		case len([]rune(t.Value)) > 4000 || t.MaxLength > 4000 || t.MaxLength > 0 && len([]rune(t.Value)) > t.MaxLength:
			return badForm("data.components.value", "Must be 4000 or fewer in length.")
		}
	}
	return nil
}

func (s *Server) follow(r *http.Request) (any, *refusal)   { return s.after(r, false) }
func (s *Server) complete(r *http.Request) (any, *refusal) { return s.after(r, true) }

// after is a message that follows the first answer.
func (s *Server) after(r *http.Request, original bool) (any, *refusal) {
	in, no := readBody(r)
	if no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.acts[strings.TrimPrefix(r.PathValue("token"), "tok-")]
	switch {
	case a == nil || r.PathValue("app") != appID:
		return nil, &refusal{status: 404, code: 10015, text: "Unknown Webhook"}
	case s.now().Sub(a.at) > tokenFor:
		return nil, &refusal{status: 401, code: 50027, text: "Invalid Webhook Token"}
	case a.answered == 0:
		return nil, &refusal{status: 404, code: 10015, text: "Unknown Webhook"}
	case original && a.answered != 4 && a.answered != 5:
		return nil, &refusal{status: 404, code: 10008, text: "Unknown Message"}
	}
	if no := in.check(original); no != nil {
		return nil, no
	}
	s.checkMentions("follow", in)
	id := s.newID()
	s.effect(Effect{Kind: "follow", Channel: a.channel, Message: a.id, Content: in.Content, Whisper: in.Flags&64 != 0 || original, Body: in.raw, PNG: in.png})
	return map[string]any{"id": id, "channel_id": a.channel, "content": in.Content, "author": bot(), "type": 0,
		"timestamp": s.now().UTC().Format(time.RFC3339), "webhook_id": fmt.Sprint(appID)}, nil
}

package fakediscord

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// message is one message that stands.
type message struct {
	ID, Channel, Guild string
	Author             map[string]any
	Content            string
	At                 time.Time
	Edited             *time.Time
	Reply              string
	Nonce              string
	Webhook            string
	Answered           map[string]any // author of what it answers
	Kind               int
	Picture            bool
	Embeds, Components []json.RawMessage
}

func (m *message) json(blank bool) map[string]any {
	content := m.Content
	if blank && m.Author["id"] != BotID {
		content = ""
	}
	out := map[string]any{
		"id": m.ID, "channel_id": m.Channel, "type": m.Kind, "content": content, "author": m.Author,
		"timestamp": m.At.UTC().Format("2006-01-02T15:04:05.000000+00:00"), "edited_timestamp": nil,
		"mentions": []any{}, "attachments": []any{}, "embeds": m.Embeds, "components": m.Components,
	}
	if m.Edited != nil {
		out["edited_timestamp"] = m.Edited.UTC().Format("2006-01-02T15:04:05.000000+00:00")
	}
	if m.Reply != "" {
		out["type"] = 19
		out["message_reference"] = map[string]any{"type": 0, "message_id": m.Reply, "channel_id": m.Channel, "guild_id": m.Guild}
	}
	if m.Answered != nil {
		out["referenced_message"] = map[string]any{"id": m.Reply, "author": m.Answered}
	}
	if m.Nonce != "" {
		out["nonce"] = m.Nonce
	}
	if m.Webhook != "" {
		out["webhook_id"] = m.Webhook
	}
	return out
}

func (s *Server) getMessages(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, no := s.see(r)
	if no != nil {
		return nil, no
	}
	if c.Type == 15 {
		return nil, &refusal{status: 400, code: 50008, text: "Cannot execute action on this channel type"}
	}
	q := r.URL.Query()
	limit := 50
	if l := q.Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > 100 {
			return nil, badForm("limit", "int value should be between 1 and 100.")
		}
		limit = n
	}
	var list []*message
	switch {
	case q.Has("after"): // the oldest ones after it
		for _, m := range c.Messages {
			if number(m.ID) > number(q.Get("after")) {
				list = append(list, m)
			}
		}
		list = list[:min(limit, len(list))]
	case q.Has("around"):
		at := number(q.Get("around"))
		i := slices.IndexFunc(c.Messages, func(m *message) bool { return number(m.ID) >= at })
		if i < 0 {
			i = len(c.Messages)
		}
		list = c.Messages[max(0, i-limit/2):min(len(c.Messages), i+limit/2)]
	default:
		for _, m := range c.Messages {
			if b := q.Get("before"); b == "" || number(m.ID) < number(b) {
				list = append(list, m)
			}
		}
		list = list[max(0, len(list)-limit):]
	}
	out := []any{}
	for _, m := range slices.Backward(list) { // newest first
		out = append(out, m.json(s.noContent))
	}
	return out, nil
}

func number(id string) uint64 {
	n, _ := strconv.ParseUint(id, 10, 64)
	return n
}

func (s *Server) getMessage(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, no := s.find(r)
	if no != nil {
		return nil, no
	}
	return m.json(s.noContent), nil
}

func (s *Server) find(r *http.Request) (*channel, *message, *refusal) {
	c, no := s.see(r)
	if no != nil {
		return nil, nil, no
	}
	for _, m := range c.Messages {
		if m.ID == r.PathValue("message") {
			return c, m, nil
		}
	}
	return nil, nil, &refusal{status: 404, code: 10008, text: "Unknown Message"}
}

func (s *Server) postMessage(r *http.Request) (any, *refusal) {
	in, no := readBody(r)
	if no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, no := s.see(r)
	if no != nil {
		return nil, no
	}
	if c.noSend || c.Type == 15 {
		return nil, &refusal{status: 403, code: 50013, text: "Missing Permissions"}
	}
	if no := in.check(false); no != nil {
		return nil, no
	}
	s.checkMentions("send", in)
	if no := s.checkReference(c, in); no != nil {
		return nil, no
	}
	key := c.ID + "/" + in.nonce()
	if in.EnforceNonce {
		if n, ok := s.nonces[key]; ok && s.now().Sub(n.at) < nonceWindow {
			return n.message.json(false), nil
		}
	}
	m := &message{ID: s.newID(), Channel: c.ID, Guild: c.Guild, Author: bot(), Content: strings.TrimSpace(in.Content),
		At: s.now(), Embeds: in.Embeds, Components: in.Components, Nonce: in.nonce(), Picture: in.png != nil}
	if in.Reference != nil {
		m.Reply = in.Reference.MessageID
	}
	c.Messages = append(c.Messages, m)
	if in.nonce() != "" {
		s.nonces[key] = nonce{m, s.now()}
	}
	s.effect(Effect{Kind: "send", Channel: c.ID, Message: m.ID, Content: m.Content, Reply: m.Reply, Nonce: m.Nonce, Body: in.raw, PNG: in.png})
	s.dispatchMessage("MESSAGE_CREATE", m)
	return m.json(false), nil
}

func (s *Server) patchMessage(r *http.Request) (any, *refusal) {
	in, no := readBody(r)
	if no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, no := s.find(r)
	if no != nil {
		return nil, no
	}
	if m.Author["id"] != BotID {
		return nil, &refusal{status: 403, code: 50005, text: "Cannot edit a message authored by another user"}
	}
	if no := in.check(true); no != nil {
		return nil, no
	}
	s.checkMentions("edit", in)
	now := s.now()
	m.Content, m.Edited = strings.TrimSpace(in.Content), &now
	if in.Components != nil {
		m.Components = in.Components
	}
	if in.Embeds != nil {
		m.Embeds = in.Embeds
	}
	s.effect(Effect{Kind: "edit", Channel: c.ID, Message: m.ID, Content: m.Content, Body: in.raw})
	s.dispatchMessage("MESSAGE_UPDATE", m)
	return m.json(false), nil
}

func (s *Server) checkReference(c *channel, in *incoming) *refusal {
	if in.Reference == nil {
		return nil
	}
	for _, m := range c.Messages {
		if m.ID == in.Reference.MessageID {
			return nil
		}
	}
	if f := in.Reference.FailIfNotExists; f != nil && !*f {
		in.Reference = nil
		return nil
	}
	return badForm("message_reference", "Unknown message")
}

// readBody reads a JSON body, or the payload_json and first file of a form.
func readBody(r *http.Request) (*incoming, *refusal) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	raw, err := io.ReadAll(r.Body)
	var png []byte
	switch {
	case err == nil && kind == "multipart/form-data":
		mr := multipart.NewReader(bytes.NewReader(raw), params["boundary"])
		raw = nil
		for {
			p, err := mr.NextPart()
			if err != nil {
				break
			}
			b, _ := io.ReadAll(p)
			if p.FormName() == "payload_json" {
				raw = b
			} else if p.FileName() != "" {
				png = b
			}
		}
	case kind != "application/json":
		return nil, badForm("_", "Content-Type must be application/json or multipart/form-data")
	}
	in := &incoming{raw: raw, png: png}
	if json.Unmarshal(raw, in) != nil {
		return nil, &refusal{status: 400, code: 50109, text: "The request body contains invalid JSON."}
	}
	return in, nil
}

package main

import (
	"rasid/internal/outbound"
	"rasid/internal/platform/chatmodel"
	"rasid/responder"
	"rasid/responder/model"
)

// model is the drafter with a language model; nil when the policy names none.
func (h *house) model(templates *responder.Templates, g responder.Guard) responder.Drafter {
	m := h.cfg.Policy.Model
	if m.URL == "" {
		return nil
	}
	key := outbound.Secret(m.Key)
	h.secrets.Add(key)
	return &model.Drafter{
		Name: m.Name, Templates: templates, Guard: g, Notes: h.office.NotesFor, Speaks: h.topics.Speaks, Clock: h.now, Log: h.log,
		Ask: &chatmodel.Client{URL: m.URL, Model: m.Name, Key: key, Within: m.Within, Tokens: m.MaxTokens, Net: h.net},
	}
}

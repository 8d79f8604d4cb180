package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/internal/platform/chatmodel"
	"rasid/responder"
	"rasid/responder/guard"
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

// spoken is what the policy allows words to say. An offer that has ended by now
// is none.
func (h *house) spoken(private map[string]string) guard.Policy {
	w := h.cfg.Policy.Words
	p := guard.Policy{
		Contacts:    slices.Concat(h.cfg.Policy.Contacts, slices.Collect(maps.Values(private))),
		Competitors: w.Competitors, Names: w.Customers, Jargon: w.Jargon, Secrecy: w.Secrecy,
	}
	if d := h.cfg.Policy.Commitment.ReplyWithin; d > 0 {
		p.Times = []time.Duration{d}
	}
	today := h.now().AddDate(0, 0, -1)
	for _, o := range h.cfg.Policy.Offers {
		if o.Until.IsZero() || o.Until.After(today) {
			p.Offers = append(p.Offers, o.AR, o.EN)
		}
	}
	return p
}

// within is the time a reply may promise, in both languages, with the number
// grammar of Arabic: two have a form of their own, three to ten take the
// plural, more the singular.
func within(d time.Duration) map[string]string {
	n, en, one, two, few, many := int(d/time.Hour), "hour", "ساعة", "ساعتين", "ساعات", "ساعة"
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		n, en, one, two, few, many = int(d/(24*time.Hour)), "day", "يوم", "يومين", "أيام", "يومًا"
	}
	n = max(n, 1)
	plural := "s"
	if n == 1 {
		plural = ""
	}
	ar := phrases.ArabicDigits(fmt.Sprint(n)) + " "
	switch {
	case n == 1:
		ar = one
	case n == 2:
		ar = two
	case n <= 10:
		ar += few
	default:
		ar += many
	}
	return map[string]string{"en": fmt.Sprintf("within %d %s%s", n, en, plural), "ar": "خلال " + ar}
}

package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Doctor asks for the sentence about an invented complaint and says what is
// missing. Nothing of a customer is sent.
func (d *Drafter) Doctor(ctx context.Context) []cases.Advice {
	invented := cases.Case{
		Score:    cases.Score{Language: "en", Label: "neg", Topics: []string{"delivery"}},
		Mentions: []cases.Mention{{Text: "My parcel came two days late and nobody told me."}},
	}
	began := d.Clock()
	said, err := d.Ask.Ask(ctx, task("en", nil), d.about(invented))
	if err != nil {
		return []cases.Advice{{What: err.Error(), Fix: mend(err)}}
	}
	if why := d.wrong(tidy(said), invented, "en"); why != "" {
		return []cases.Advice{{What: fmt.Sprintf("%s answers, but its words cannot be used: %s", d.Name, why), Fix: "try a larger model, or one that knows Arabic and English; until then templates are used"}}
	}
	return []cases.Advice{{OK: true, What: fmt.Sprintf("%s answers within %s; without it, or when it is wrong, templates are used", d.Name, d.Clock().Sub(began).Truncate(100*time.Millisecond)+100*time.Millisecond)}}
}

// mend says what to do about a model that did not answer.
func mend(err error) string {
	switch {
	case errors.Is(err, outbound.ErrBlocked):
		return "name the address under network.allow, if it is yours"
	case errors.Is(err, context.DeadlineExceeded):
		return "a larger policy.model.within, a smaller model, or a faster machine"
	case errors.Is(err, outbound.ErrNotJSON):
		return "policy.model.url: the address up to /v1 of a server with a chat-completions API"
	}
	switch outbound.StatusOf(err) {
	case 401, 403:
		return "policy.model.key: a key that is valid there"
	case 404:
		return "policy.model.url and policy.model.name, as the server lists them"
	case 429:
		return "wait, or ask the provider for a higher limit; templates are used meanwhile"
	case 400:
		return "policy.model.name or max_tokens: the server does not accept the request"
	}
	return "is the server running? Templates are used meanwhile"
}

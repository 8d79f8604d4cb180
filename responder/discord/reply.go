// Package discord speaks on Discord: it posts approved replies under the
// customer's message, and it is a staff room of cards with buttons, forms and
// slash commands.
package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/discord"
	"rasid/responder"
)

const (
	// nonceFor is how long Discord is trusted to know a nonce again. It
	// promises "the past few minutes"; two are our margin.
	nonceFor = 120 * time.Second
	// nonceSlack is what a retry may still need before that ends.
	nonceSlack = 40 * time.Second
	// lookBack bounds the pages read when looking for a reply of ours.
	lookBack = 20
)

// Replier posts replies in one public place on Discord.
type Replier struct {
	Client *discord.Client
	Staff  []string // user ids of our people, to see that one of them answered
	Clock  func() time.Time
}

// Talks says that several replies may stand under one message.
func (*Replier) Talks() {}

// Fits says whether a text fits one message: 2000 Unicode code points.
func (*Replier) Fits(text string) error { return discord.Fits(text) }

// Reply posts exactly the approved text under the mention. When an answer is
// lost, the same key is asked to be tried again while Discord still knows the
// nonce; after that the outcome is unknown.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	return p.Ask(ctx, r, nil)
}

// Ask posts a question with choices under the mention, as Reply posts.
func (p *Replier) Ask(ctx context.Context, r cases.Reply, choices []responder.Button) (cases.Receipt, error) {
	at, ok := discord.ParseRef(r.Mention.ReplyTo)
	if !ok {
		return cases.Receipt{}, fmt.Errorf("replying on Discord: %q is no message: %w", r.Mention.ReplyTo, cases.ErrRefused)
	}
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on Discord: %w: %w", err, cases.ErrRefused)
	}
	if r.Attempt > 1 && !p.nonceHolds(r, 0) {
		// An earlier attempt may have left a message the nonce no longer finds.
		found, there, err := p.Find(ctx, r)
		if err != nil {
			return cases.Receipt{}, unknown("looking for an earlier attempt", err)
		}
		if there {
			return found, nil
		}
	}
	m, err := p.Client.Send(ctx, at.Channel, discord.Outgoing{
		Content: r.Text, Reply: at.Message, Nonce: discord.NonceOf(r.Key, r.Mention.ReplyTo, r.Text), NoPreview: true, Components: taps(choices)})
	if err == nil {
		return receipt(r.Mention, m), nil
	}
	err = fmt.Errorf("replying on Discord: %w", err)
	if cases.OutcomeOf(err) == cases.WasUnknown && r.Attempt < responder.SameTries && p.nonceHolds(r, nonceSlack) {
		return cases.Receipt{}, &cases.LaterError{After: 2 * time.Second, Err: err}
	}
	return cases.Receipt{}, err
}

// postable says what is wrong with a reply that Discord would change, refuse,
// or that nobody should get.
func (p *Replier) postable(r cases.Reply) error {
	if err := responder.Postable(r); err != nil {
		return err
	}
	return p.Fits(r.Text)
}

// nonceHolds reports whether Discord still knows the nonce of the first
// attempt, with some time to spare.
func (p *Replier) nonceHolds(r cases.Reply, spare time.Duration) bool {
	if r.First.IsZero() {
		return false
	}
	age := p.Clock().Sub(r.First)
	return age >= 0 && age+spare < nonceFor
}

// unknown makes an error that no classification takes for "not sent": an
// earlier attempt may have left something.
func unknown(doing string, err error) error {
	return fmt.Errorf("%s: %s", doing, err.Error())
}

func receipt(m cases.Mention, posted discord.Message) cases.Receipt {
	url := ""
	if i := strings.LastIndex(m.URL, "/"); i > 0 {
		url = m.URL[:i+1] + posted.ID
	}
	return cases.Receipt{ID: posted.ID, URL: url, At: discord.SnowflakeTime(posted.ID)}
}

// Find looks whether the reply stands: a message of ours that answers the
// mention with exactly these words. Because Discord trims white space at both
// ends, that much may differ.
func (p *Replier) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	at, ok := discord.ParseRef(r.Mention.ReplyTo)
	if !ok {
		return cases.Receipt{}, false, fmt.Errorf("looking on Discord: %q is no message", r.Mention.ReplyTo)
	}
	me, err := p.self(ctx)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on Discord: %w", err)
	}
	var found discord.Message
	err = p.after(ctx, at, func(m discord.Message) bool {
		if m.Author != nil && m.Author.ID == me.ID && m.Reference != nil && m.Reference.MessageID == at.Message &&
			strings.TrimSpace(m.Content) == strings.TrimSpace(r.Text) {
			found = m
		}
		return found.ID != ""
	})
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on Discord: %w", err)
	}
	return receipt(r.Mention, found), found.ID != "", nil
}

// errTooFar says that a channel moved on too far to be read to its end.
var errTooFar = errors.New("too many messages since then to look through")

// after shows every message that follows one, oldest first, until stop says so
// or the channel ends.
func (p *Replier) after(ctx context.Context, at discord.Ref, stop func(discord.Message) bool) error {
	from := at.Message
	for range lookBack {
		list, next, err := p.Client.After(ctx, at.Channel, from)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, stop) || next == "" {
			return nil
		}
		from = next
	}
	return errTooFar
}

func (p *Replier) self(ctx context.Context) (discord.User, error) {
	if me, ok := p.Client.Self(); ok {
		return me, nil
	}
	return p.Client.Me(ctx)
}

// Check looks, just before posting, whether the mention still stands and
// whether one of our people answered it meanwhile.
func (p *Replier) Check(ctx context.Context, m cases.Mention) (responder.Standing, error) {
	at, ok := discord.ParseRef(m.ReplyTo)
	if !ok {
		return responder.Standing{}, fmt.Errorf("checking on Discord: %q is no message", m.ReplyTo)
	}
	now, err := p.Client.Message(ctx, at.Channel, at.Message)
	switch {
	case discord.IsCode(err, discord.CodeUnknownMessage), discord.IsCode(err, discord.CodeUnknownChannel):
		return responder.Standing{Gone: true}, nil
	case err != nil:
		return responder.Standing{}, fmt.Errorf("checking on Discord: %w", err)
	}
	st := responder.Standing{Text: now.Words()}
	list, _, err := p.Client.After(ctx, at.Channel, at.Message)
	if err != nil {
		return st, nil // the message itself was seen; that a colleague answered is an extra
	}
	for _, o := range list {
		if o.Author != nil && slices.Contains(p.Staff, o.Author.ID) && o.Reference != nil && o.Reference.MessageID == at.Message {
			st.Colleague = o.Words()
			break
		}
	}
	return st, nil
}

// Doctor looks at the token; the source looks at its channels.
func (p *Replier) Doctor(ctx context.Context) []cases.Advice {
	return advice(p.Client.InspectToken(ctx))
}

func advice(list []discord.Finding) []cases.Advice {
	var out []cases.Advice
	for _, f := range list {
		out = append(out, cases.Advice{OK: f.OK, What: f.What, Fix: f.Fix})
	}
	return out
}

package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"rasid/internal/cases"
	wire "rasid/internal/platform/mail"
	"rasid/responder"
)

// errNotProven is told by a look that found nothing: a copy that is not there
// does not prove that the letter is not.
var errNotProven = errors.New("the copy of the answer is not in the folder of sent letters, which does not prove that it was not sent")

// file puts a copy of what was sent into the folder of sent letters.
func (p *Replier) file(ctx context.Context, m *gomail.Msg) error {
	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		return fmt.Errorf("writing a copy of what was sent: %w", err)
	}
	session, err := p.sent.Open(ctx)
	if err != nil {
		return fmt.Errorf("filing a copy of what was sent: %w", err)
	}
	defer session.Close()
	return session.File(p.folder, raw.Bytes(), p.sender.Clock())
}

// Find looks for the answer among the sent letters. Only finding it says
// something: the copy of an answer whose outcome is unknown is filed by the
// server or by nobody, so a person decides about one that is not there.
func (p *Replier) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	if p.sent == nil {
		return cases.Receipt{}, false, errNotProven
	}
	list, err := p.sentWith(ctx, "Message-ID", "<"+p.id(r)+">")
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking among the sent letters: %w", err)
	}
	for _, l := range list {
		if l.id == p.id(r) {
			return cases.Receipt{ID: l.id, At: l.Arrived.UTC()}, true, nil
		}
	}
	return cases.Receipt{}, false, errNotProven
}

// Check looks, just before sending, whether a colleague answered the letter
// from their own mail program.
func (p *Replier) Check(ctx context.Context, m cases.Mention) (responder.Standing, error) {
	target, err := wire.ParseTarget(m.ReplyTo)
	if err != nil || p.sent == nil {
		return responder.Standing{}, err
	}
	list, err := p.sentWith(ctx, "In-Reply-To", "<"+target.ID+">")
	if err != nil {
		return responder.Standing{}, fmt.Errorf("looking among the sent letters: %w", err)
	}
	for _, l := range list {
		if l.inReplyTo == target.ID && !wire.Ours(l.id) {
			return responder.Standing{Colleague: "✉️ " + l.subject}, nil
		}
	}
	return responder.Standing{}, nil
}

// sentLetter is a letter in the folder of sent ones.
type sentLetter struct {
	wire.Letter
	id, inReplyTo, subject string
}

// maxSent bounds how many sent letters one look reads.
const maxSent = 10

func (p *Replier) sentWith(ctx context.Context, header, value string) ([]sentLetter, error) {
	session, err := p.sent.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	if _, err := session.Look(p.folder); err != nil {
		return nil, err
	}
	uids, err := session.WithHeader(header, value)
	if err != nil {
		return nil, err
	}
	letters, err := session.Letters(uids[:min(len(uids), maxSent)])
	if err != nil {
		return nil, err
	}
	var list []sentLetter
	for _, l := range letters {
		m, err := mail.ReadMessage(bytes.NewReader(l.Raw))
		if err != nil {
			continue // not one of ours
		}
		bare := func(name string) string { return strings.Trim(strings.TrimSpace(m.Header.Get(name)), "<>") }
		list = append(list, sentLetter{l, bare("Message-ID"), bare("In-Reply-To"), decoded(m.Header.Get("Subject"))})
	}
	return list, nil
}

// Doctor logs in at both servers. It sends nothing.
func (p *Replier) Doctor(ctx context.Context) []cases.Advice {
	advice := []cases.Advice{{OK: true, What: "letters leave through " + p.sender.Server + " as " + p.own}}
	if err := p.sender.greet(ctx); err != nil {
		advice[0] = cases.Advice{What: "sending", Fix: fmt.Sprintf("%v; check server, tls, user and password or refresh_token", err)}
	}
	if p.sent == nil {
		return advice
	}
	session, err := p.sent.Open(ctx)
	if err != nil {
		return append(advice, cases.Advice{What: "sent letters", Fix: fmt.Sprintf("%v; check imap_server, imap_tls, user and password or refresh_token", err)})
	}
	defer session.Close()
	if _, err := session.Look(p.folder); err != nil {
		return append(advice, cases.Advice{What: "folder " + p.folder, Fix: fmt.Sprintf("%v; name it as your mail program does: sent_folder", err)})
	}
	return append(advice, cases.Advice{OK: true, What: "copies are in " + p.folder})
}

package mail

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"slices"
	"strings"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	wire "rasid/internal/platform/mail"
	"rasid/responder"
)

// ReplyConfig is how letters of customers are answered.
type ReplyConfig struct {
	// Server is the SMTP server with its port, such as smtp.example.com:587.
	Server string `yaml:"server"`
	// TLS says how the connection is encrypted: starttls (port 587), tls (port
	// 465), or off for a server on this machine.
	TLS string `yaml:"tls"`
	// From is the sender, such as Noor Coffee <care@example.com>.
	From string `yaml:"from"`
	// User is the name to log in with; left out, the server asks for none.
	User string `yaml:"user"`
	// Password is that of the user.
	Password outbound.Secret `yaml:"password"`
	// ClientID is that of an OAuth client, where the provider takes no password
	// (Gmail, Microsoft 365): with refresh_token it stands for the password.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the OAuth client's secret; a public client of Microsoft has
	// none.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// RefreshToken is what the consent of the mailbox's owner gave, for the scope
	// https://mail.google.com/, or SMTP.Send of Microsoft with
	// offline_access (and IMAP.AccessAsUser.All for the folder of sent letters).
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// TokenURL is where access tokens come from; left out, Google's. Microsoft's
	// is https://login.microsoftonline.com/TENANT/oauth2/v2.0/token.
	TokenURL string `yaml:"token_url"`
	// Sent says who keeps a copy of what was sent: nobody, rasid (it files one in
	// the folder of sent letters), or server (which does so by itself; rasid only
	// looks there).
	Sent string `yaml:"sent"`
	// SentFolder is the folder of sent letters.
	SentFolder string `yaml:"sent_folder"`
	// IMAPServer is where that folder is, with its port.
	IMAPServer string `yaml:"imap_server"`
	// IMAPTLS says how the connection to it is encrypted: tls, starttls or off.
	IMAPTLS string `yaml:"imap_tls"`
}

// Who keeps a copy of what was sent.
const (
	sentNobody = "nobody"
	sentRasid  = "rasid"
	sentServer = "server"
)

// DefaultReplyConfig returns the settings that a part of config.yaml starts
// from.
func DefaultReplyConfig() ReplyConfig {
	return ReplyConfig{TLS: "starttls", Sent: "nobody", SentFolder: "Sent", IMAPTLS: "tls"}
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	ways := []string{StartTLS, TLS, Off}
	if !hostPort(c.Server) {
		faults.Add("server", "is not a server with its port", "the SMTP server, such as smtp.example.com:587")
	}
	if !slices.Contains(ways, c.TLS) {
		faults.Add("tls", "is not one of the choices", "starttls, tls or off")
	}
	if a, err := wire.Address(c.From); err != nil {
		faults.Add("from", "is not an address", "from: Noor Coffee <care@example.com>")
	} else if wire.Machine(a.Address) {
		faults.Add("from", "is an address behind which nobody reads", "an address that customers can answer")
	}
	if c.User != "" {
		faults = append(faults, wire.CheckLogin(c.Password, c.consent())...)
	}
	switch {
	case !slices.Contains([]string{sentNobody, sentRasid, sentServer}, c.Sent):
		faults.Add("sent", "is not one of the choices", "nobody, rasid or server")
	case c.Sent == sentNobody:
	case !hostPort(c.IMAPServer):
		faults.Add("imap_server", "is not a server with its port, and the folder of sent letters is there", "the IMAP server, such as imap.example.com:993")
	case c.User == "":
		faults.Add("user", "is missing, and the folder of sent letters is this user's", "the name to log in with")
	}
	if !slices.Contains(ways, c.IMAPTLS) {
		faults.Add("imap_tls", "is not one of the choices", "tls, starttls or off")
	}
	return faults
}

func (c ReplyConfig) consent() wire.Consent {
	return wire.Consent{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Refresh: c.RefreshToken, TokenURL: c.TokenURL}
}

func hostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	return err == nil && host != "" && port != ""
}

const (
	// MaxReply is the longest answer, in letters. Mail itself knows no limit; a
	// longer one is no answer to a complaint.
	MaxReply = 20_000
	// maxAnswers is how often one conversation is answered, before only a
	// person's own mail program may go on: two programs that answer each other
	// must end, whatever they write into their headers.
	maxAnswers = 5
)

// Replier answers letters by SMTP: to the writer alone, in their conversation.
type Replier struct {
	sender  Sender
	own     string      // our address
	domain  string      // of our address
	sent    *wire.Box   // where copies are; nil = nowhere
	folder  string      // of sent letters
	files   bool        // we keep the copies
	refused func(error) // told when a copy could not be filed; nil = nobody
}

var (
	_ responder.Talker  = (*Replier)(nil)
	_ responder.Finder  = (*Replier)(nil)
	_ responder.Checker = (*Replier)(nil)
)

// dialer opens connections; *outbound.Client is one.
type dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// New makes the replier. way leads to the mail servers, web to whoever gives
// tokens where there is no password; refused is told when a copy could not be
// filed.
func New(c ReplyConfig, way dialer, web *outbound.Client, now Clock, refused func(error)) (*Replier, error) {
	if err := cases.SetUp("answers by mail", c.Check()); err != nil {
		return nil, err
	}
	from, err := wire.Address(c.From)
	if err != nil {
		return nil, fmt.Errorf("setting up answers by mail: from: %w", err)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	tokens := c.consent().Tokens(web, now)
	p := &Replier{
		sender: Sender{Server: c.Server, TLS: c.TLS, From: c.From, User: c.User, Password: c.Password, Tokens: tokens, Dial: way.DialContext, Clock: now},
		own:    strings.ToLower(from.Address), domain: domain, folder: c.SentFolder, files: c.Sent == sentRasid, refused: refused,
	}
	if c.Sent != sentNobody {
		p.sent = &wire.Box{Server: c.IMAPServer, TLS: c.IMAPTLS, User: c.User, Password: c.Password, Tokens: tokens, Dial: way.DialContext}
	}
	return p, nil
}

// Talks says that several letters may follow one.
func (*Replier) Talks() {}

// Fits returns nil, or by how many letters text is too long.
func (*Replier) Fits(text string) error {
	if n := utf8.RuneCountInString(text); n > MaxReply {
		return fmt.Errorf("%d letters, %d more than the %d allowed", n, n-MaxReply, MaxReply)
	}
	return nil
}

// Reply sends exactly r.Text to the writer of r.Mention.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	target, err := p.sendable(r)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("answering by mail: %w: %w", cases.ErrRefused, err)
	}
	id := p.id(r)
	letter := Letter{Subject: subject(r.Mention.Title), Text: r.Text, HTML: page(r.Text)}
	in := conversation{id: id, inReplyTo: target.ID, references: append(slices.Clone(target.Refs), target.ID), automatic: r.Aside()}
	m, err := p.sender.message(r.Key, target.To, letter, &in)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("answering by mail: %w: %w", cases.ErrRefused, err)
	}
	if err := p.sender.deliver(ctx, m); err != nil {
		return cases.Receipt{}, fmt.Errorf("answering by mail: %w", err)
	}
	receipt := cases.Receipt{ID: id, At: p.sender.Clock().UTC()}
	if p.files {
		if err := p.file(ctx, m); err != nil && p.refused != nil {
			p.refused(err) // the answer itself is out
		}
	}
	return receipt, nil
}

// id is the same at each attempt, and another for other words.
func (p *Replier) id(r cases.Reply) string {
	if r.Aside() {
		return wire.AsideID(r.Identity(), p.domain)
	}
	return wire.AnswerID(r.Identity(), p.domain)
}

// sendable refuses what mail would change, and whom nobody should write to.
func (p *Replier) sendable(r cases.Reply) (wire.Target, error) {
	target, err := wire.ParseTarget(r.Mention.ReplyTo)
	if err == nil {
		err = responder.Postable(r)
	}
	switch {
	case err != nil:
		return target, err
	case r.Mention.Ours, strings.EqualFold(target.To, p.own):
		return target, errors.New("the answer would come to ourselves")
	case wire.Machine(target.To):
		return target, errors.New("nobody reads what is sent to " + target.To)
	case wire.Answers(target.Refs) >= maxAnswers:
		return target, fmt.Errorf("this conversation was answered %d times; the next answer is for a person's own mail program", maxAnswers)
	}
	return target, p.Fits(r.Text)
}

// subject is the subject of an answer.
func subject(theirs string) string {
	theirs = strings.TrimSpace(theirs)
	for _, re := range []string{"re:", "رد:", "aw:"} {
		if len(theirs) >= len(re) && strings.EqualFold(theirs[:len(re)], re) {
			return theirs
		}
	}
	return strings.TrimSpace("Re: " + theirs)
}

// page is the text once more for programs that show Arabic properly only in a
// page: each paragraph in its own direction.
func page(text string) string {
	return `<div dir="auto" style="white-space: pre-wrap; unicode-bidi: plaintext">` + html.EscapeString(text) + "</div>"
}

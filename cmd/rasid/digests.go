package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
	"rasid/responder/mail"
)

// counter counts digests by the targets and the hours of an office.
func counter(o *responder.Office, s *store.Store) digest.Counter {
	return digest.Counter{Book: s, Load: watched{s, o}, Promises: s, Incidents: s, Targets: digest.Targets{
		Of: func(c cases.Case) (ack, reply time.Duration) {
			t := o.TargetOf(c)
			return t.Acknowledge, t.Reply
		},
		Elapsed: o.Elapsed,
	}}
}

// watched is the records as reports, the page and the figures tell of them: that
// a source which is not watched any more failed at its end is no news.
type watched struct {
	*store.Store
	office *responder.Office
}

func (h *house) watched() watched { return watched{h.store, h.office} }

// Statuses is the state of the sources, without errors of those that are gone.
func (w watched) Statuses(ctx context.Context) ([]cases.SourceStatus, error) {
	list, err := w.Store.Statuses(ctx)
	for i, st := range list {
		if _, still := w.office.Places[st.Source]; !still {
			list[i].LastError, list[i].ErrorsInRow, list[i].Stalled = "", 0, false
		}
	}
	return list, err
}

// measures is as much of the office as counting needs.
func measures(cfg *config.Config) *responder.Office {
	o := &responder.Office{
		Hours: cfg.Calendar(""), Places: map[string]responder.Place{},
		Policy: responder.Policy{Targets: targets(cfg.Policy.Targets, config.Targets{})},
	}
	for _, s := range cfg.Sources {
		o.Places[s.Name] = responder.Place{Name: s.Name, Hours: cfg.Calendar(s.Branch), Targets: targets(cfg.Policy.Targets, s.Targets)}
	}
	return o
}

// figures counts a span of days.
func (h *house) figures(ctx context.Context, span digest.Span) (digest.Figures, error) {
	return counter(h.office, h.store).Tally(ctx, span, h.now())
}

// spanOf is the local days that a report tells of.
func (h *house) spanOf(day time.Time, period responder.Period) digest.Span {
	day = day.In(h.office.Zone)
	switch period {
	case responder.OneWeek:
		return digest.Days(day, 7)
	case responder.OneMonth:
		return digest.Month(day)
	case responder.OneDay:
	}
	return digest.Day(day)
}

// digest writes the report of a period for a chat.
func (h *house) digest(ctx context.Context, day time.Time, period responder.Period, language string) (string, []byte, error) {
	f, err := h.figures(ctx, h.spanOf(day, period))
	if err != nil {
		return "", nil, err
	}
	return h.forChat(f, language)
}

func (h *house) forChat(f digest.Figures, language string) (string, []byte, error) {
	say, business := h.office.Words[language], h.cfg.Business.Name.In(language)
	png, err := f.PNG(say, business)
	return f.Chat(say, business), png, err
}

// recipient is somebody who gets a digest every day.
type recipient struct {
	target   string // the name of a room, or mail:ADDRESS
	language string
	zone     *time.Location // in which the time of day counts
}

// mailTarget begins the target of an address.
const mailTarget = "mail:"

// recipients lists everybody who gets a digest.
func recipients(cfg *config.Config) []recipient {
	own := string(cfg.Digest.Language)
	var list []recipient
	for _, name := range cfg.Digest.Rooms {
		r := recipient{target: name, language: own, zone: cfg.Business.Zone.Location}
		for _, room := range cfg.Rooms {
			if room.Name == name && r.language == "" {
				r.language = string(room.Language)
			}
		}
		list = append(list, r)
	}
	m := cfg.Digest.Mail
	for _, to := range m.To {
		r := recipient{target: mailTarget + to, language: own, zone: m.Zone.Location}
		if m.Language != "" {
			r.language = string(m.Language)
		}
		if r.zone == nil {
			r.zone = cfg.Business.Zone.Location
		}
		list = append(list, r)
	}
	for i := range list {
		if list[i].language == "" {
			list[i].language = string(cfg.Business.Language)
		}
	}
	return list
}

// planDigests puts the digests that are due into the outbox.
func (h *house) planDigests(ctx context.Context, now time.Time) (int, error) {
	p := planner{records: h.store, at: h.cfg.Digest.At, zone: h.office.Zone, write: h.writeDigest}
	for _, r := range recipients(h.cfg) {
		if err := p.plan(ctx, r, now); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// writeDigest writes the digest of a day, with the days before it that were
// never told.
func (h *house) writeDigest(ctx context.Context, r recipient, day digest.Span, missed []time.Time) (string, []byte, error) {
	f, err := h.figures(ctx, day)
	if err != nil {
		return "", nil, err
	}
	f.TakeIn(missed)
	if !strings.HasPrefix(r.target, mailTarget) {
		return h.forChat(f, r.language)
	}
	l, err := letter(f, h.office.Words[r.language], h.cfg.Business.Name.In(r.language))
	if err != nil {
		return "", nil, err
	}
	body, err := json.Marshal(envelope{Key: digestKey(day.From, r.target), Letter: l})
	return l.Text, body, err
}

// envelope is how an outbox row holds a letter.
type envelope struct {
	Key    string
	Letter mail.Letter
}

// mailbox is the e-mail as a staff room: it can be told something, and says
// nothing.
type mailbox struct {
	page
	sender *mail.Sender
}

// Say sends the letter that a digest's outbox row holds.
func (m mailbox) Say(ctx context.Context, room, _ string, body []byte) error {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("reading a letter: %w: %w", cases.ErrRefused, err)
	}
	return m.sender.Send(ctx, e.Key, strings.TrimPrefix(room, mailTarget), e.Letter)
}

// mailer makes the sender of e-mail.
func mailer(c config.Mail, now func() time.Time) *mail.Sender {
	return &mail.Sender{
		Server: c.SMTP, TLS: string(c.TLS), From: c.From, User: c.User, Password: outbound.Secret(c.Password), Dial: mailWay(c.SMTP).DialContext, Clock: now,
	}
}

// mailWay is the way to mail servers. The operator named them, so they may be
// on this machine; nothing else may be reached this way.
func mailWay(servers ...string) *outbound.Client {
	o := outbound.Options{AllowHosts: servers}
	for _, s := range servers {
		_, port, _ := net.SplitHostPort(s)
		n, _ := net.DefaultResolver.LookupPort(context.Background(), "tcp", port) // a list on this machine: nobody is asked
		o.Ports = append(o.Ports, n)
	}
	return outbound.New(o)
}

// mailDuties are the duties that send digests by e-mail, one for each address:
// an address that is refused holds up no other.
func (h *house) mailDuties() []duty {
	var list []duty
	h.secrets.Add(outbound.Secret(h.cfg.Digest.Mail.Password))
	box := mailbox{sender: mailer(h.cfg.Digest.Mail, h.now)}
	for _, to := range h.cfg.Digest.Mail.To {
		room := responder.Room{Name: mailTarget + to, Platform: "mail", Chat: box}
		say := &responder.Speaker{Outbox: h.store, Room: room, Kind: cases.SendDigest, Owner: h.owner, Clock: h.now}
		list = append(list, duty{name: "say digest " + room.Name, every: 5 * time.Second, step: say.Step})
	}
	return list
}

// letter writes a digest as an e-mail.
func letter(f digest.Figures, say *phrases.Catalogue, business string) (mail.Letter, error) {
	l, err := f.Letter(say, business)
	return mail.Letter(l), err
}

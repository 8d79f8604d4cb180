package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/console"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
	"rasid/responder/outlet"
)

// page is the console as a staff room: it reads the cases themselves, so there
// is nothing to send it.
type page struct{}

// Show has nothing to do: the page shows every case as it is.
func (page) Show(_ context.Context, room string, _ responder.Card, _ string) (string, error) {
	return room, nil
}

// Say has nothing to do: notices are lines of the history, which the page shows.
func (page) Say(context.Context, string, string, []byte) error { return nil }

// Listen waits: the page calls the clerk itself.
func (page) Listen(ctx context.Context, _ func(context.Context, responder.Decision) (responder.Answer, error)) error {
	<-ctx.Done()
	return nil
}

// record shows the store to the page.
type record struct{ *store.Store }

// List turns the page's filter into the store's.
func (r record) List(ctx context.Context, f console.Filter) ([]cases.Case, error) {
	return r.Store.List(ctx, store.Filter{
		States: f.States, Source: f.Source, Query: f.Query, Severity: f.Severity, Worst: f.Worst, Skip: f.Skip, Limit: f.Limit,
	})
}

// Before shows what a mention said before it was changed.
func (r record) Before(ctx context.Context, mentionNum int64) ([]cases.Mention, error) {
	revisions, err := r.Revisions(ctx, mentionNum)
	if err != nil {
		return nil, err
	}
	before := make([]cases.Mention, len(revisions))
	for i, v := range revisions {
		before[i] = cases.Mention{Title: v.Title, Text: v.Text, Stars: v.Stars, EditedAt: v.EditedAt}
	}
	return before, nil
}

// console makes the page of the house.
func (h *house) console(ctx context.Context) (*console.Console, error) {
	room := ""
	for _, r := range h.cfg.Rooms {
		if r.Kind == "console" {
			room = r.Name
			break // the first one: the room where staff of the page begin
		}
	}
	key, err := h.store.Secret(ctx, invitationKey, 32)
	if err != nil {
		return nil, fmt.Errorf("reading the key of invitations: %w", err)
	}
	rec := record{h.store}
	o := console.Options{
		Office: h.office, Name: h.cfg.Business.Name.In, Record: rec, Detail: rec, Ledger: h.store, Clerk: pageClerk{h}, Visits: h.store, Passwords: h.store,
		Key: key, Spend: h.store.UseToken, Pulse: h.store.Pulse, Room: room, Language: string(h.cfg.Business.Language),
		Digest: func(ctx context.Context, day time.Time, period responder.Period) (digest.Figures, error) {
			return h.figures(ctx, h.spanOf(day, period))
		},
		Incidents: func(ctx context.Context) ([]cases.Incident, error) { return h.store.Incidents(ctx, 50) },
		Incident: func(ctx context.Context, i cases.Incident) (responder.IncidentDetail, error) {
			b := responder.Bulletin{Tally: h.store, Desk: h.store, Office: h.office}
			return b.Look(ctx, i, h.now())
		},
		Wordings: savedWordings(h.cfg).List,
		Promises: func(ctx context.Context) ([]cases.Promise, error) {
			return h.store.Promises(ctx)
		},
		Sources: h.watched().Statuses, Stopped: posting{h.store}.Stopped, Terms: terms(h.cfg), Metrics: h.metrics(), Hooks: h.hooks(""), Clock: h.now, Log: h.log.With("part", "console"),
	}
	if err := reach(&o, h.cfg.Console); err != nil {
		return nil, err
	}
	if h.outlet != nil {
		o.Outlet = func() ([]console.Post, error) { return posts(h.outlet) }
	}
	return console.New(o)
}

// terms is the part of the policy that only config.yaml knows.
func terms(cfg *config.Config) console.Terms {
	t := console.Terms{
		ReplyWithin: cfg.Policy.Commitment.ReplyWithin, Contacts: cfg.Policy.Contacts, Keep: cfg.Keep,
		PerAuthorDay: cfg.Policy.Budgets.PerAuthorDay, PerHour: cfg.Policy.Budgets.PerHour, PerDay: cfg.Policy.Budgets.PerDay,
	}
	for _, o := range cfg.Policy.Offers {
		t.Offers = append(t.Offers, o.Name+": "+o.AR+" / "+o.EN)
	}
	for _, r := range cfg.Rooms {
		t.Levels = append(t.Levels, console.Level{Number: r.Level, Room: r.Name, Kind: r.Kind})
	}
	slices.SortStableFunc(t.Levels, func(a, b console.Level) int { return cmp.Compare(a.Number, b.Number) })
	return t
}

// reach says who may reach the page, under which names, and how. It refuses
// what would show customers' words to a network without encryption.
func reach(o *console.Options, c config.Console) error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("reading console.listen: %w", err)
	}
	for _, p := range c.Proxies {
		prefix, err := netip.ParsePrefix(p)
		if addr, e := netip.ParseAddr(p); e == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("reading console.proxies: %w", err)
		}
		o.Proxies = append(o.Proxies, prefix)
	}
	if c.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return fmt.Errorf("reading the certificate of the page: %w", err)
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil {
			return fmt.Errorf("reading console.url: %w", err)
		}
		o.Hosts = append(o.Hosts, strings.ToLower(u.Hostname()))
	}
	addr, err := netip.ParseAddr(host)
	if host == "localhost" || err == nil && addr.IsLoopback() {
		return nil
	}
	switch {
	case o.TLS == nil && len(o.Proxies) == 0:
		return fmt.Errorf("the page at %s would be open to other machines without encryption: give console.tls_cert and tls_key, or name the proxies in front of it", c.Listen)
	case len(o.Office.People) == 0:
		return fmt.Errorf("the page at %s would be open to other machines, and nobody is under staff", c.Listen)
	case c.URL == "" && (err != nil || addr.IsUnspecified()):
		return fmt.Errorf("the page at %s answers to names it knows only: write the one people use as console.url", c.Listen)
	case err == nil && !addr.IsUnspecified():
		o.Hosts = append(o.Hosts, addr.String())
	}
	o.Bare = o.TLS == nil
	return nil
}

// servePage opens the local page, unless it is switched off.
func (p *program) servePage(ctx context.Context, h *house, done chan<- error) error {
	if h.cfg.Console.Listen == "off" || h.cfg.Console.Listen == "" {
		return nil
	}
	c, err := h.console(ctx)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", h.cfg.Console.Listen)
	if err != nil {
		return fmt.Errorf("opening the page at %s: %w (write another port under console: listen:)", h.cfg.Console.Listen, err)
	}
	go func() { done <- c.Serve(ctx, l) }()
	if who, ok := firstIn(h.office.People); ok {
		token := console.Invitation(c.Key, who.ID, h.now().Add(time.Hour))
		fmt.Fprintf(p.out, "\n  %s\n  %s%s\n\n", p.words.Say("run.link", "name", p.name(who.Name)), pageURL(h.cfg, l.Addr().String()), console.InvitationPath(token))
	}
	return nil
}

// firstIn is the person who may decide most: the first one in.
func firstIn(people []responder.Person) (best responder.Person, ok bool) {
	for _, p := range people {
		if !ok || p.Role > best.Role {
			best, ok = p, true
		}
	}
	return best, ok
}

// pageURL is how people reach the page: as configured, or at its address.
func pageURL(cfg *config.Config, addr string) string {
	switch {
	case cfg.Console.URL != "":
		return strings.TrimRight(cfg.Console.URL, "/")
	case cfg.Console.TLSCert != "":
		return "https://" + addr
	}
	return "http://" + addr
}

func posts(o *outlet.Outlet) ([]console.Post, error) {
	all, err := o.Posts()
	if err != nil {
		return nil, err
	}
	out := make([]console.Post, len(all))
	for i, p := range all {
		out[i] = console.Post{Author: p.Author, Said: p.Said, Text: p.Text, At: p.At}
	}
	return out, nil
}

// report opens a case from what a member of staff heard. Each report is its
// own customer: two reports by one colleague must not join.
func (h *house) report(ctx context.Context, by responder.Person, text string, now time.Time) (int64, error) {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails (Go 1.24+)
	id := fmt.Sprintf("%s/%s", by.ID, hex.EncodeToString(b))
	m := cases.Mention{Source: responder.ReportSource, ID: id, AuthorID: id, Author: by.Name, Text: text, PostedAt: now, Direct: true}
	if _, err := h.store.Record(ctx, responder.ReportSource, cases.Page{Mentions: []cases.Mention{m}}, now); err != nil {
		return 0, err
	}
	list, err := h.store.List(ctx, store.Filter{Source: responder.ReportSource, Limit: 20})
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		for _, said := range c.Mentions {
			if said.ID == id {
				return c.ID, nil
			}
		}
	}
	return 0, fmt.Errorf("finding the case of report %s: %w", id, cases.ErrNotFound)
}

package responder_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	discordwire "rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
	telegramwire "rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/responder"
	saydiscord "rasid/responder/discord"
	saytelegram "rasid/responder/telegram"
	"rasid/watchers"
	"rasid/watchers/discord"
	"rasid/watchers/telegram"
)

// The chats of the day.
const (
	groupChat = -1001234567890 // customers on Telegram
	deskChat  = -1009876543210 // the desk
	patience  = 20 * time.Second
)

// world is both platforms as the day runs on them: the customers' group and the
// desk on a fake Telegram, the customers' channel and the owners' room on a
// fake Discord. What is said there is read by the watchers, and cards and
// replies go out by the same adapters as in the program.
type world struct {
	d        *day
	tg       *faketelegram.Server
	dc       *fakediscord.Server
	support  string // channel of customers
	owners   string // channel of the owners
	net      *outbound.Client
	sources  map[string]watchers.Source
	repliers map[string]*posting
	stop     func()
	heard    map[string]int              // mentions read, by source
	refs     map[string]map[int64]string // where the newest card of a case stands, by room
}

func newWorldOf(d *day) *world {
	d.t.Helper()
	w := &world{d: d, tg: faketelegram.New(), heard: map[string]int{}, refs: map[string]map[int64]string{"desk": {}, "owners": {}}}
	d.must(w.tg.Start())
	d.t.Cleanup(w.tg.Close)
	w.tg.AddChat(groupChat, "supergroup", "Noor customers")
	w.tg.AddChat(deskChat, "supergroup", "Noor desk")
	w.enrol()
	var err error
	w.dc, err = fakediscord.Start()
	d.must(err)
	d.t.Cleanup(w.dc.Close)
	w.support, w.owners = w.dc.AddChannel("support"), w.dc.AddChannel("owners")
	w.net = outbound.New(outbound.Options{AllowHosts: []string{w.dc.Addr(), strings.TrimPrefix(w.tg.URL(), "http://")}, Timeout: 10 * time.Second})
	d.t.Cleanup(w.net.Close)
	w.connect()
	d.t.Cleanup(func() { w.stop() })
	return w
}

// connect makes the connections, the watchers, the rooms and the places over
// the store as it is now; after a restart all of them are new.
func (w *world) connect() {
	d := w.d
	d.t.Helper()
	log := slog.New(slog.DiscardHandler)
	client := telegramwire.New(telegramwire.Config{Token: outbound.Secret(faketelegram.Token), API: w.tg.URL(), Now: d.clock}, w.net, log)
	conn := telegramwire.Connect(client, "tg", d.store, log)
	conn.Watch(groupChat)
	desk, err := saytelegram.NewChat(conn, d.office.Signer, d.store, log, saytelegram.Room{Name: "desk", Chat: deskChat, Language: "en"})
	d.must(err)
	gateway, err := discordwire.New(discordwire.Config{Account: "dc", Token: outbound.Secret(fakediscord.Token), API: w.dc.API(), Net: w.net, Inbox: d.store, Log: log,
		Times: discordwire.Times{Identify: time.Millisecond, Pause: 10 * time.Millisecond}})
	d.must(err)
	owners, err := saydiscord.NewChat(gateway, d.office.Signer, d.clock, log, saydiscord.Room{Name: "owners", Channel: w.owners, Language: "en"})
	d.must(err)
	w.sources = map[string]watchers.Source{
		"group":  &telegram.Source{Name: "group", Account: "tg", Config: telegram.Config{Chat: groupChat, Dedicated: true}, Inbox: d.store, Client: client},
		"server": discord.New(discord.Config{Channel: w.support, Dedicated: true}, "server", gateway, d.store, nil),
	}
	w.repliers = map[string]*posting{
		"group":  {d: d, inner: saytelegram.Replier{Client: client}},
		"server": {d: d, inner: &saydiscord.Replier{Client: gateway, Clock: d.clock}},
	}
	for name, p := range w.repliers {
		place := d.office.Places[name]
		place.Replier = p
		d.office.Places[name] = place
	}
	for i := range d.office.Rooms {
		r := &d.office.Rooms[i]
		r.Chat = both{d.rooms[r.Name], map[string]responder.StaffChat{"desk": desk, "owners": owners}[r.Name], w.refs[r.Name]}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	customers := saytelegram.NewTaps(conn, log)
	running.Go(func() { _ = customers.Listen(ctx, d.clerk.Decide) })
	members := saydiscord.NewTaps(gateway, d.clock, log)
	running.Go(func() { _ = members.Listen(ctx, d.clerk.Decide) })
	running.Go(func() { _ = desk.Listen(ctx, d.clerk.Decide) })
	running.Go(func() { _ = owners.Listen(ctx, d.clerk.Decide) })
	running.Go(func() { _ = conn.Run(ctx) })
	running.Go(func() { _ = gateway.Run(ctx) })
	w.stop = func() { cancel(); running.Wait() }
	d.connections++
	if !w.dc.AwaitGateway(patience, d.connections) {
		d.t.Fatal("Discord was never connected")
	}
}

// said lets customers say what is due on their platform, and has the watchers
// read it.
func (w *world) said(page []cases.Mention) {
	w.d.t.Helper()
	want := map[string]int{}
	posted := map[string]time.Time{}
	for _, m := range page {
		want[m.Source]++
		posted[m.Source+m.AuthorID+m.Text] = m.PostedAt
		if m.Source == "group" {
			id := number(m.AuthorID)
			w.tg.AddUser(faketelegram.User{ID: id, First: m.Author})
			w.tg.Say(groupChat, id, m.Text)
			continue
		}
		w.dc.Say(fakediscord.Person{ID: m.AuthorID, Name: m.Author}, w.support, m.Text)
	}
	for _, source := range []string{"group", "server"} {
		if want[source] > 0 {
			w.read(source, want[source], posted)
		}
	}
}

// read polls a source until everything said there has arrived.
func (w *world) read(source string, n int, posted map[string]time.Time) {
	w.d.t.Helper()
	got := 0
	arrived := w.tg.Eventually(patience, func() bool {
		after, err := w.d.store.Cursor(w.d.t.Context(), source)
		w.d.must(err)
		page, err := w.sources[source].Poll(w.d.t.Context(), after)
		w.d.must(err)
		for i := range page.Mentions {
			m := &page.Mentions[i]
			if at, ok := posted[source+m.AuthorID+m.Text]; ok {
				m.PostedAt = at // the fakes live in real time
			}
			m.Source = source
		}
		_, err = w.d.store.Record(w.d.t.Context(), source, page, w.d.now)
		w.d.must(err)
		for _, m := range page.Mentions {
			if !m.Ours && !m.Bot {
				got++
			}
		}
		return got >= n
	})
	if !arrived {
		w.d.t.Fatalf("%d of %d mentions of %s were read", got, n, source)
	}
}

func number(s string) (n int64) {
	_, _ = fmt.Sscan(s, &n)
	return n
}

// posting is a place behind its real adapter; it keeps what was posted, and
// dates it by the clock of the day.
type posting struct {
	d     *day
	inner responder.Asker
}

func (p *posting) Talks()                 {}
func (p *posting) Fits(text string) error { return p.inner.Fits(text) }

func (p *posting) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	return p.Ask(ctx, r, nil)
}

func (p *posting) Ask(ctx context.Context, r cases.Reply, choices []responder.Button) (cases.Receipt, error) {
	receipt, err := p.inner.Ask(ctx, r, choices)
	if err == nil {
		receipt.At = p.d.now
		p.d.place.posted = append(p.d.place.posted, r)
		if len(choices) > 0 {
			p.d.asked = append(p.d.asked, question{r, choices, receipt})
		}
	}
	return receipt, err
}

// question is one that a customer was asked, with its buttons.
type question struct {
	reply   cases.Reply
	choices []responder.Button
	at      cases.Receipt
}

// both is a staff room on its platform; the newest cards are kept beside it.
type both struct {
	*room
	real responder.StaffChat
	refs map[int64]string
}

func (b both) Show(ctx context.Context, name string, c responder.Card, ref string) (string, error) {
	got, err := b.real.Show(ctx, name, c, ref)
	if err == nil {
		b.refs[c.Case] = got
		_, _ = b.room.Show(ctx, name, c, ref)
	}
	return got, err
}

func (b both) Say(ctx context.Context, name, text string, png []byte) error {
	err := b.real.Say(ctx, name, text, png)
	if err == nil {
		_ = b.room.Say(ctx, name, text, png)
	}
	return err
}

package main

import (
	"cmp"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"path/filepath"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/store"
	"rasid/responder"
	sayappstore "rasid/responder/appstore"
	saybluesky "rasid/responder/bluesky"
	saydiscord "rasid/responder/discord"
	saybusiness "rasid/responder/googlebusiness"
	sayplay "rasid/responder/googleplay"
	saylemmy "rasid/responder/lemmy"
	saymail "rasid/responder/mail"
	saymastodon "rasid/responder/mastodon"
	"rasid/responder/outlet"
	sayreddit "rasid/responder/reddit"
	saytelegram "rasid/responder/telegram"
	saytrustpilot "rasid/responder/trustpilot"
	saywebhook "rasid/responder/webhook"
	sayyoutube "rasid/responder/youtube"
	"rasid/watchers"
	"rasid/watchers/discord"
	"rasid/watchers/mastodon"
	"rasid/watchers/telegram"
)

// errAccount says that a part of the configuration needs a bot and names none.
var errAccount = errors.New("needs an account of its kind; add one under accounts")

// deps is what a kind may use to make its object.
type deps struct {
	name    string // of the source or room in config.yaml
	net     *outbound.Client
	store   *store.Store
	account *account // nil for kinds without one
	signer  responder.Signer
	staff   []config.Person
	dir     string // folder of config.yaml
	data    string // folder for everything the program writes
	now     func() time.Time
	log     *slog.Logger
	about   func(cases.Mention) bool // whether a mention is about the business; nil where everything is
}

// sourceKind is a platform that can be listened to.
type sourceKind struct {
	settings func() any // its own struct, holding the defaults
	every    func(settings any) time.Duration
	open     func(settings any, d deps) (watchers.Source, error)
	reply    string // kind of reply place when the configuration names none
	blind    bool   // deletions cannot be seen
	direct   bool   // all that is read is said to the business, whatever words it holds
	inbox    bool   // reads what a connection or another program put into our inbox
	handed   bool   // other programs hand in what is read: there is no platform that answers
	// wrong finds what is wrong with a source beyond its own settings; nil where
	// nothing can be.
	wrong func(settings any, s config.Source, business string) []cases.Fault

	// What people are told of the kind, in plain sentences: docs/sources.md,
	// `rasid sources` and the page show them.
	reads     string // what is read, and how
	answers   string // how an answer gets there, and how long it may be, in the platform's own unit
	limits    string // what the platform does not allow or does not show
	keys      string // what it takes to read and to answer
	edits     string // whether and when edits are seen
	deletions string // whether and when deletions are seen
	approval  string // why a person approves each answer unless a written rule says otherwise; "" where the program never answers
}

// ourRule is the approval of kinds whose platform has no rule about automatic
// answers.
const ourRule = "We know of no rule of the platform about it; ours is that words in public have a person behind them."

// notAllowed is what staff are told next to how a source fares.
func (k sourceKind) notAllowed() string {
	if k.approval == "" || k.approval == ourRule {
		return k.limits
	}
	return k.limits + " Answers are approved by a person: " + k.approval
}

// sourceKinds is every kind of source. A new one is registered in one line of the
// family it belongs to.
func sourceKinds() map[string]sourceKind {
	all := map[string]sourceKind{}
	for _, family := range families() {
		maps.Copy(all, family)
	}
	return all
}

func families() []map[string]sourceKind {
	return []map[string]sourceKind{reviewKinds(), messageKinds(), networkKinds(), forumKinds(), openKinds()}
}

// replyKind is a place where answers appear.
type replyKind struct {
	private  bool // answers go to the writer alone
	settings func() any
	open     func(settings any, d deps) (responder.Replier, error)
}

// replyKinds is where a new reply place is registered: one line.
func replyKinds() map[string]replyKind {
	return map[string]replyKind{
		"manual": {settings: func() any { return &struct{}{} }, open: func(any, deps) (responder.Replier, error) { return nil, nil }},
		"outlet": {
			settings: func() any { return &outletSettings{} },
			open: func(s any, d deps) (responder.Replier, error) {
				return outlet.New(filepath.Join(d.data, cmp.Or(s.(*outletSettings).File, "outlet.jsonl")), d.now)
			},
		},
		"telegram": {settings: func() any { return &struct{}{} }, open: func(_ any, d deps) (responder.Replier, error) {
			if d.account == nil || d.account.telegram == nil {
				return nil, errAccount
			}
			return saytelegram.Replier{Client: d.account.telegram.Client()}, nil
		}},
		"discord": {settings: func() any { return &struct{}{} }, open: func(_ any, d deps) (responder.Replier, error) {
			if d.account == nil || d.account.discord == nil {
				return nil, errAccount
			}
			return &saydiscord.Replier{Client: d.account.discord, Staff: discordIDs(d.staff), Clock: d.now}, nil
		}},
		"mastodon": answersBy(saymastodon.DefaultReplyConfig, saymastodon.New),
		"bluesky":  answersBy(zero, saybluesky.New),
		"lemmy": {settings: func() any { return &saylemmy.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return saylemmy.New(*s.(*saylemmy.ReplyConfig), d.net)
		}},
		"mail": {private: true, settings: func() any { c := saymail.DefaultReplyConfig(); return &c }, open: func(s any, d deps) (responder.Replier, error) {
			c := *s.(*saymail.ReplyConfig)
			return saymail.New(c, mailWay(c.Server, cmp.Or(c.IMAPServer, c.Server)), d.net, d.now, func(err error) { d.log.Warn("copy of an answer not filed", "err", err) })
		}},
		"googleplay":     answersBy(zero, sayplay.New),
		"appstore":       answersBy(zero, sayappstore.New),
		"googlebusiness": answersBy(zero, saybusiness.New),
		"reddit":         answersBy(zero, sayreddit.New),
		"trustpilot":     answersBy(zero, saytrustpilot.New),
		"youtube": {settings: func() any { c := sayyoutube.DefaultReplyConfig(); return &c }, open: func(s any, d deps) (responder.Replier, error) {
			return sayyoutube.New(*s.(*sayyoutube.ReplyConfig), d.store, d.net, d.now)
		}},
		"webhook": answersBy(saywebhook.DefaultReplyConfig, saywebhook.New),
	}
}

// answersBy is a reply place that is made of its settings, the way out and a
// clock.
func answersBy[C any, R responder.Replier](settings func() C, open func(C, *outbound.Client, func() time.Time) (R, error)) replyKind {
	return replyKind{
		settings: func() any { c := settings(); return &c },
		open: func(s any, d deps) (responder.Replier, error) {
			return open(*s.(*C), d.net, d.now)
		},
	}
}

// zero are settings without defaults.
func zero[C any]() (c C) { return c }

// outletSettings are the settings of the local outlet.
type outletSettings struct {
	// File is where the replies are written, inside the data folder.
	File string `yaml:"file"`
}

// chatRoom is one staff room with what its kind read of it.
type chatRoom struct {
	config.Room
	settings any
}

// chatKind is a platform where staff work. All rooms of one connection are
// opened together, because one reader hears them all.
type chatKind struct {
	settings func() any
	open     func(rooms []chatRoom, d deps) (responder.StaffChat, error)
}

// chatKinds is where a new staff room is registered: one line.
func chatKinds() map[string]chatKind {
	return map[string]chatKind{
		"console":  {settings: func() any { return &struct{}{} }, open: func([]chatRoom, deps) (responder.StaffChat, error) { return page{}, nil }},
		"telegram": {settings: func() any { return &saytelegram.RoomConfig{} }, open: chatOnTelegram},
		"discord":  {settings: func() any { return &struct{}{} }, open: chatOnDiscord},
	}
}

// fromInbox is how often a source looks into the inbox by itself. What arrives
// here wakes it; only what another instance put there waits so long.
const fromInbox = time.Second

// everyToot is how often a look at Mastodon begins: one that listens follows
// right after another.
func everyToot(s any) time.Duration {
	c := s.(*mastodon.Config)
	if c.Listens() {
		return min(c.Every, mastodon.Pace)
	}
	return c.Every
}

func openTelegram(s any, d deps) (watchers.Source, error) {
	if d.account == nil || d.account.telegram == nil {
		return nil, errAccount
	}
	conn, c := d.account.telegram, *s.(*telegram.Config)
	conn.Watch(c.All()...)
	var staff []int64
	for _, p := range d.staff {
		if id, err := strconv.ParseInt(string(p.Telegram), 10, 64); err == nil {
			staff = append(staff, id)
		}
	}
	return &telegram.Source{
		Name: d.name, Account: conn.Account(), Config: c, Inbox: d.store, Client: conn.Client(), Staff: staff, Strangers: conn.Strangers,
	}, nil
}

func openDiscord(s any, d deps) (watchers.Source, error) {
	if d.account == nil || d.account.discord == nil {
		return nil, errAccount
	}
	return discord.New(*s.(*discord.Config), d.name, d.account.discord, d.store, discordIDs(d.staff)), nil
}

func discordIDs(staff []config.Person) []string {
	var ids []string
	for _, p := range staff {
		if p.Discord != "" {
			ids = append(ids, string(p.Discord))
		}
	}
	return ids
}

func chatOnTelegram(rooms []chatRoom, d deps) (responder.StaffChat, error) {
	if d.account == nil || d.account.telegram == nil {
		return nil, errAccount
	}
	var list []saytelegram.Room
	for _, r := range rooms {
		chat, err := strconv.ParseInt(string(r.Chat), 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, saytelegram.Room{Name: r.Name, Chat: chat, Topic: r.settings.(*saytelegram.RoomConfig).Topic, Language: string(r.Language)})
	}
	return saytelegram.NewChat(d.account.telegram, d.signer, d.store, d.log, list...)
}

func chatOnDiscord(rooms []chatRoom, d deps) (responder.StaffChat, error) {
	if d.account == nil || d.account.discord == nil {
		return nil, errAccount
	}
	var list []saydiscord.Room
	for _, r := range rooms {
		list = append(list, saydiscord.Room{Name: r.Name, Channel: string(r.Chat), Language: string(r.Language)})
	}
	return saydiscord.NewChat(d.account.discord, d.signer, d.now, d.log, list...)
}

func keys[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

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
	"rasid/watchers/appstore"
	"rasid/watchers/bluesky"
	"rasid/watchers/discord"
	"rasid/watchers/feed"
	"rasid/watchers/googlebusiness"
	"rasid/watchers/googleplay"
	"rasid/watchers/hackernews"
	"rasid/watchers/lemmy"
	"rasid/watchers/mail"
	"rasid/watchers/mastodon"
	"rasid/watchers/reddit"
	"rasid/watchers/stackexchange"
	"rasid/watchers/telegram"
	"rasid/watchers/telegramweb"
	"rasid/watchers/trustpilot"
	"rasid/watchers/webhook"
	"rasid/watchers/youtube"
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
	inbox    bool   // reads what a connection or another program put into our inbox
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

// sourceKinds is where a new source is registered: one line.
func sourceKinds() map[string]sourceKind { //nolint:funlen // one entry for each kind, to be read as a table
	return map[string]sourceKind{
		"feed": {
			settings: func() any { c := feed.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*feed.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				c := *s.(*feed.Config)
				c.Dir = d.dir
				return feed.New(c, d.name, d.net, d.now)
			},
			reply:     "manual",
			limits:    "A feed takes no replies, and shows only its newest items.",
			blind:     true,
			reads:     "Posts and reviews in RSS, Atom and JSON feeds, Apple's customer reviews among them, by fetching the feed.",
			answers:   "By hand: staff post the text behind the link.",
			keys:      "None; headers with a key where the feed asks for one.",
			edits:     "Seen while the item is in the feed.",
			deletions: "Not seen: an item that left the feed may still stand.",
		},
		"telegram": {
			settings: func() any { return &telegram.Config{} },
			every:    func(any) time.Duration { return fromInbox },
			inbox:    true,
			open:     openTelegram,
			reply:    "telegram",
			limits:   "Telegram does not tell bots of deletions, and keeps what a bot missed for 24 hours.",
			blind:    true,
			reads:    "Messages in groups and channels that the bot is a member of, as they are written.",
			answers:  "As the bot, under the message; at most 4,096 UTF-16 units.",
			keys:     "A bot's token; in groups its privacy mode off, or the bot an administrator.",

			edits:     "Seen.",
			deletions: "Not seen.",
			approval:  ourRule,
		},
		"discord": {
			settings:  func() any { c := discord.DefaultConfig(); return &c },
			every:     func(any) time.Duration { return fromInbox },
			inbox:     true,
			open:      openDiscord,
			reply:     "discord",
			reads:     "Messages in channels, forums and threads that the bot may read, as they are written.",
			answers:   "As the bot, under the message; at most 2,000 characters.",
			keys:      "A bot's token, with the message content intent switched on.",
			edits:     "Seen.",
			deletions: "Seen.",
			limits:    "Without the message content intent, messages arrive empty; verified bots need Discord's approval for it.",
			approval:  ourRule,
		},
		"hackernews": {
			settings: func() any { c := hackernews.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*hackernews.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return hackernews.New(*s.(*hackernews.Config), d.name, d.net, d.now)
			},
			reply:     "manual",
			limits:    "Hacker News takes no replies by API, and a search lists at most 1,000 results.",
			reads:     "Stories and comments that hold a name, by the public search that Algolia runs.",
			answers:   "By hand: staff post the text behind the link.",
			keys:      "None.",
			edits:     "Seen for an hour, as the search shows them.",
			deletions: "Seen for two days, within some hours; also what was killed by moderators or readers.",
		},
		"mail": {
			settings: func() any { c := mail.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*mail.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				c := *s.(*mail.Config)
				return mail.New(c, d.name, mailWay(c.Server), d.net, d.now)
			},
			reply: "manual",

			reads:     "Letters in one folder of a mailbox, by IMAP, as they arrive where the server tells of them; also the alerts of review platforms, as the reviews they tell of.",
			answers:   "By SMTP, to the writer alone and in the same conversation; mail knows no limit, rasid allows 20,000 letters.",
			limits:    "Letters of machines, mailing lists and addresses behind which nobody reads are recorded and never answered. The first MiB of a letter is read.",
			keys:      "The user and password of the mailbox (many providers make one for each program), or the OAuth consent of its owner, as Gmail and Microsoft 365 want it.",
			edits:     "None: a letter that was sent stays as it is.",
			deletions: "None: a letter that was sent stays sent.",
			approval:  "A letter is private, and two programs that answer each other never end: nobody is answered automatically who did not write in person.",
		},
		"mastodon": {
			settings: func() any { c := mastodon.DefaultConfig(); return &c },
			every:    everyToot,
			open: func(s any, d deps) (watchers.Source, error) {
				return mastodon.New(*s.(*mastodon.Config), d.name, d.net, d.now)
			},
			reply:     "manual",
			limits:    "Only posts with the hashtag or a mention of us are seen; edits while the post is among the newest 40; deletions only just before a reply, and with a token while the server is listened to.",
			blind:     true,
			reads:     "Posts with a hashtag, and posts that mention our account, by the API of one server; with a token at once, by its streams.",
			answers:   "As our account, under the post and to its author only; at most 500 characters less 32 for the name, or what the server allows, an address counting 23.",
			keys:      "None for hashtags where the server shows them to everybody; a token for mentions, to listen and to answer.",
			edits:     "Seen while the post is among the newest 40, and just before a reply.",
			deletions: "Seen just before a reply; with a token also as they happen, while the server is listened to.",
			approval:  "Each server has rules of its own for accounts run by programs, and many want them to speak only when spoken to.",
		},
		"bluesky": {
			settings: func() any { c := bluesky.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*bluesky.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return bluesky.New(*s.(*bluesky.Config), d.name, d.about, d.net, d.now)
			},
			reply:     "manual",
			wrong:     everybody,
			reads:     "Every public post, through Jetstream; those with the source's words are kept, and those that answer or mention our account. With an app password also what our account is told, and searches.",
			answers:   "As our account, under the post; at most 300 letters and 3,000 bytes.",
			limits:    "Jetstream goes back 36 hours, and is no part of the protocol that Bluesky promises to keep. Only members can search.",
			keys:      "None to hear; an app password of our account to search, to read what it is told, and to answer.",
			edits:     "Seen, also just before a reply; without Jetstream within an hour, for two days.",
			deletions: "Seen, also just before a reply; without Jetstream within an hour, for two days.",
			approval:  "Bluesky acts against accounts that speak to people unasked and in bulk.",
		},
		"youtube": {
			settings: func() any { c := youtube.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*youtube.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return youtube.New(*s.(*youtube.Config), d.name, d.store, d.net, d.now)
			},
			reply:     "manual",
			blind:     true,
			reads:     "Comments under the videos of a channel, or under some videos, and the answers to them, by the Data API.",
			answers:   "As the channel, below the thread; at most 10,000 characters.",
			limits:    "A project has 10,000 units a day: a look costs one, an answer 50. Only the newest threads are looked at again: answers to older ones are not seen.",
			keys:      "An API key to read; the consent of the channel's owner to answer.",
			edits:     "Seen while the thread is among the newest 100, and just before a reply.",
			deletions: "Seen just before a reply only.",
			approval:  "YouTube takes comments that repeat themselves for spam.",
		},
		"lemmy": {
			settings: func() any { c := lemmy.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*lemmy.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return lemmy.New(*s.(*lemmy.Config), d.name, d.net, d.now)
			},
			reply:     "manual",
			limits:    "Only what the server knows is found. Many communities forbid companies that answer unasked.",
			reads:     "Posts and comments that hold a name, by the search of one server.",
			answers:   "As our account on that server, a comment under the post or comment; at most 10,000 characters.",
			keys:      "None to read; the account's token to answer.",
			edits:     "Seen for two days, within some hours.",
			deletions: "Seen for two days, within some hours, and just before a reply.",
			approval:  "Communities have rules of their own, and most forbid advertising: let staff approve every reply.",
		},
		"googleplay": {
			settings: func() any { c := googleplay.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*googleplay.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return googleplay.New(*s.(*googleplay.Config), d.name, d.net, d.now)
			},
			reply:     "manual",
			limits:    "Google lists reviews with words of the last seven days. Deletions are seen only just before a reply.",
			blind:     true,
			reads:     "Reviews of one app that have words, by the Android Publisher API.",
			answers:   "As the developer, one reply to each review; at most 350 characters.",
			keys:      "The key of a service account that may reply to reviews.",
			edits:     "Seen for seven days.",
			deletions: "Seen just before a reply only.",
			approval:  "One reply stands under each review and a second one replaces it, so a reply written in the console must not be overwritten unseen.",
		},
		"appstore": {
			settings: func() any { c := appstore.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*appstore.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return appstore.New(*s.(*appstore.Config), d.name, d.net, d.now)
			},
			reply:  "manual",
			limits: "Without a key Apple shows the newest 500 reviews of each country, and they cannot be answered. One answer for each review, shown after a while. Edits are seen on the first page; deletions only just before an answer.",
			blind:  true,
			wrong:  keyless,

			reads:     "Reviews of one app: the public feed of each country without a key, or all of them by App Store Connect.",
			answers:   "As the developer, one response to each review, which Apple shows after a while; at most 5,970 characters.",
			keys:      "None for the public feed; a key of App Store Connect to answer.",
			edits:     "Seen while the review is on the first page, and just before an answer.",
			deletions: "Seen just before a reply only.",
			approval:  "One response stands under each review and another one replaces it, so one that a colleague wrote must not be overwritten unseen.",
		},
		"googlebusiness": {
			settings: func() any { c := googlebusiness.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*googlebusiness.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return googlebusiness.New(*s.(*googlebusiness.Config), d.name, d.net, d.now)
			},
			reply:     "manual",
			limits:    "Google looks replies over before it shows them. Deletions are seen only just before a reply.",
			blind:     true,
			reads:     "Reviews of the locations of a Business Profile, by the reviews API (version 4).",
			answers:   "As the business, one reply to each review; at most 4,096 bytes, which are about 2,000 Arabic letters.",
			keys:      "The key of an account that manages the profile, in a project that Google has approved for the API.",
			edits:     "Seen.",
			deletions: "Seen just before a reply only.",
			approval:  "Google asks for the owner's express consent to what a program does in the profile, and looks replies over before it shows them.",
		},
		"reddit": {
			settings: func() any { c := reddit.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*reddit.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return reddit.New(*s.(*reddit.Config), d.name, d.net, d.now)
			},
			reply:  "manual",
			limits: "Without an application that Reddit approved, its feeds are often refused (\"blocked by Reddit\") and deletions are not seen; with one, edits and deletions are seen for two days.",
			blind:  true,

			reads:     "Posts and comments by feeds, or by Reddit's API with an application that Reddit approved.",
			answers:   "As our account, a comment under the post or comment; at most 10,000 characters.",
			keys:      "None for feeds; an approved application and an account of ours to read by the API and to answer.",
			edits:     "Seen for two days with an application; in feeds while the thing is listed.",
			deletions: "Not seen by feeds; for two days with an application.",
			approval:  "Reddit forbids accounts that write without a person: let staff approve every reply.",
		},
		"stackexchange": {
			settings: func() any { c := stackexchange.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*stackexchange.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return stackexchange.New(*s.(*stackexchange.Config), d.name, d.net, d.now)
			},
			reply:  "manual",
			limits: "Staff answer by the link: comments need reputation, and whoever works for the business must say so. 300 requests a day without a key. Questions only; edits and deletions are seen for two weeks.",

			reads:     "Questions by search and by tag, by the API of one site of Stack Exchange.",
			answers:   "By hand: staff post the text behind the link.",
			keys:      "None; a free key for more requests a day.",
			edits:     "Seen for two weeks.",
			deletions: "Seen for two weeks.",
		},
		"telegramweb": {
			settings: func() any { c := telegramweb.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*telegramweb.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return telegramweb.New(*s.(*telegramweb.Config), d.name, d.net, d.now)
			},
			reply:  "manual",
			limits: "The previews are no API and are read once an hour; groups have none, and a channel can hide its own.",
			blind:  true,

			reads:     "Public Telegram channels, by the previews that t.me shows to everybody.",
			answers:   "By hand: staff post the text behind the link.",
			keys:      "None.",
			edits:     "Seen while the message is among those shown, for two weeks at the most.",
			deletions: "Not seen: a deleted message is simply missing.",
		},
		"trustpilot": {
			settings: func() any { c := trustpilot.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*trustpilot.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return trustpilot.New(*s.(*trustpilot.Config), d.name, d.net, d.now)
			},
			reply:  "manual",
			limits: "Trustpilot sells its API by calls a year, and tells nobody how many are left. Edits are seen while a review is among the newest 100; deletions only just before a reply.",
			blind:  true,

			reads:     "Reviews of one business unit, by Trustpilot's API.",
			answers:   "As the business, one reply to each review; Trustpilot names no limit, rasid allows 3,000 characters. `rasid retract` takes one back.",
			keys:      "An API key to read; the application's secret and a business user's id to answer.",
			edits:     "Seen while the review is among the newest 100, and just before a reply.",
			deletions: "Seen just before a reply only.",
			approval:  "One reply stands under each review, and a colleague may have written it by hand.",
		},
		"webhook": {
			settings: func() any { return &webhook.Config{} },
			every:    func(any) time.Duration { return fromInbox },
			inbox:    true,
			open: func(s any, d deps) (watchers.Source, error) {
				return webhook.New(*s.(*webhook.Config), d.name, d.store, d.now)
			},
			reply:     "manual",
			limits:    "A message holds at most 500 mentions and 1 MiB, and must be less than five minutes old. Edits and deletions are seen when the sender tells of them.",
			reads:     "Whatever another program tells of, in signed messages of JSON ([webhooks.md](webhooks.md)).",
			answers:   "By a signed message to another program; at most 2,000 characters, or `max_length`.",
			keys:      "A secret shared with the other program.",
			edits:     "Seen when the sender tells of them.",
			deletions: "Seen when the sender tells of them.",
			approval:  ourRule,
		},
	}
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
		"mastodon": {settings: func() any { c := saymastodon.DefaultReplyConfig(); return &c }, open: func(s any, d deps) (responder.Replier, error) {
			return saymastodon.New(*s.(*saymastodon.ReplyConfig), d.net, d.now)
		}},
		"bluesky": {settings: func() any { return &saybluesky.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return saybluesky.New(*s.(*saybluesky.ReplyConfig), d.net, d.now)
		}},
		"lemmy": {settings: func() any { return &saylemmy.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return saylemmy.New(*s.(*saylemmy.ReplyConfig), d.net)
		}},
		"mail": {private: true, settings: func() any { c := saymail.DefaultReplyConfig(); return &c }, open: func(s any, d deps) (responder.Replier, error) {
			c := *s.(*saymail.ReplyConfig)
			return saymail.New(c, mailWay(c.Server, cmp.Or(c.IMAPServer, c.Server)), d.net, d.now, func(err error) { d.log.Warn("copy of an answer not filed", "err", err) })
		}},
		"googleplay": {settings: func() any { return &sayplay.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return sayplay.New(*s.(*sayplay.ReplyConfig), d.net, d.now)
		}},
		"appstore": {settings: func() any { return &sayappstore.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return sayappstore.New(*s.(*sayappstore.ReplyConfig), d.net, d.now)
		}},
		"googlebusiness": {settings: func() any { return &saybusiness.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return saybusiness.New(*s.(*saybusiness.ReplyConfig), d.net, d.now)
		}},
		"reddit": {settings: func() any { return &sayreddit.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return sayreddit.New(*s.(*sayreddit.ReplyConfig), d.net, d.now)
		}},
		"trustpilot": {settings: func() any { return &saytrustpilot.ReplyConfig{} }, open: func(s any, d deps) (responder.Replier, error) {
			return saytrustpilot.New(*s.(*saytrustpilot.ReplyConfig), d.net, d.now)
		}},
		"youtube": {settings: func() any { c := sayyoutube.DefaultReplyConfig(); return &c }, open: func(s any, d deps) (responder.Replier, error) {
			return sayyoutube.New(*s.(*sayyoutube.ReplyConfig), d.store, d.net, d.now)
		}},
		"webhook": {settings: func() any { c := saywebhook.DefaultReplyConfig(); return &c }, open: func(s any, d deps) (responder.Replier, error) {
			return saywebhook.New(*s.(*saywebhook.ReplyConfig), d.net, d.now)
		}},
	}
}

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

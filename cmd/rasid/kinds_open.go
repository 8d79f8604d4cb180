package main

import (
	"time"

	"rasid/watchers"
	"rasid/watchers/feed"
	"rasid/watchers/telegramweb"
)

// openKinds are read from pages and feeds that everybody may read.
func openKinds() map[string]sourceKind {
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
			limits:    "A feed shows only its newest items, and no reply goes back through it.",
			blind:     true,
			reads:     "Posts and reviews in RSS, Atom and JSON feeds, Apple's customer reviews among them, by fetching the feed.",
			answers:   "By hand: staff post the text behind the link.",
			keys:      "None; headers with a key where the feed asks for one.",
			edits:     "Seen while the item is in the feed.",
			deletions: "Not seen: an item that left the feed may still stand.",
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
	}
}

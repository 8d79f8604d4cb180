package main

import (
	"time"

	"rasid/watchers"
	"rasid/watchers/hackernews"
	"rasid/watchers/lemmy"
	"rasid/watchers/reddit"
	"rasid/watchers/stackexchange"
)

// forumKinds are places of threads, where many read what somebody asked.
func forumKinds() map[string]sourceKind {
	return map[string]sourceKind{
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
	}
}

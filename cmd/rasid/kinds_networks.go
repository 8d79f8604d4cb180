package main

import (
	"time"

	"rasid/watchers"
	"rasid/watchers/bluesky"
	"rasid/watchers/mastodon"
	"rasid/watchers/youtube"
)

// networkKinds are networks of people who follow each other.
func networkKinds() map[string]sourceKind {
	return map[string]sourceKind{
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
	}
}

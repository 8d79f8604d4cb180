package main

import (
	"time"

	"rasid/watchers"
	"rasid/watchers/appstore"
	"rasid/watchers/googlebusiness"
	"rasid/watchers/googleplay"
	"rasid/watchers/trustpilot"
)

// reviewKinds are places where customers review: all that is written there is
// said to the business, whatever words it holds.
func reviewKinds() map[string]sourceKind {
	return map[string]sourceKind{
		"appstore": {
			settings: func() any { c := appstore.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*appstore.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return appstore.New(*s.(*appstore.Config), d.name, d.net, d.now)
			},
			direct: true,
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
		"googleplay": {
			settings: func() any { c := googleplay.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*googleplay.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return googleplay.New(*s.(*googleplay.Config), d.name, d.net, d.now)
			},
			direct:    true,
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
		"googlebusiness": {
			settings: func() any { c := googlebusiness.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*googlebusiness.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return googlebusiness.New(*s.(*googlebusiness.Config), d.name, d.net, d.now)
			},
			direct:    true,
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
		"trustpilot": {
			settings: func() any { c := trustpilot.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*trustpilot.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				return trustpilot.New(*s.(*trustpilot.Config), d.name, d.net, d.now)
			},
			direct: true,
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
	}
}

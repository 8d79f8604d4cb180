package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/watchers/appstore"
	"rasid/watchers/bluesky"
	"rasid/watchers/match"
)

// inspect lets every part of a configuration be read by its own kind, and
// collects all mistakes. Nothing is opened and no network is touched.
func inspect(cfg *config.Config) config.Problems {
	var found config.Problems
	accounts, chats := accountKinds(), chatKinds()
	for _, name := range slices.Sorted(maps.Keys(cfg.Accounts)) {
		a := cfg.Accounts[name]
		if kind, ok := accounts[a.Kind]; ok {
			found = append(found, a.Decode(kind.settings())...)
		} else if a.Kind != "" {
			found = append(found, a.UnknownKind(slices.Collect(maps.Keys(accounts))))
		}
	}
	read := readers{}
	for _, s := range cfg.Sources {
		found = append(found, inspectSource(s, cfg.Business.Match, read)...)
	}
	for _, r := range cfg.Rooms {
		if kind, ok := chats[r.Kind]; ok {
			found = append(found, r.Decode(kind.settings())...)
		} else if r.Kind != "" {
			found = append(found, r.UnknownKind(slices.Collect(maps.Keys(chats))))
		}
	}
	found = append(found, inspectTopics(cfg)...)
	if err := store.Readable(cfg.Database); errors.Is(err, store.ErrSSLMode) {
		found = append(found, cfg.Problem("database", "the address has an unknown sslmode", "sslmode=disable, allow, prefer, require, verify-ca or verify-full"))
	} else if err != nil {
		found = append(found, cfg.Problem("database", "the address cannot be read", "the path of a file, or postgres://…"))
	}
	if cfg.Business.Match == "" {
		return found // without a name there is nothing to look for, and that is reported
	}
	if _, err := match.Parse(cfg.Business.Match); err != nil {
		found = append(found, cfg.Problem("business.match", err.Error(), queryAdvice))
	}
	return found
}

// inspectSource reads a source with its reply place; business is the
// query of the whole business, read the sources before it.
func inspectSource(s config.Source, business string, read readers) (found config.Problems) {
	sources, replies := sourceKinds(), replyKinds()
	if kind, ok := sources[s.Kind]; ok {
		settings := kind.settings()
		if found = s.Decode(settings); len(found) == 0 {
			found = append(found, read.twice(s, settings, kind.direct, business)...)
			if kind.wrong != nil {
				for _, f := range kind.wrong(settings, s, business) {
					found = append(found, s.Problem(f.Field, f.Problem, f.Write))
				}
			}
		}
	} else if s.Kind != "" {
		found = append(found, s.UnknownKind(slices.Collect(maps.Keys(sources))))
	}
	if kind, ok := replies[s.Reply.Kind]; ok {
		found = append(found, s.Reply.Decode(kind.settings())...)
	} else if s.Reply.Kind != "" {
		found = append(found, s.Reply.UnknownKind(slices.Collect(maps.Keys(replies))))
	}
	if s.Match != "" {
		if _, err := match.Parse(s.Match); err != nil {
			found = append(found, s.Problem("match", err.Error(), queryAdvice))
		}
	}
	return found
}

// inspectTopics looks that rooms and people are asked for topics there are: a
// misspelt one would never be asked for.
func inspectTopics(cfg *config.Config) config.Problems {
	topics, err := responder.NewTopics()
	if err != nil {
		return nil // the program's own files; opening the house tells
	}
	var found config.Problems
	known := topics.Known()
	look := func(path string, words []string) {
		for i, w := range words {
			if !slices.Contains(known, w) {
				found = append(found, cfg.Problem(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%q is not a topic", w), strings.Join(known, ", ")))
			}
		}
	}
	for i, r := range cfg.Rooms {
		look(fmt.Sprintf("rooms[%d].topics", i), r.Topics)
	}
	for i, p := range cfg.Staff {
		look(fmt.Sprintf("staff[%d].skills", i), p.Skills)
	}
	return found
}

const queryAdvice = `words, "phrases", AND, OR, NOT, author:, site: and lang:`

// keyless refuses to answer App Store reviews where only the public feeds are
// read: App Store Connect does not know them by the names they have there.
func keyless(settings any, s config.Source, _ string) []cases.Fault {
	if s.Reply.Kind != "appstore" || settings.(*appstore.Config).Keyed() {
		return nil
	}
	return []cases.Fault{{Field: "reply", Problem: "appstore cannot reach reviews of the public feeds, which App Store Connect names otherwise", Write: "reply: manual, or give the source the key too and leave out countries"}}
}

// everybody refuses to take everything that is said on Bluesky for words about
// the business, and our own answers for somebody else's.
func everybody(settings any, s config.Source, business string) []cases.Fault {
	var faults cases.Faults
	if s.Dedicated || strings.TrimSpace(cmp.Or(s.Match, business)) == "" {
		faults.Add("match", "is needed: the stream brings what everybody says about everything", `match: with the words to look for, and no dedicated:`)
	}
	if s.Reply.Kind == "bluesky" && settings.(*bluesky.Config).Handle == "" {
		faults.Add("handle", "is missing: without it our own answers would be heard as somebody else's", "handle: with the name of the account that answers, such as noor.bsky.social")
	}
	return faults
}

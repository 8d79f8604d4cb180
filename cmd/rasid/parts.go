package main

import (
	"maps"
	"net/url"
	"slices"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/watchers/match"
)

// inspect lets every part of a configuration be read by its own kind, and
// collects all mistakes. Nothing is opened and no network is touched.
func inspect(cfg *config.Config) config.Problems {
	var found config.Problems
	accounts, sources, replies, chats := accountKinds(), sourceKinds(), replyKinds(), chatKinds()
	for _, name := range slices.Sorted(maps.Keys(cfg.Accounts)) {
		a := cfg.Accounts[name]
		if kind, ok := accounts[a.Kind]; ok {
			found = append(found, a.Decode(kind.settings())...)
		} else if a.Kind != "" {
			found = append(found, a.UnknownKind(slices.Collect(maps.Keys(accounts))))
		}
	}
	for _, s := range cfg.Sources {
		if kind, ok := sources[s.Kind]; ok {
			found = append(found, s.Decode(kind.settings())...)
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
	}
	for _, r := range cfg.Rooms {
		if kind, ok := chats[r.Kind]; ok {
			found = append(found, r.Decode(kind.settings())...)
		} else if r.Kind != "" {
			found = append(found, r.UnknownKind(slices.Collect(maps.Keys(chats))))
		}
	}
	if _, err := match.Parse(cfg.Business.Match); err != nil {
		found = append(found, cfg.Problem("business.match", err.Error(), queryAdvice))
	}
	return found
}

const queryAdvice = `words, "phrases", AND, OR, NOT, author:, site: and lang:`

// accountKind is a platform that is spoken to through a bot of its own.
type accountKind struct {
	settings func() any // its own struct, holding the defaults
}

// accountKinds is where a platform with accounts is registered: one line.
func accountKinds() map[string]accountKind {
	bot := func(variable string) accountKind {
		return accountKind{settings: func() any { return &accountSettings{variable: variable} }}
	}
	return map[string]accountKind{
		"telegram": bot("TELEGRAM_TOKEN"),
		"discord":  bot("DISCORD_TOKEN"),
	}
}

// accountSettings are the settings of a bot.
type accountSettings struct {
	// Token is what the platform gave for the bot.
	Token outbound.Secret `yaml:"token"`
	// APIURL is the address of another server that speaks the platform's API: a
	// Bot API server of your own, or a proxy. Left out, the platform's.
	APIURL string `yaml:"api_url"`

	variable string // where a token usually is, for the advice
}

// Check lists every mistake in the settings.
func (a *accountSettings) Check() []cases.Fault {
	var faults []cases.Fault
	if a.Token.Empty() {
		faults = append(faults, cases.Fault{Field: "token", Problem: "no token", Write: "token: ${" + a.variable + "}, or token_file: path"})
	}
	if a.APIURL != "" {
		if u, err := url.Parse(a.APIURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			faults = append(faults, cases.Fault{Field: "api_url", Problem: "not an address", Write: "an address like https://bot-api.example.com, or leave it out"})
		}
	}
	return faults
}

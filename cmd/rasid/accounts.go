package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/platform/discord"
	"rasid/internal/platform/telegram"
	"rasid/internal/store"
)

// account is one bot's connection, shared by everything that listens and
// speaks through it: each platform hands every update to one reader only.
type account struct {
	name     string
	telegram *telegram.Connection // nil for other kinds
	discord  *discord.Client      // nil for other kinds
	secrets  []outbound.Secret    // kept out of logs
	run      func(ctx context.Context) error
}

// accountKind is a platform that bots connect to.
type accountKind struct {
	settings func() any
	open     func(settings any, name string, h *house) (*account, error)
}

// discordAccount is one Discord bot as config.yaml describes it.
type discordAccount struct {
	// Token is what the developer portal gave.
	Token outbound.Secret `yaml:"token"`
	// APIURL is the address of a REST proxy; left out, Discord's own.
	APIURL string `yaml:"api_url"`
}

// Check lists every mistake in a.
func (a discordAccount) Check() []cases.Fault {
	if a.Token.Empty() {
		return []cases.Fault{{Field: "token", Problem: "is missing", Write: `token: "${DISCORD_TOKEN}", with the bot's token in the environment, or token_file:`}}
	}
	return nil
}

// accountKinds is where a new kind of account is registered: one line.
func accountKinds() map[string]accountKind {
	return map[string]accountKind{
		"telegram": {
			settings: func() any { return &telegram.Account{} },
			open: func(s any, name string, h *house) (*account, error) {
				a := s.(*telegram.Account)
				client := telegram.New(telegram.Config{Token: a.Token, API: a.APIURL, PerMinute: a.PerMinute, Now: h.now}, h.net, h.log.With("account", name))
				conn := telegram.Connect(client, name, h.inbox(), h.log.With("account", name))
				return &account{name: name, telegram: conn, secrets: []outbound.Secret{a.Token}, run: conn.Run}, nil
			},
		},
		"discord": {
			settings: func() any { return &discordAccount{} },
			open: func(s any, name string, h *house) (*account, error) {
				a := s.(*discordAccount)
				client, err := discord.New(discord.Config{
					Account: name, Token: a.Token, API: a.APIURL, Net: h.net, Inbox: h.inbox(), Log: h.log.With("account", name),
				})
				if err != nil {
					return nil, err
				}
				return &account{name: name, discord: client, secrets: []outbound.Secret{a.Token}, run: client.Run}, nil
			},
		},
	}
}

// makeAccounts makes the connections; nothing is reached before they run.
func (h *house) makeAccounts(context.Context) error {
	h.accounts = map[string]*account{}
	var problems config.Problems
	for name, a := range h.cfg.Accounts {
		kind, ok := accountKinds()[a.Kind]
		if !ok {
			problems = append(problems, a.UnknownKind(slices.Collect(keys(accountKinds()))))
			continue
		}
		settings := kind.settings()
		if p := a.Decode(settings); len(p) > 0 {
			problems = append(problems, p...)
			continue
		}
		made, err := kind.open(settings, name, h)
		if err != nil {
			return fmt.Errorf("making account %s: %w", name, err)
		}
		h.accounts[name] = made
		h.secrets.Add(made.secrets...)
	}
	return problems.Err()
}

// letters is the inbox that connections fill; it wakes those who read it.
type letters struct {
	*store.Store
	bell *bell
}

func (h *house) inbox() letters { return letters{h.store, &h.arrivals} }

// PutInbox writes down what arrived, then rings.
func (l letters) PutInbox(ctx context.Context, account string, items []cases.InboxItem, mark string) error {
	err := l.Store.PutInbox(ctx, account, items, mark)
	if err == nil && len(items) > 0 {
		l.bell.ring()
	}
	return err
}

// connect runs every connection until ctx ends.
func (h *house) connect(ctx context.Context) {
	for _, a := range h.accounts {
		h.running.Go(func() {
			if err := a.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				h.log.Error("connection ended for good", "account", a.name, "err", err)
			}
		})
	}
}

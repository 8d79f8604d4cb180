package main

import (
	"cmp"
	"log/slog"
	"path/filepath"
	"time"

	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/outlet"
	"rasid/watchers"
	"rasid/watchers/feed"
)

// deps is what a kind may use to make its object.
type deps struct {
	name    string // of the source or room in config.yaml
	net     *outbound.Client
	store   *store.Store
	account *account // nil for kinds without one
	staff   []config.Person
	dir     string // folder of config.yaml
	data    string // folder for everything the program writes
	now     func() time.Time
	log     *slog.Logger
}

// sourceKind is a platform that can be listened to.
type sourceKind struct {
	settings func() any // its own struct, holding the defaults
	every    func(settings any) time.Duration
	open     func(settings any, d deps) (watchers.Source, error)
	reply    string // kind of reply place when the configuration names none
	limits   string // what the platform does not allow, in plain words
	blind    bool   // deletions cannot be seen
}

// sourceKinds is where a new source is registered: one line.
func sourceKinds() map[string]sourceKind {
	return map[string]sourceKind{
		"feed": {
			settings: func() any { c := feed.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*feed.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				c := *s.(*feed.Config)
				c.Dir = d.dir
				return feed.New(c, d.name, d.net, d.now)
			},
			reply:  "manual",
			limits: "A feed takes no replies: staff answer by the link.",
			blind:  true,
		},
	}
}

// replyKind is a place where answers appear.
type replyKind struct {
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
	}
}

// outletSettings are the settings of the local outlet.
type outletSettings struct {
	// File is where the replies are written, inside the data folder.
	File string `yaml:"file"`
}

// chatKind is a platform where staff work.
type chatKind struct {
	settings func() any
	open     func(settings any, room config.Room, d deps) (responder.StaffChat, error)
}

// chatKinds is where a new staff room is registered: one line.
func chatKinds() map[string]chatKind {
	return map[string]chatKind{
		"console": {
			settings: func() any { return &struct{}{} },
			open:     func(any, config.Room, deps) (responder.StaffChat, error) { return page{}, nil },
		},
	}
}

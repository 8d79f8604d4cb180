package discord

import (
	"fmt"

	"rasid/internal/cases"
	"rasid/internal/platform/discord"
	"rasid/watchers"
)

// Config is one source of kind discord as config.yaml describes it: one
// channel or forum, or several that are one place to staff.
type Config struct {
	// Channel is the id of the channel or forum to watch.
	Channel string `yaml:"channel"`
	// Channels are further ones.
	Channels []string `yaml:"channels"`
	// Threads says that threads of these channels are watched too.
	Threads bool `yaml:"threads"`
	// Dedicated says that everything said here is said to the business.
	Dedicated bool `yaml:"dedicated"`
}

// DefaultConfig watches threads too: customers answer in them.
func DefaultConfig() Config { return Config{Threads: true} }

// All returns every channel of the source.
func (c Config) All() []string {
	var all []string
	if c.Channel != "" {
		all = append(all, c.Channel)
	}
	return append(all, c.Channels...)
}

const howToID = "the channel's id, like 1100000000000000001 (in Discord: User Settings, Advanced, Developer Mode on; then right-click the channel, Copy Channel ID)"

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if len(c.All()) == 0 {
		faults.Add("channel", "is missing", howToID)
	}
	seen := map[string]bool{}
	look := func(field, id string) {
		switch {
		case discord.Snowflake(id) < 1<<22: // ids begin with the milliseconds since 2015
			faults.Add(field, fmt.Sprintf("%q is no id of a channel", id), howToID)
		case seen[id]:
			faults.Add(field, id+" stands here twice", "each channel once")
		}
		seen[id] = true
	}
	if c.Channel != "" {
		look("channel", c.Channel)
	}
	for i, id := range c.Channels {
		look(fmt.Sprintf("channels[%d]", i), id)
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	list := watchers.Spots("channels", "", c.Channels)
	if c.Channel != "" {
		list = append(list, watchers.Spot{Field: "channel", Same: " " + c.Channel})
	}
	return list
}

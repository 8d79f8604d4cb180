package bluesky

import (
	"fmt"
	"net/url"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/bluesky"
)

// Config is what is heard on Bluesky as config.yaml describes it.
type Config struct {
	// Handle is our own account there, such as noor.bsky.social: what answers
	// or mentions it is said to us, and what it says is ours.
	Handle string `yaml:"handle"`
	// Streams are the addresses of Jetstreams; when one fails, the next is read.
	Streams []string `yaml:"streams"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes; every post of the network since
	// then is read for it.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the public service that tells the names of accounts; left out,
	// Bluesky's own.
	APIURL string `yaml:"api_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{Streams: bluesky.Streams(), Every: 10 * time.Second, MaxAge: 10 * time.Minute}
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults []cases.Fault
	add := func(field, problem, write string) {
		faults = append(faults, cases.Fault{Field: field, Problem: problem, Write: write})
	}
	if c.Handle != "" && !bluesky.IsHandle(c.Handle) && !bluesky.IsDID(c.Handle) {
		add("handle", "is not the name of an account", "its name without @, such as noor.bsky.social, or its did:")
	}
	if len(c.Streams) == 0 {
		add("streams", "names none", "the address of a Jetstream, or leave it out")
	}
	for i, s := range c.Streams {
		if err := bluesky.CheckStream(s); err != nil {
			add(fmt.Sprintf("streams[%d]", i), "is "+err.Error(), "an address such as "+bluesky.Streams()[0])
		}
	}
	if c.Every < 5*time.Second {
		add("every", "is too often for a public server", "5s or more")
	}
	if c.MaxAge <= 0 || c.MaxAge > bluesky.Keeps {
		add("max_age", "is longer than Jetstream keeps, or nothing", "a duration up to 36h, such as 10m")
	}
	if u, err := url.Parse(c.APIURL); c.APIURL != "" && (err != nil || u.Host == "") {
		add("api_url", "is not an address", "an address such as https://public.api.bsky.app, or leave it out")
	}
	return faults
}

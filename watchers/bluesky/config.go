package bluesky

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/bluesky"
	"rasid/watchers"
)

// Config is what is heard on Bluesky as config.yaml describes it.
type Config struct {
	// Handle is our own account there, such as noor.bsky.social: what answers
	// or mentions it is said to us, and what it says is ours.
	Handle string `yaml:"handle"`
	// AppPassword is an app password of our account, to read what it is told
	// (replies, mentions, quotes) and to search; never the account's own password.
	AppPassword outbound.Secret `yaml:"app_password"`
	// Search are words to search for, each with the syntax of the app's own search;
	// it needs app_password.
	Search []string `yaml:"search"`
	// Server is the account's own server; left out, Bluesky's.
	Server string `yaml:"server"`
	// Streams are the addresses of Jetstreams; when one fails, the next is read.
	// An empty list reads none, for whoever has too little line for them: then
	// what our account is told and the searches are all.
	Streams []string `yaml:"streams"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes; where there are streams, every
	// post of the network since then is read for it.
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
	var faults cases.Faults
	if c.Handle != "" && !bluesky.IsHandle(c.Handle) && !bluesky.IsDID(c.Handle) {
		faults.Add("handle", "is not the name of an account", "its name without @, such as noor.bsky.social, or its did:")
	}
	if len(c.Streams) == 0 && c.AppPassword.Empty() {
		faults.Add("streams", "names none, and there is no app_password to read without", "the address of a Jetstream, or leave it out")
	}
	faults = append(faults, c.checkAccount()...)
	for i, s := range c.Streams {
		if err := bluesky.CheckStream(s); err != nil {
			faults.Add(fmt.Sprintf("streams[%d]", i), "is "+err.Error(), "an address such as "+bluesky.Streams()[0])
		}
	}
	if c.Every < 5*time.Second {
		faults.Add("every", "is too often for a public server", "5s or more")
	}
	if c.MaxAge <= 0 || len(c.Streams) > 0 && c.MaxAge > bluesky.Keeps {
		faults.Add("max_age", "is longer than Jetstream keeps, or nothing", "a duration up to 36h, such as 10m")
	}
	if u, err := url.Parse(c.APIURL); c.APIURL != "" && (err != nil || u.Host == "") {
		faults.Add("api_url", "is not an address", "an address such as https://public.api.bsky.app, or leave it out")
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	list := watchers.Spots("search", "search", watchers.Lower(c.Search))
	if len(c.Streams) > 0 {
		list = append(list, watchers.Spot{Same: "everything"})
	}
	if c.Handle != "" {
		list = append(list, watchers.Spot{Field: "handle", Same: "account " + strings.ToLower(c.Handle), ToUs: true})
	}
	return list
}

// maxSearches keeps a look well under the 3,000 requests in five minutes.
const maxSearches = 20

// checkAccount lists the mistakes in what needs our account.
func (c Config) checkAccount() []cases.Fault {
	var faults cases.Faults
	if !c.AppPassword.Empty() && !bluesky.IsAppPassword(c.AppPassword) {
		faults.Add("app_password", "is not an app password", bluesky.AppPasswordHow)
	}
	if !c.AppPassword.Empty() && c.Handle == "" {
		faults.Add("handle", "is missing, and the app password is this account's", "its name without @, such as noor.bsky.social")
	}
	if len(c.Search) > 0 && c.AppPassword.Empty() {
		faults.Add("app_password", "is missing, and only members can search", bluesky.AppPasswordHow)
	}
	if len(c.Search) > maxSearches {
		faults.Add("search", fmt.Sprintf("holds more than %d searches", maxSearches), "fewer")
	}
	for i, q := range c.Search {
		if strings.TrimSpace(q) == "" {
			faults.Add(fmt.Sprintf("search[%d]", i), "is empty", `search: ["noor coffee", "محمصة نور"]`)
		}
	}
	if u, err := url.Parse(c.Server); c.Server != "" && (err != nil || u.Host == "" || u.User != nil) {
		faults.Add("server", "is not an address", "the server's address, such as https://pds.example, or leave it out")
	}
	return faults
}

package appstore

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/apple"
	"rasid/watchers"
)

// Config is one app as config.yaml describes it.
type Config struct {
	// App is the number in the app's address on the App Store, behind id.
	App string `yaml:"app"`
	// Countries are the stores whose public reviews are read, such as sa, ae and
	// eg. With a key all stores are read, and none may be named.
	Countries []string `yaml:"countries"`
	// KeyID is the name of an API key of App Store Connect. With a key, reviews
	// come from there and can be answered.
	KeyID string `yaml:"key_id"`
	// IssuerID is the name of the team that the key belongs to.
	IssuerID string `yaml:"issuer_id"`
	// PrivateKey is the key itself, the whole .p8 file.
	PrivateKey outbound.Secret `yaml:"private_key"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the address of App Store Connect's API; left out, Apple's own.
	APIURL string `yaml:"api_url"`
	// FeedURL is where the public reviews lie; left out, Apple's own.
	FeedURL string `yaml:"feed_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config { return Config{Every: 15 * time.Minute, MaxAge: 168 * time.Hour} }

// maxCountries keeps one look within its minute.
const maxCountries = 20

var country = regexp.MustCompile(`^[a-z]{2}$`)

func (c Config) key() apple.Key {
	return apple.Key{ID: c.KeyID, Issuer: c.IssuerID, Private: c.PrivateKey}
}

// Keyed reports whether reviews come from App Store Connect. Only such reviews
// can be answered: the public feeds name them otherwise.
func (c Config) Keyed() bool { return c.KeyID != "" || c.IssuerID != "" || !c.PrivateKey.Empty() }

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if !apple.IsApp(c.App) {
		faults.Add("app", "is not the number of an app", `the digits behind id in its address, such as "1234567890"`)
	}
	switch {
	case c.Keyed() && len(c.Countries) > 0:
		faults.Add("countries", "cannot be chosen with a key, which brings the reviews of all stores", "countries without a key, or a key without countries")
	case c.Keyed():
		faults = append(faults, c.key().Check()...)
	case len(c.Countries) == 0 || len(c.Countries) > maxCountries:
		faults.Add("countries", fmt.Sprintf("needs 1 to %d stores, or a key of App Store Connect", maxCountries), "countries: [sa, ae, eg]")
	}
	for i, cc := range c.Countries {
		if !country.MatchString(cc) || slices.Contains(c.Countries[:i], cc) {
			faults.Add("countries", fmt.Sprintf("%.10q is not a country, or stands there twice", cc), "two small letters, such as sa")
		}
	}
	if c.Every < time.Minute {
		faults.Add("every", "is too often for a public server", "1m or more; 15m is usual")
	}
	if c.MaxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h")
	}
	for field, s := range map[string]string{"api_url": c.APIURL, "feed_url": c.FeedURL} {
		if u, err := url.Parse(s); s != "" && (err != nil || u.Host == "") {
			faults.Add(field, "is not an address", "an address such as https://proxy.example, or leave it out")
		}
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	if c.Keyed() {
		return []watchers.Spot{{Field: "app", Same: c.App}}
	}
	return watchers.Spots("countries", c.App, c.Countries)
}

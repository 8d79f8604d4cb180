// Package mail reads a mailbox over IMAP: letters that customers write to the
// business, and the alerts that review platforms send. A server that can tell
// of new letters is listened to (IDLE); others are asked from time to time.
// Nothing in the mailbox is changed: letters stay unread, and none is deleted.
//
// A letter is a private word: what answers it goes to its writer alone. Letters
// of machines are recorded and never answered.
package mail

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/mail"
	"rasid/watchers"
)

// Config is one mailbox as config.yaml describes it.
type Config struct {
	// Server is the IMAP server with its port, such as imap.example.com:993.
	Server string `yaml:"server"`
	// TLS says how the connection is encrypted: tls (port 993), starttls (port
	// 143), or off for a server on this machine.
	TLS string `yaml:"tls"`
	// User is the name to log in with, usually the address.
	User string `yaml:"user"`
	// Password is that of the user; where the provider has passwords for single
	// programs, one of those.
	Password outbound.Secret `yaml:"password"`
	// ClientID is that of an OAuth client, where the provider takes no password
	// (Gmail, Microsoft 365): with refresh_token it stands for the password.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the OAuth client's secret; a public client of Microsoft has
	// none.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// RefreshToken is what the consent of the mailbox's owner gave, for the scope
	// https://mail.google.com/, or IMAP.AccessAsUser.All of
	// Microsoft with offline_access.
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// TokenURL is where access tokens come from; left out, Google's. Microsoft's
	// is https://login.microsoftonline.com/TENANT/oauth2/v2.0/token.
	TokenURL string `yaml:"token_url"`
	// Folder is the folder that is read.
	Folder string `yaml:"folder"`
	// Addresses are the business's own besides user; what they send is no
	// complaint and is never answered.
	Addresses []string `yaml:"addresses"`
	// Every is how often to look; a server that can tell of new letters does so
	// in between.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes, and the age from which a letter
	// is history: recorded, never an alert.
	MaxAge time.Duration `yaml:"max_age"`
	// Dedicated says that every letter is said to the business; false lets match
	// decide.
	Dedicated bool `yaml:"dedicated"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{TLS: "tls", Folder: "INBOX", Every: 50 * time.Second, MaxAge: 168 * time.Hour, Dedicated: true}
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if host, port, err := net.SplitHostPort(c.Server); err != nil || host == "" || port == "" {
		faults.Add("server", "is not a server with its port", "the IMAP server, such as imap.example.com:993")
	}
	if c.TLS != mail.TLS && c.TLS != mail.StartTLS && c.TLS != mail.Off {
		faults.Add("tls", "is not one of the choices", "tls, starttls or off")
	}
	if strings.TrimSpace(c.User) == "" {
		faults.Add("user", "is missing", "the name to log in with, usually the address")
	}
	faults = append(faults, mail.CheckLogin(c.Password, c.consent())...)
	if strings.TrimSpace(c.Folder) == "" {
		faults.Add("folder", "is missing", "folder: INBOX")
	}
	for _, a := range c.Addresses {
		if parsed, err := mail.Address(a); err != nil || parsed.Address != a {
			faults.Add("addresses", "holds what is no address", "addresses: [care@example.com]")
		}
	}
	if c.Every < 10*time.Second {
		faults.Add("every", "is too often for a mail server", "10s or more")
	}
	if c.MaxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h")
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	return []watchers.Spot{{Field: "folder", Same: strings.ToLower(c.Server+" "+c.User) + " " + c.Folder, ToUs: c.Dedicated}}
}

// own reports whether an address is one of the business.
func (c Config) own(address string) bool {
	return strings.EqualFold(address, c.User) || slices.ContainsFunc(c.Addresses, func(own string) bool { return strings.EqualFold(address, own) })
}

// dialer opens connections; *outbound.Client is one.
type dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

func (c Config) consent() mail.Consent {
	return mail.Consent{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Refresh: c.RefreshToken, TokenURL: c.TokenURL}
}

// box is the mailbox of the configuration. web is the way to whoever gives
// tokens.
func (c Config) box(way dialer, web *outbound.Client, now func() time.Time) *mail.Box {
	return &mail.Box{Server: c.Server, TLS: c.TLS, User: c.User, Password: c.Password, Tokens: c.consent().Tokens(web, now), Dial: way.DialContext}
}

// Package config reads config.yaml strictly. Every mistake is reported at once,
// each with its line, its cause and what to write instead; nothing is dropped
// with a warning and nothing is guessed.
//
// Sections that every house has are plain structs with defaults. A source, a
// reply place, a room or an account stays raw (Part) until its own kind decodes
// it with the same strictness, so this package knows no platform.
//
// Secrets come from the environment (${NAME}) or from a file (token_file:), and
// no message of this package repeats one.
package config

import (
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is the whole of config.yaml. After Load its Data is seen from the
// working folder, whatever folder the file is in.
type Config struct {
	// Business is who we watch over.
	Business Business `yaml:"business"`
	// Database is the path of an SQLite file, or postgres://… for several
	// instances sharing the work. Empty: rasid.db inside data.
	Database string `yaml:"database" secret:"url"`
	// Data is the folder for everything the program writes.
	Data string `yaml:"data"`
	// Keep is how long texts and names of customers are kept; counts stay.
	Keep time.Duration `yaml:"keep"`
	// Console is the local web page.
	Console Console `yaml:"console"`
	// Network says which private addresses may be reached.
	Network Network `yaml:"network"`
	// Log says what is written to the terminal.
	Log Log `yaml:"log"`
	// Accounts are the bots we speak through, by name.
	Accounts map[string]Account `yaml:"accounts"`
	// Branches are places of the business with hours of their own.
	Branches []Branch `yaml:"branches"`
	// Sources are the public places to watch.
	Sources []Source `yaml:"sources"`
	// Rooms are where staff see cases and decide.
	Rooms []Room `yaml:"rooms"`
	// Staff are the people whose decisions count.
	Staff []Person `yaml:"staff"`
	// Policy is what may be answered, when, by whom and in what time.
	Policy Policy `yaml:"policy"`
	// Digest is the managers' daily report.
	Digest Digest `yaml:"digest"`

	// File is the path the configuration was read from.
	File string `yaml:"-"`

	root *yaml.Node // of the file, for the lines of mistakes; nil without one
}

// Text is a sentence in both languages of the house.
type Text struct {
	// AR is the Arabic wording.
	AR string `yaml:"ar"`
	// EN is the English wording.
	EN string `yaml:"en"`
}

// In returns the wording in a language, or the other one where that is empty.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" || t.AR == "" {
		return t.EN
	}
	return t.AR
}

// Business is who we watch over.
type Business struct {
	// Name is the name of the business, in at least one language.
	Name Text `yaml:"name"`
	// About says in one line what the business sells.
	About string `yaml:"about"`
	// Zone is the IANA time zone of the business, like Asia/Riyadh.
	Zone Zone `yaml:"zone"`
	// Language is the language of rooms, digests and pages that name none.
	Language Language `yaml:"language"`
	// Match finds mentions of the business in sources that speak of other
	// things too, like: "قهوة نور" OR "noor coffee" NOT author:noor_official.
	Match string `yaml:"match"`
	// Private says how a customer reaches us in private; replies end with it.
	Private Text `yaml:"private"`
	// Hours are when the business answers.
	Hours Hours `yaml:"hours"`
}

// Console is the local web page.
type Console struct {
	// Listen is the address and port of the page; off for no page.
	Listen string `yaml:"listen"`
	// URL is how people reach the page through a proxy; links are built from it.
	URL string `yaml:"url"`
	// Proxies are the addresses (IP or CIDR) of reverse proxies in front of it.
	Proxies []string `yaml:"proxies"`
	// TLSCert is the certificate file; needed to listen beyond this machine.
	TLSCert string `yaml:"tls_cert"`
	// TLSKey is the key file of tls_cert.
	TLSKey string `yaml:"tls_key"`
}

// Network says which private addresses may be reached.
type Network struct {
	// Allow lists addresses, ranges (10.1.0.0/16) or host names that outgoing
	// requests may reach although they are private.
	Allow []string `yaml:"allow"`
}

// Log says what is written to the terminal.
type Log struct {
	// Level is debug, info, warn or error.
	Level Level `yaml:"level"`
	// Format is text or json.
	Format Format `yaml:"format"`
}

// Account is one bot: a token and the platform it belongs to.
type Account struct {
	// Kind is the platform: telegram or discord.
	Kind string `yaml:"kind"`
	Part `yaml:"-"`
}

// Source is one public place to watch.
type Source struct {
	// Name is what staff read on the card; it stays the same for ever, because
	// what was read is remembered under it.
	Name string `yaml:"name"`
	// Kind is the platform: feed, telegram, discord …
	Kind string `yaml:"kind"`
	// Account is the bot to use; may be left out when there is one of the kind.
	Account string `yaml:"account"`
	// Every is the pause between two looks; left out, the kind decides.
	Every time.Duration `yaml:"every"`
	// Dedicated says that everything here is about the business.
	Dedicated bool `yaml:"dedicated"`
	// Match replaces business.match for this source.
	Match string `yaml:"match"`
	// Reply is the place where answers appear; left out, the source's own place
	// where the platform has a way to answer, and by hand elsewhere.
	Reply Reply `yaml:"reply"`
	// Branch is whose hours count here; left out, those of the business.
	Branch string `yaml:"branch"`
	// Targets replace those of the policy for this source, as far as written.
	Targets Targets `yaml:"targets"`
	// Rooms replaces the rooms of level 0 for this source.
	Rooms []string `yaml:"rooms"`
	// Language is the language to assume where a text does not show it.
	Language Language `yaml:"language"`
	Part     `yaml:"-"`
}

// Reply is the place where answers to a source appear.
type Reply struct {
	// Kind is manual (a person posts), outlet (the local sample), telegram or
	// discord.
	Kind string `yaml:"kind"`
	// Account is the bot to answer with.
	Account string `yaml:"account"`
	Part    `yaml:"-"`
}

// Room is where staff see cases and decide.
type Room struct {
	// Name is how the rest of this file calls the room.
	Name string `yaml:"name"`
	// Kind is console, telegram or discord.
	Kind string `yaml:"kind"`
	// Account is the bot to use; may be left out when there is one of the kind.
	Account string `yaml:"account"`
	// Chat is the numeric id of the group or channel.
	Chat ChatID `yaml:"chat"`
	// Language is the language of cards here; left out, business.language.
	Language Language `yaml:"language"`
	// Level is the escalation level the room serves; 0 sees cases first.
	Level int `yaml:"level"`
	// Topics are the topics the room asks for, like [delivery, refund]; left
	// out, all. A case that no room of a level asks for goes to those that ask
	// for everything.
	Topics []string `yaml:"topics"`
	// Languages are the customers' languages the room asks for; left out, all.
	Languages []Language `yaml:"languages"`
	// Severity is the severity from which the room asks for cases: low, high or
	// critical; left out, all.
	Severity Severity `yaml:"severity"`
	Part     `yaml:"-"`
}

// Person is one member of staff.
type Person struct {
	// ID is the short name in records and digests: mona.
	ID string `yaml:"id"`
	// Name is the name staff read on cards; left out, the id.
	Name string `yaml:"name"`
	// Role is agent (writes), approver (lets replies go), supervisor or manager.
	Role Role `yaml:"role"`
	// Telegram is the numeric user id there.
	Telegram UserID `yaml:"telegram"`
	// Discord is the numeric user id there.
	Discord UserID `yaml:"discord"`
	// Languages are the languages the person answers in.
	Languages []Language `yaml:"languages"`
	// Skills are the topics the person knows.
	Skills []string `yaml:"skills"`
	// Shifts are when the person works, written like business.hours.days; left
	// out, always. Notices name who is on shift and knows the topic.
	Shifts map[string][]Range `yaml:"shifts"`
}

// Digest is the managers' daily report.
type Digest struct {
	// At is the local time it is sent.
	At Clock `yaml:"at"`
	// Rooms receive it; left out, nobody is sent one.
	Rooms []string `yaml:"rooms"`
	// Language is the digest's language; left out, that of the room.
	Language Language `yaml:"language"`
	// Mail sends it by e-mail as well.
	Mail Mail `yaml:"mail"`
}

// Mail sends the digest by e-mail.
type Mail struct {
	// SMTP is the mail server with its port, like smtp.example.com:587.
	SMTP string `yaml:"smtp"`
	// TLS is starttls (port 587), tls (port 465), or off for a server on this
	// machine.
	TLS MailTLS `yaml:"tls"`
	// From is the address it comes from, like Rasid <rasid@example.com>.
	From string `yaml:"from"`
	// To are the addresses that receive it, each a letter of its own.
	To []string `yaml:"to"`
	// User is the name to log in with; left out, no password is given.
	User string `yaml:"user"`
	// Password belongs to user.
	Password string `yaml:"password" secret:"yes"`
	// Zone is the IANA time zone of the receivers, in which digest.at counts;
	// left out, that of the business.
	Zone Zone `yaml:"zone"`
	// Language is the letters' language; left out, digest.language or that of
	// the business.
	Language Language `yaml:"language"`
}

// Defaults returns the configuration that config.yaml is read over.
func Defaults() *Config {
	return &Config{
		Business: Business{Zone: Zone{Location: time.UTC}, Language: "ar"},
		Data:     "data",
		Keep:     400 * 24 * time.Hour,
		Console:  Console{Listen: "127.0.0.1:8321"},
		Log:      Log{Level: "info", Format: "text"},
		Policy:   defaultPolicy(),
		Digest:   Digest{At: Clock{Hour: 7}, Mail: Mail{TLS: "starttls"}},
	}
}

// Path returns a path of the configuration as seen from the working folder:
// relative paths are relative to the folder of config.yaml.
func (c *Config) Path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(filepath.Dir(c.File), p)
}

// DatabasePath is the database to open: an SQLite file seen from the working
// folder, or the postgres:// address.
func (c *Config) DatabasePath() string {
	switch {
	case c.Database == "":
		return filepath.Join(c.Data, "rasid.db")
	case isPostgres(c.Database):
		return c.Database
	}
	return c.Path(c.Database)
}

package mail

import (
	"encoding/json"
	"errors"
	"net/mail"
	"strings"
	"unicode"
)

// Target is where an answer to a letter goes: the writer's address, and the
// letters it follows.
type Target struct {
	To   string   `json:"to"`             // one plain address
	ID   string   `json:"id"`             // Message-ID of the letter, without < and >
	Refs []string `json:"refs,omitempty"` // of the letters before it, oldest first
}

// maxRefs bounds how many letters an answer names as its past: the first and
// the latest, as mail programs do.
const maxRefs = 20

// errTarget is told of a place that is no letter.
var errTarget = errors.New("it is not a letter that can be answered")

// String writes the target for ParseTarget.
func (t Target) String() string {
	if len(t.Refs) > maxRefs {
		t.Refs = append([]string{t.Refs[0]}, t.Refs[len(t.Refs)-maxRefs+1:]...)
	}
	b, err := json.Marshal(t)
	if err != nil {
		return "" // strings always marshal
	}
	return string(b)
}

// ParseTarget reads what String wrote, and nothing that could begin another
// line of a header.
func ParseTarget(s string) (Target, error) {
	var t Target
	if json.Unmarshal([]byte(s), &t) != nil || !IsID(t.ID) {
		return Target{}, errTarget
	}
	for _, r := range t.Refs {
		if !IsID(r) {
			return Target{}, errTarget
		}
	}
	a, err := Address(t.To)
	if err != nil || a.Address != t.To {
		return Target{}, errTarget
	}
	return t, nil
}

// IsID reports whether s can stand as a Message-ID between < and >.
func IsID(s string) bool {
	return s != "" && len(s) <= 250 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 127 || r == '<' || r == '>' })
}

// Address reads one address, with or without a name, and refuses whatever
// could begin another line.
func Address(s string) (*mail.Address, error) {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return nil, errors.New("an address of more than one line")
	}
	a, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsFunc(a.Address, func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r == ',' }) {
		return nil, errors.New("not an address")
	}
	return a, nil
}

// machines are names of addresses behind which nobody reads, after RFC 2142
// and common use.
var machines = []string{
	"noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "dont-reply", "notreply", "nicht-antworten",
	"mailer-daemon", "mailerdaemon", "postmaster", "bounce", "bounces", "auto-reply", "autoreply", "autoresponder",
}

// Machine reports whether nobody reads what is sent to an address.
func Machine(address string) bool {
	name, _, _ := strings.Cut(strings.ToLower(address), "@")
	base, _, _ := strings.Cut(name, "+")
	for _, m := range machines {
		if base == m || strings.HasPrefix(base, m+"-") || strings.HasPrefix(base, m+"_") || strings.HasSuffix(base, "-"+m) || strings.HasSuffix(base, "."+m) || strings.HasSuffix(base, "_"+m) {
			return true
		}
	}
	return name == "" || strings.HasPrefix(name, "bounce+") || strings.HasPrefix(name, "bounces+")
}

// How the Message-ID of every letter of this program to a customer begins.
const (
	answer = "rasid."       // an answer
	aside  = "rasid-aside." // words beside an answer
)

// AnswerID makes the Message-ID of an answer from a key's fingerprint.
func AnswerID(fingerprint, domain string) string { return answer + fingerprint + "@" + domain }

// AsideID makes the Message-ID of words beside an answer.
func AsideID(fingerprint, domain string) string { return aside + fingerprint + "@" + domain }

// Ours reports whether the program wrote the letter of this Message-ID.
func Ours(id string) bool { return strings.HasPrefix(id, answer) || strings.HasPrefix(id, aside) }

// Answers counts how many of these letters are answers of the program. Words
// beside an answer are said once for each time the business is closed, so they
// do not count.
func Answers(ids []string) (n int) {
	for _, id := range ids {
		if strings.HasPrefix(id, answer) {
			n++
		}
	}
	return n
}

package mail

import (
	"strings"

	"github.com/emersion/go-message"

	"rasid/internal/platform/mail"
)

// automatic says why a letter counts as a machine's, after RFC 3834 and what
// answering programs commonly look at; "" when a person seems to have written
// it.
func (s *Source) automatic(e *message.Entity, from string) string {
	get := func(name string) string { return strings.ToLower(strings.TrimSpace(e.Header.Get(name))) }
	if v := get("Auto-Submitted"); v != "" && v != "no" && !strings.HasPrefix(v, "no;") && !strings.HasPrefix(v, "no ") {
		return "it says that it was sent by a program"
	}
	switch get("Precedence") {
	case "bulk", "list", "junk", "auto_reply":
		return "it was sent to many"
	}
	for _, name := range []string{"List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "Feedback-ID"} {
		if e.Header.Has(name) {
			return "it was sent by a program or to many: " + name
		}
	}
	if get("X-Spam-Flag") == "yes" {
		return "the mail server takes it for spam"
	}
	if e.Header.Has("Return-Path") && strings.Trim(get("Return-Path"), "<> ") == "" {
		return "nobody can be told where it came from"
	}
	if kind, _, _ := e.Header.ContentType(); strings.EqualFold(kind, "multipart/report") {
		return "it reports on another letter"
	}
	for _, v := range e.Header.Values("X-Loop") {
		if s.cfg.own(strings.ToLower(strings.TrimSpace(v))) {
			return "it came back"
		}
	}
	if from == "" || mail.Machine(from) {
		return "nobody reads answers to it"
	}
	return ""
}

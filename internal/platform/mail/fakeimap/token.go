package fakeimap

import (
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-sasl"
)

// byToken is a visit to a server that takes tokens and no passwords.
type byToken struct{ session }

// AuthenticateMechanisms lists what Gmail and Microsoft 365 offer.
func (byToken) AuthenticateMechanisms() []string { return []string{"XOAUTH2", "OAUTHBEARER"} }

// Login refuses passwords.
func (byToken) Login(string, string) error { return imapserver.ErrAuthFailed }

// Authenticate begins a log-in by token.
func (v byToken) Authenticate(mechanism string) (sasl.Server, error) {
	return &tokenLogin{v: v, mechanism: mechanism}, nil
}

// tokenLogin tells why it refuses before it does, as XOAUTH2 and RFC 7628 want.
type tokenLogin struct {
	v         byToken
	mechanism string
	refused   bool
}

// Next takes what the client says.
func (l *tokenLogin) Next(said []byte) (challenge []byte, done bool, err error) {
	if l.refused {
		return nil, false, imapserver.ErrAuthFailed
	}
	if said == nil {
		return []byte{}, false, nil
	}
	user, token, ok := l.read(string(said))
	if !ok {
		return nil, false, &imap.Error{Type: imap.StatusResponseTypeBad, Text: "Invalid SASL argument"}
	}
	l.v.s.mu.Lock()
	takes := l.v.s.takes
	l.v.s.mu.Unlock()
	if takes == nil || !takes(user, token) {
		l.refused = true
		return []byte(`{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`), false, nil
	}
	return nil, true, l.v.session.Login(User, Password)
}

func (l *tokenLogin) read(said string) (user, token string, ok bool) {
	parts := strings.Split(said, "\x01")
	if len(parts) != 4 || parts[2] != "" || parts[3] != "" {
		return "", "", false
	}
	before, after := "user=", ""
	if l.mechanism == "OAUTHBEARER" {
		before, after = "n,a=", ","
	}
	user, a := strings.CutPrefix(parts[0], before)
	user, b := strings.CutSuffix(user, after)
	token, c := strings.CutPrefix(parts[1], "auth=Bearer ")
	return user, token, a && b && c
}

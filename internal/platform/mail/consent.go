package mail

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// googleTokens is where the tokens of Gmail come from. Those of Microsoft come
// from an address with the tenant in it.
const googleTokens = "https://oauth2.googleapis.com/token" // #nosec G101 -- an address

// Consent is what stands for a password where a provider takes none: an OAuth
// client, and what the mailbox's owner agreed to.
type Consent struct {
	ClientID              string
	ClientSecret, Refresh outbound.Secret // Microsoft's public clients have no secret
	TokenURL              string          // "" = Google's
}

// given reports whether there is any.
func (c Consent) given() bool { return c.ClientID != "" || !c.Refresh.Empty() }

// CheckLogin lists what is missing of a password or, in its place, a consent.
func CheckLogin(password outbound.Secret, c Consent) []cases.Fault {
	var faults cases.Faults
	const how = "client_id, client_secret and refresh_token of an OAuth consent, and token_url where it is not Google's"
	switch {
	case !c.given() && password.Empty():
		faults.Add("password", "is missing", `password: "${MAIL_PASSWORD}", or `+how)
	case !c.given():
	case !password.Empty():
		faults.Add("password", "stands beside an OAuth consent", "one of the two")
	case c.ClientID == "":
		faults.Add("client_id", "is missing", how)
	case c.Refresh.Empty():
		faults.Add("refresh_token", "is missing", how)
	}
	if _, ok := cases.WebAddress(c.TokenURL); c.TokenURL != "" && !ok {
		faults.Add("token_url", "is not an address", "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token for Microsoft; left out, Google's")
	}
	return faults
}

// Tokens returns where access tokens come from; nil where a password is used.
func (c Consent) Tokens(net *outbound.Client, now func() time.Time) *outbound.Bearer {
	if !c.given() {
		return nil
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ClientID}, "refresh_token": {c.Refresh.Reveal()}}
	if !c.ClientSecret.Empty() {
		form.Set("client_secret", c.ClientSecret.Reveal())
	}
	address := c.TokenURL
	if address == "" {
		address = googleTokens
	}
	return &outbound.Bearer{Grant: outbound.Fixed(outbound.Grant{URL: address, Form: form}), Net: net, Now: now}
}

// login shows the server who we are: by password, or by a token.
func (b *Box) login(ctx context.Context, client *imapclient.Client) error {
	if b.Tokens == nil {
		return client.Login(b.User, b.Password.Reveal()).Wait()
	}
	token, err := b.Tokens.Token(ctx)
	if err != nil {
		return err
	}
	caps := client.Caps()
	words := &bearerWords{user: b.User, token: token}
	switch {
	case caps.Has(imap.AuthCap("XOAUTH2")):
		words.mechanism = "XOAUTH2"
	case caps.Has(imap.AuthCap("OAUTHBEARER")):
		words.mechanism = "OAUTHBEARER"
	default:
		return errors.New("the server takes no OAuth tokens")
	}
	err = client.Authenticate(words)
	if err != nil {
		b.Tokens.Forget(token) // the next look brings a new one
	}
	return err
}

// bearerWords is what is said to log in with a token: XOAUTH2 as Google and
// Microsoft describe it, or OAUTHBEARER (RFC 7628).
type bearerWords struct {
	mechanism, user string
	token           outbound.Secret
}

// Start says who we are.
func (w *bearerWords) Start() (mechanism string, first []byte, err error) {
	if strings.ContainsAny(w.user, "\x01,=") && w.mechanism == "OAUTHBEARER" || strings.Contains(w.user, "\x01") {
		return "", nil, errors.New("a user of that name cannot log in with a token")
	}
	if w.mechanism == "XOAUTH2" {
		return w.mechanism, []byte("user=" + w.user + "\x01auth=Bearer " + w.token.Reveal() + "\x01\x01"), nil
	}
	return w.mechanism, []byte("n,a=" + w.user + ",\x01auth=Bearer " + w.token.Reveal() + "\x01\x01"), nil
}

// Next takes notice of why the server refuses; its refusal follows.
func (w *bearerWords) Next([]byte) ([]byte, error) { return []byte{1}, nil }

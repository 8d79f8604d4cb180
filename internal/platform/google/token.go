// Package google is a small client of the two Google services that hold
// reviews: the Android Publisher API of Google Play and the Business Profile
// reviews API v4. It signs in with a service account (JWT, RS256) or with a
// refresh token, with the standard library alone.
package google

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// The scopes of the two services.
const (
	scopePlay     = "https://www.googleapis.com/auth/androidpublisher"
	scopeBusiness = "https://www.googleapis.com/auth/business.manage"
)

const (
	tokenURL = "https://oauth2.googleapis.com/token" // #nosec G101 -- an address
	lifetime = time.Hour                             // of an assertion, the longest allowed
)

// ErrKey says that a service account's key cannot be used. It never says what
// stood there.
var ErrKey = errors.New("not the JSON key of a service account")

// Identity is who signs in: a service account, or a person's consent.
type Identity struct {
	// ServiceAccount is the whole JSON key of a service account.
	ServiceAccount outbound.Secret
	// ClientID, ClientSecret and Refresh stand for a person's consent.
	ClientID              string
	ClientSecret, Refresh outbound.Secret
	// TokenURL is where tokens come from; "" = Google's.
	TokenURL string
}

// signer asks for access tokens.
type signer struct {
	id    Identity
	scope string
	net   *outbound.Client
	now   func() time.Time

	email, keyID string
	key          *rsa.PrivateKey
}

func newSigner(id Identity, scope string, net *outbound.Client, now func() time.Time) (*signer, error) {
	s := &signer{id: id, scope: scope, net: net, now: now}
	if s.id.TokenURL == "" {
		s.id.TokenURL = tokenURL
	}
	if id.ServiceAccount.Empty() {
		return s, nil
	}
	var k struct {
		Type  string          `json:"type"`
		Email string          `json:"client_email"`
		KeyID string          `json:"private_key_id"`
		Key   outbound.Secret `json:"private_key"`
	}
	if json.Unmarshal([]byte(id.ServiceAccount.Reveal()), &k) != nil || k.Type != "service_account" || k.Email == "" {
		return nil, ErrKey
	}
	key, ok := outbound.PrivateKey[*rsa.PrivateKey](k.Key)
	if !ok {
		return nil, ErrKey
	}
	s.email, s.keyID, s.key = k.Email, k.KeyID, key
	return s, nil
}

// CheckKey reports whether a secret is the key of a service account.
func CheckKey(s outbound.Secret) error {
	_, err := newSigner(Identity{ServiceAccount: s}, "", nil, nil)
	return err
}

// grant asks for an access token (RFC 7523 for service accounts).
func (s *signer) grant() (outbound.Grant, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {s.id.ClientID}, "client_secret": {s.id.ClientSecret.Reveal()}, "refresh_token": {s.id.Refresh.Reveal()}}
	if s.key != nil {
		assertion, err := s.assertion()
		if err != nil {
			return outbound.Grant{}, err
		}
		form = url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion.Reveal()}}
	}
	return outbound.Grant{URL: s.id.TokenURL, Form: form}, nil
}

// assertion is the signed statement of a service account.
func (s *signer) assertion() (outbound.Secret, error) {
	now := s.now()
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": s.keyID}
	claims := map[string]any{"iss": s.email, "scope": s.scope, "aud": s.id.TokenURL, "iat": now.Unix(), "exp": now.Add(lifetime).Unix()}
	return outbound.JWT(header, claims, func(sum []byte) ([]byte, error) {
		sig, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum)
		if err != nil {
			return nil, ErrKey
		}
		return sig, nil
	})
}

// service is one Google API as one identity.
func (s *signer) service(base string) *outbound.Bearer {
	return &outbound.Bearer{Base: base, Grant: s.grant, Net: s.net, Now: s.now}
}

// CheckIdentity names what is wrong with an identity of config.yaml.
func CheckIdentity(id Identity) (cases.Fault, bool) {
	const how = "service_account_file: with the path of a JSON key, or client_id, client_secret and refresh_token"
	consent := id.ClientID != "" && !id.ClientSecret.Empty() && !id.Refresh.Empty()
	switch {
	case id.ServiceAccount.Empty() && !consent:
		return cases.Fault{Field: "service_account", Problem: "is missing, and so is a consent", Write: how}, true
	case !id.ServiceAccount.Empty() && CheckKey(id.ServiceAccount) != nil:
		return cases.Fault{Field: "service_account", Problem: "is not the JSON key of a service account", Write: how}, true
	}
	return cases.Fault{}, false
}

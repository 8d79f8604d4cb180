// Package google is a small client of the two Google services that hold
// reviews: the Android Publisher API of Google Play and the Business Profile
// reviews API v4. It signs in with a service account (JWT, RS256) or with a
// refresh token, with the standard library alone.
package google

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// The scopes of the two services.
const (
	ScopePlay     = "https://www.googleapis.com/auth/androidpublisher"
	ScopeBusiness = "https://www.googleapis.com/auth/business.manage"
)

const (
	tokenURL = "https://oauth2.googleapis.com/token" // #nosec G101 -- an address
	lifetime = time.Hour                             // of an assertion, the longest allowed
	early    = 2 * time.Minute                       // before the end, a token is renewed
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
	// TokenURL is where tokens come from; "" = Google's, or the key's own.
	TokenURL string
}

// signer makes access tokens and keeps one until shortly before it ends.
type signer struct {
	id    Identity
	scope string
	net   *outbound.Client
	now   func() time.Time

	email, keyID string
	key          *rsa.PrivateKey

	mu    sync.Mutex
	token outbound.Secret
	until time.Time
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
		Type     string `json:"type"`
		Email    string `json:"client_email"`
		KeyID    string `json:"private_key_id"`
		Key      string `json:"private_key"`
		TokenURI string `json:"token_uri"`
	}
	if json.Unmarshal([]byte(id.ServiceAccount.Reveal()), &k) != nil || k.Type != "service_account" || k.Email == "" {
		return nil, ErrKey
	}
	block, _ := pem.Decode([]byte(k.Key))
	if block == nil {
		return nil, ErrKey
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
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

// auth is the header of a call.
func (s *signer) auth(ctx context.Context) (http.Header, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.Empty() || !s.now().Before(s.until) {
		if err := s.renew(ctx); err != nil {
			return nil, err
		}
	}
	return http.Header{"Authorization": {"Bearer " + s.token.Reveal()}}, nil
}

// forget drops a token that the service no longer takes.
func (s *signer) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
}

// renew gets an access token (RFC 7523 for service accounts).
func (s *signer) renew(ctx context.Context) error {
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {s.id.ClientID}, "client_secret": {s.id.ClientSecret.Reveal()}, "refresh_token": {s.id.Refresh.Reveal()}}
	if s.key != nil {
		assertion, err := s.assertion()
		if err != nil {
			return err
		}
		form = url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	}
	var got struct {
		Token   outbound.Secret `json:"access_token"`
		Expires int             `json:"expires_in"`
	}
	if err := s.net.CallOnce(ctx, outbound.Call{Method: http.MethodPost, URL: s.id.TokenURL, Form: form, Into: &got}); err != nil {
		return fmt.Errorf("signing in to Google: %w", err)
	}
	if got.Token.Empty() {
		return fmt.Errorf("signing in to Google: %w", outbound.ErrNotJSON)
	}
	s.token, s.until = got.Token, s.now().Add(time.Duration(got.Expires)*time.Second-early)
	return nil
}

// assertion is the signed statement of a service account.
func (s *signer) assertion() (string, error) {
	now := s.now()
	part := func(v any) string {
		b, _ := json.Marshal(v) // maps of strings and numbers always marshal
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(map[string]string{"alg": "RS256", "typ": "JWT", "kid": s.keyID}) + "." + part(map[string]any{
		"iss": s.email, "scope": s.scope, "aud": s.id.TokenURL, "iat": now.Unix(), "exp": now.Add(lifetime).Unix(),
	})
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("signing in to Google: %w", ErrKey)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// service is one Google API as one identity.
type service struct {
	base string
	sign *signer
	net  *outbound.Client
}

func (s *service) get(ctx context.Context, path string, into any) error {
	h, err := s.sign.auth(ctx)
	if err != nil {
		return err
	}
	_, err = s.net.GetJSON(ctx, outbound.Request{URL: s.base + path, Header: h}, into)
	if outbound.StatusOf(err) == http.StatusUnauthorized {
		s.sign.forget()
	}
	return err
}

// put changes something; signing in first is no part of it.
func (s *service) put(ctx context.Context, method, path string, body, into any) error {
	h, err := s.sign.auth(ctx)
	if err != nil {
		return outbound.BeforeSending(err)
	}
	return s.net.CallOnce(ctx, outbound.Call{Method: method, URL: s.base + path, Header: h, Body: body, Into: into})
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

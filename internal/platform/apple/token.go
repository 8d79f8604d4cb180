package apple

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

const (
	// lifetime of a token: Apple takes at most 20 minutes (Generating Tokens
	// for API Requests); less leaves room for clocks that differ.
	lifetime = 15 * time.Minute
	early    = 2 * time.Minute // before the end, a token is renewed
	audience = "appstoreconnect-v1"
	// half is the length of each of the two numbers of an ES256 signature
	// (RFC 7518, 3.4).
	half = 32
)

// ErrKey says that a private key cannot be used. It never says what stood
// there.
var ErrKey = errors.New("not the private key (.p8) of an App Store Connect API key")

// Key is an API key of App Store Connect: Users and Access, Integrations.
type Key struct {
	ID      string          // of the key, ten letters and digits
	Issuer  string          // of the team
	Private outbound.Secret // the whole .p8 file
}

// Check names what is wrong with a key of config.yaml.
func (k Key) Check() []cases.Fault {
	var faults cases.Faults
	const where = "what App Store Connect shows under Users and Access, Integrations, App Store Connect API"
	if k.ID == "" {
		faults.Add("key_id", "is missing", where)
	}
	if k.Issuer == "" {
		faults.Add("issuer_id", "is missing", where)
	}
	if _, err := k.parse(); err != nil {
		faults.Add("private_key", "is "+err.Error(), "private_key_file: with the path of AuthKey_….p8, which can be downloaded once")
	}
	return faults
}

func (k Key) parse() (*ecdsa.PrivateKey, error) {
	key, ok := outbound.PrivateKey[*ecdsa.PrivateKey](k.Private)
	if !ok || key.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	return key, nil
}

// signer makes tokens and keeps one until shortly before it ends.
type signer struct {
	key     Key
	private *ecdsa.PrivateKey
	now     func() time.Time

	mu    sync.Mutex
	token outbound.Secret
	until time.Time
}

// auth is the header of a call.
func (s *signer) auth() (http.Header, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.token.Empty() || !now.Before(s.until) {
		token, err := s.sign(now)
		if err != nil {
			return nil, err
		}
		s.token, s.until = token, now.Add(lifetime-early)
	}
	return http.Header{"Authorization": {"Bearer " + s.token.Reveal()}}, nil
}

// sign makes a token signed with ES256.
func (s *signer) sign(now time.Time) (outbound.Secret, error) {
	header := map[string]any{"alg": "ES256", "kid": s.key.ID, "typ": "JWT"}
	claims := map[string]any{"iss": s.key.Issuer, "iat": now.Unix(), "exp": now.Add(lifetime).Unix(), "aud": audience}
	return outbound.JWT(header, claims, func(sum []byte) ([]byte, error) {
		a, b, err := ecdsa.Sign(rand.Reader, s.private, sum)
		if err != nil {
			return nil, fmt.Errorf("signing a token for App Store Connect: %w", ErrKey)
		}
		sig := make([]byte, 2*half)
		a.FillBytes(sig[:half])
		b.FillBytes(sig[half:])
		return sig, nil
	})
}

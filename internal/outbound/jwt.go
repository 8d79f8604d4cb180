package outbound

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
)

// JWT makes a signed token (RFC 7519) of a header and claims. sign is given the
// SHA-256 of what it signs, and its signature goes in as it is.
func JWT(header, claims map[string]any, sign func(sum []byte) ([]byte, error)) (Secret, error) {
	var text string
	for _, part := range []map[string]any{header, claims} {
		b, err := json.Marshal(part)
		if err != nil {
			return "", fmt.Errorf("writing a token: %w", err)
		}
		if text != "" {
			text += "."
		}
		text += base64.RawURLEncoding.EncodeToString(b)
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := sign(sum[:])
	if err != nil {
		return "", err
	}
	return Secret(text + "." + base64.RawURLEncoding.EncodeToString(sig)), nil
}

// PrivateKey reads the private key in a PEM file (PKCS #8). It reports false for
// anything else, keys of another kind than K too, and never says what stood
// there.
func PrivateKey[K any](file Secret) (K, bool) {
	var none K
	block, _ := pem.Decode([]byte(file.Reveal()))
	if block == nil {
		return none, false
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return none, false
	}
	k, ok := key.(K)
	return k, ok
}

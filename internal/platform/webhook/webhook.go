// Package webhook signs and verifies what programs tell each other, in the
// manner of the Standard Webhooks specification 1.0.0: three headers, and an
// HMAC-SHA256 over id, time and body. Libraries for both ends exist in most
// languages.
//
//	webhook-id         identifies the message; the same when it is sent again
//	webhook-timestamp  when this attempt was sent, in seconds since 1970
//	webhook-signature  v1,BASE64 of HMAC-SHA256(key, id "." timestamp "." body);
//	                   several, parted by spaces, while a key is being replaced
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rasid/internal/outbound"
)

// The headers.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

const (
	// tolerance is how old or how early a message may be: the specification's
	// five minutes.
	tolerance = 5 * time.Minute
	prefix    = "whsec_"
	// minKey is what the specification asks of keys: 24 to 64 bytes.
	minKey, maxKey = 24, 64
	maxIDLength    = 200
	// maxSignatures bounds the work that one request can ask for.
	maxSignatures = 8
)

// Errors of Verify. What a stranger is told is the same for all of them.
var (
	ErrUnsigned  = errors.New("the headers of a signed message are missing or malformed")
	ErrTime      = errors.New("the message is too old, or its clock is wrong")
	ErrSignature = errors.New("the signature does not fit")
	errKey       = errors.New("not a key: want whsec_ and 24 to 64 bytes in base64")
)

// Keys are shared secrets; the first signs, all of them verify, so that one
// can be replaced without a gap.
type Keys [][]byte

// ReadKeys reads keys parted by white space, each whsec_ and base64.
func ReadKeys(s outbound.Secret) (Keys, error) {
	var keys Keys
	for word := range strings.FieldsSeq(s.Reveal()) {
		k, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(word, prefix))
		if err != nil || len(k) < minKey || len(k) > maxKey {
			return nil, errKey // without the cause, which could repeat the key
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errKey
	}
	return keys, nil
}

// sign is the signature of one message.
func sign(key []byte, id, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, stamp) // a hash does not fail
	mac.Write(body)
	return mac.Sum(nil)
}

// Sign sets the three headers for a message sent now.
func (k Keys) Sign(h http.Header, id string, now time.Time, body []byte) {
	stamp := strconv.FormatInt(now.Unix(), 10)
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, "v1,"+base64.StdEncoding.EncodeToString(sign(k[0], id, stamp, body)))
}

// Fresh looks at everything that can be judged before the body is read, and
// returns the message's id.
func Fresh(h http.Header, now time.Time) (id string, err error) {
	id = h.Get(HeaderID)
	if id == "" || len(id) > maxIDLength || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' || c == '.' }) || h.Get(HeaderSignature) == "" {
		return "", ErrUnsigned
	}
	stamp, err := strconv.ParseInt(h.Get(HeaderTimestamp), 10, 64)
	if err != nil {
		return "", ErrUnsigned
	}
	if age := now.Sub(time.Unix(stamp, 0)); age > tolerance || age < -tolerance {
		return "", ErrTime
	}
	return id, nil
}

// Verify reports whether the message is one of ours: fresh, and signed by one
// of the keys. Signatures are compared in constant time.
func (k Keys) Verify(h http.Header, now time.Time, body []byte) error {
	id, err := Fresh(h, now)
	if err != nil {
		return err
	}
	good := 0
	for i, word := range strings.Fields(h.Get(HeaderSignature)) {
		version, text, _ := strings.Cut(word, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if i >= maxSignatures || version != "v1" || err != nil {
			continue
		}
		for _, key := range k {
			good |= subtle.ConstantTimeCompare(got, sign(key, id, h.Get(HeaderTimestamp), body))
		}
	}
	if good == 0 {
		return ErrSignature
	}
	return nil
}

package console

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// How long a visit lasts: a page left open on a shop's counter must close.
const (
	sessionIdle = 30 * time.Minute
	sessionLife = 12 * time.Hour
	seenEvery   = time.Minute // how exactly the last look is kept
	cookieName  = "rasid_session"
)

// Visits keeps who is in, over restarts. It sees hashes of keys only.
type Visits interface {
	SaveVisit(ctx context.Context, v cases.Visit) error
	Visits(ctx context.Context, hash string) ([]cases.Visit, error)
	EndVisits(ctx context.Context, staff, hash string) error
}

// sessions are the browsers that are in.
type sessions struct {
	visits Visits
	now    func() time.Time
}

var b64 = base64.RawURLEncoding.Strict()

func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

func newKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (Go 1.24+)
	return b64.EncodeToString(b)
}

// open begins a visit under a key that nobody had before. The key a browser
// brought along ends, so that one planted by another is worth nothing.
func (s *sessions) open(r *http.Request, staff string) (key string, err error) {
	if old, ok, err := s.visit(r); err == nil && ok {
		if err := s.visits.EndVisits(r.Context(), old.Staff, old.Hash); err != nil {
			return "", err
		}
	}
	key = newKey()
	now := s.now().Truncate(time.Microsecond)
	return key, s.visits.SaveVisit(r.Context(), cases.Visit{Hash: hashed(key), Staff: staff, Since: now, Seen: now, Ends: now.Add(sessionLife)})
}

// visit finds the visit of a request's cookie; an overdue one is none.
func (s *sessions) visit(r *http.Request) (cases.Visit, bool, error) {
	k, err := r.Cookie(cookieName)
	if err != nil || k.Value == "" {
		return cases.Visit{}, false, nil
	}
	vs, err := s.visits.Visits(r.Context(), hashed(k.Value))
	if err != nil || len(vs) != 1 {
		return cases.Visit{}, false, err
	}
	v, now := vs[0], s.now()
	if v.Scope != "" || now.Sub(v.Seen) > sessionIdle || !now.Before(v.Ends) {
		return cases.Visit{}, false, nil
	}
	return v, true, nil
}

// who is the member of staff behind a request. A look that the page takes by
// itself does not count as being there (touch false).
func (c *Console) who(r *http.Request, touch bool) (responder.Person, bool) {
	v, ok, err := c.sessions.visit(r)
	if err != nil {
		c.Log.Error("visit not read", "err", err)
		return responder.Person{}, false
	}
	if !ok {
		return responder.Person{}, false
	}
	p, ok := c.Office.Person(responder.Actor{Platform: "console", ID: v.Staff})
	if !ok {
		return responder.Person{}, false // left the staff list meanwhile
	}
	if now := c.Clock(); touch && now.Sub(v.Seen) > seenEvery {
		v.Seen = now
		if err := c.Visits.SaveVisit(r.Context(), v); err != nil {
			c.Log.Warn("visit not kept", "err", err)
		}
	}
	return p, true
}

// Invitation makes a token that lets a member of staff in, once, until ends.
// It is signed and not stored: any process that has the key can make one.
func Invitation(key []byte, staff string, ends time.Time) string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails (Go 1.24+)
	b := binary.BigEndian.AppendUint64(nil, uint64(ends.Unix()))
	b = append(append(b, nonce...), staff...)
	return b64.EncodeToString(append(b, invitationMAC(key, b)...))
}

// invited reads an invitation; "" when it was not made here or is too old.
func invited(key []byte, token string, now time.Time) (staff string) {
	b, err := b64.DecodeString(token)
	if err != nil || len(b) <= 8+16+sha256.Size || len(b) > 512 {
		return ""
	}
	body, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if !hmac.Equal(mac, invitationMAC(key, body)) || now.Unix() > int64(binary.BigEndian.Uint64(body)) {
		return ""
	}
	return string(body[24:])
}

func invitationMAC(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("rasid invitation 1\x00"))
	h.Write(body)
	return h.Sum(nil)
}

// InvitationPath is where a browser takes an invitation.
func InvitationPath(token string) string { return "/enter?key=" + token }

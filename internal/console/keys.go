package console

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// What a program's key may do.
const (
	ScopeRead = "read" // look at everything that its owner sees
	ScopeAct  = "act"  // decide too, as its owner
)

// keyPrefix lets people and scanners recognise a key that lies around.
const keyPrefix = "rasid_"

// callsPerMinute is how often one key is heard.
const callsPerMinute = 600

// claims is what a key says of itself.
type claims struct {
	Staff string `json:"s"`
	Scope string `json:"c"`
	Label string `json:"l"`
	Ends  int64  `json:"e"`
	Nonce string `json:"n"`
}

// ProgramKey makes a key with which a program acts as a member of staff. It is
// signed; the page writes its hash down when it is first used, so that it can
// be ended there. Any process that has the signing key can make one.
func ProgramKey(key []byte, staff, scope, label string, ends time.Time) (string, error) {
	body, err := json.Marshal(claims{Staff: staff, Scope: scope, Label: label, Ends: ends.Unix(), Nonce: rand.Text()})
	if err != nil {
		return "", fmt.Errorf("writing a key: %w", err)
	}
	return keyPrefix + b64.EncodeToString(append(body, keyMAC(key, body)...)), nil
}

func keyMAC(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("rasid key 1\x00"))
	h.Write(body)
	return h.Sum(nil)
}

// openKey reads a key; false when it was not made here or is too old.
func openKey(key []byte, text string, now time.Time) (claims, bool) {
	var c claims
	rest, ok := strings.CutPrefix(text, keyPrefix)
	b, err := b64.DecodeString(rest)
	if !ok || err != nil || len(b) <= sha256.Size || len(b) > 1024 {
		return c, false
	}
	body, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if !hmac.Equal(mac, keyMAC(key, body)) || json.Unmarshal(body, &c) != nil {
		return c, false
	}
	return c, now.Unix() < c.Ends && (c.Scope == ScopeRead || c.Scope == ScopeAct)
}

// program finds who a request's key belongs to. A key that was ended stays
// ended: its first use spent its only entry.
func (c *Console) program(r *http.Request) (who responder.Person, scope string, err error) {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return who, "", nil
	}
	now := c.Clock()
	k, ok := openKey(c.Key, text, now)
	if !ok {
		return who, "", nil
	}
	hash := hashed(text)
	vs, err := c.Visits.Visits(r.Context(), hash)
	if err != nil {
		return who, "", err
	}
	switch {
	case len(vs) == 0:
		fresh, err := c.Spend(r.Context(), "key "+text, now)
		if err != nil || !fresh {
			return who, "", err
		}
		at := now.Truncate(time.Microsecond)
		v := cases.Visit{Hash: hash, Staff: k.Staff, Scope: k.Scope, Label: k.Label, Since: at, Seen: at, Ends: time.Unix(k.Ends, 0)}
		if err := c.Visits.SaveVisit(r.Context(), v); err != nil {
			return who, "", err
		}
	case now.Sub(vs[0].Seen) > seenEvery:
		vs[0].Seen = now
		if err := c.Visits.SaveVisit(r.Context(), vs[0]); err != nil {
			return who, "", err
		}
	}
	if who, ok = c.Office.Person(responder.Actor{Platform: "console", ID: k.Staff}); !ok {
		return responder.Person{}, "", nil
	}
	return who, k.Scope, nil
}

// endKey ends a key: one's own, or for managers anybody's.
func (c *Console) endKey(w http.ResponseWriter, r *http.Request) {
	me, owner := person(r), r.PostFormValue("staff")
	if owner != me.ID && me.Role < responder.Manager || len(r.PostFormValue("hash")) != 2*sha256.Size {
		c.problem(w, r, errNotHere)
		return
	}
	if err := c.Visits.EndVisits(r.Context(), owner, r.PostFormValue("hash")); err != nil {
		c.problem(w, r, err)
		return
	}
	c.Log.Info("key ended", "staff", owner, "by", me.ID)
	http.Redirect(w, r, "/people", http.StatusSeeOther)
}

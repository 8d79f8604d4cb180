package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"rasid/responder"
)

// Passwords keeps the hashes of the passwords that staff chose.
type Passwords interface {
	Password(ctx context.Context, staff string) (string, error)
	SetPassword(ctx context.Context, staff, hash string, now time.Time) error
}

// argon2id with the first set of OWASP's cheat sheet: 19 MiB, two passes.
const (
	argonMemory = 19 << 10
	argonPasses = 2
	argonLanes  = 1
	saltSize    = 16
	hashSize    = 32
)

// Limits of guessing, and of a password.
const (
	triesPerMinute = 5  // of one address
	triesPerHour   = 30 // at one account
	minPassword    = 10
	maxPassword    = 200
)

func hashPassword(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails (Go 1.24+)
	return encodeHash(salt, password)
}

func encodeHash(salt []byte, password string) string {
	sum := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, hashSize)
	return fmt.Sprintf("argon2id$%d$%d$%d$%s$%s", argonMemory, argonPasses, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// matches compares a password with a hash. Without a hash it takes as long and
// says no, so that nobody learns who has a password.
func matches(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		_ = encodeHash(make([]byte, saltSize), password)
		return false
	}
	salt, err := b64.DecodeString(parts[4])
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(encodeHash(salt, password)), []byte(hash)) == 1
}

// limits counts tries by name over a window.
type limits struct {
	now   func() time.Time
	mu    sync.Mutex
	tries map[string][]time.Time
	swept time.Time
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, tries: map[string][]time.Time{}}
}

// mostTried bounds how many names are remembered: an attacker with many
// addresses must fill neither the memory nor the time.
const mostTried = 10_000

// sweep forgets who has not tried for an hour, at most once a minute, and
// reports whether there is room.
func (l *limits) sweep(now time.Time) bool {
	if now.Sub(l.swept) >= time.Minute {
		l.swept = now
		for k, v := range l.tries {
			if now.Sub(v[len(v)-1]) > time.Hour {
				delete(l.tries, k)
			}
		}
	}
	return len(l.tries) < mostTried
}

// allow counts one try and reports whether it is within n in a span.
func (l *limits) allow(name string, n int, span time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if _, known := l.tries[name]; !known && len(l.tries) >= mostTried && !l.sweep(now) {
		return false
	}
	recent := l.tries[name][:0:0]
	for _, t := range l.tries[name] {
		if now.Sub(t) < span {
			recent = append(recent, t)
		}
	}
	if len(recent) >= n {
		l.tries[name] = recent
		return false
	}
	l.tries[name] = append(recent, now)
	return true
}

// door shows the way in for an invitation. Looking at the link does not use it
// up: programs that draw previews of links do look.
func (c *Console) door(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	staff := invited(c.Key, key, c.Clock())
	if staff == "" {
		c.stranger(w, r, "page.link.bad")
		return
	}
	c.render(w, r, http.StatusOK, "door", map[string]string{"Key": key, "Name": c.Office.NameOf(staff)})
}

// enter trades an invitation, once, for a session.
func (c *Console) enter(w http.ResponseWriter, r *http.Request) {
	key := r.PostFormValue("key")
	staff := invited(c.Key, key, c.Clock())
	if _, ok := c.Office.Person(responder.Actor{Platform: "console", ID: staff}); !ok {
		c.stranger(w, r, "page.link.bad")
		return
	}
	fresh, err := c.Spend(r.Context(), "invitation "+key, c.Clock())
	if err != nil {
		c.problem(w, r, err)
		return
	}
	if !fresh {
		c.stranger(w, r, "page.link.bad")
		return
	}
	c.letIn(w, r, staff)
}

func (c *Console) letIn(w http.ResponseWriter, r *http.Request, staff string) {
	session, err := c.sessions.open(r, staff)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.Log.Info("entered the page", "staff", staff, "from", c.visitor(r))
	http.SetCookie(w, c.cookie(r, cookieName, session, int(sessionLife/time.Second)))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// login takes a name and a password.
func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	staff, password := r.PostFormValue("staff"), r.PostFormValue("password")
	if len(staff) > 100 || len(password) > 4*maxPassword {
		c.stranger(w, r, "page.login.bad")
		return
	}
	if !c.limits.allow("ip "+c.visitor(r).String(), triesPerMinute, time.Minute) || !c.limits.allow("account "+staff, triesPerHour, time.Hour) {
		c.Log.Warn("too many tries to enter the page", "staff", staff, "from", c.visitor(r))
		c.stranger(w, r, "page.login.later")
		return
	}
	ok, err := c.checkPassword(r.Context(), staff, password)
	switch {
	case err != nil:
		c.problem(w, r, err)
	case !ok:
		c.Log.Warn("wrong password at the page", "staff", staff, "from", c.visitor(r))
		c.stranger(w, r, "page.login.bad")
	default:
		c.letIn(w, r, staff)
	}
}

func (c *Console) checkPassword(ctx context.Context, staff, password string) (bool, error) {
	select { // hashing costs 19 MiB: few at a time
	case c.hashes <- struct{}{}:
		defer func() { <-c.hashes }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	hash, err := c.Passwords.Password(ctx, staff)
	if err != nil {
		return false, err
	}
	_, known := c.Office.Person(responder.Actor{Platform: "console", ID: staff})
	return matches(hash, password) && known, nil
}

// changePassword sets one's own password, and ends every other visit.
func (c *Console) changePassword(w http.ResponseWriter, r *http.Request) {
	me := person(r)
	old, fresh := r.PostFormValue("old"), r.PostFormValue("new")
	if !c.limits.allow("account "+me.ID, triesPerHour, time.Hour) {
		c.say(w, r, "page.login.later", true)
		http.Redirect(w, r, "/people", http.StatusSeeOther)
		return
	}
	has, err := c.Passwords.Password(r.Context(), me.ID)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	right := has == ""
	if !right {
		if right, err = c.checkPassword(r.Context(), me.ID, old); err != nil {
			c.problem(w, r, err)
			return
		}
	}
	switch n := utf8.RuneCountInString(fresh); {
	case !right:
		c.say(w, r, "page.password.old", true)
	case n < minPassword || n > maxPassword || strings.EqualFold(fresh, me.ID):
		c.say(w, r, "page.password.short", true)
	default:
		if err := c.Passwords.SetPassword(r.Context(), me.ID, hashPassword(fresh), c.Clock()); err != nil {
			c.problem(w, r, err)
			return
		}
		if err := c.Visits.EndVisits(r.Context(), me.ID, ""); err != nil {
			c.problem(w, r, err)
			return
		}
		c.say(w, r, "page.password.set", false)
		c.letIn(w, r, me.ID)
		return
	}
	http.Redirect(w, r, "/people", http.StatusSeeOther)
}

func (c *Console) leave(w http.ResponseWriter, r *http.Request) {
	if v, ok, err := c.sessions.visit(r); err == nil && ok {
		if err := c.Visits.EndVisits(r.Context(), v.Staff, v.Hash); err != nil {
			c.problem(w, r, err)
			return
		}
	}
	http.SetCookie(w, c.cookie(r, cookieName, "", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (c *Console) leaveEverywhere(w http.ResponseWriter, r *http.Request) {
	if err := c.Visits.EndVisits(r.Context(), person(r).ID, ""); err != nil {
		c.problem(w, r, err)
		return
	}
	http.SetCookie(w, c.cookie(r, cookieName, "", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// strangerView is what somebody sees who is not in.
type strangerView struct {
	Why   string // key of a phrase
	Login bool   // somebody has a password: show the form
}

func (c *Console) stranger(w http.ResponseWriter, r *http.Request, why string) {
	v := strangerView{Why: why}
	for _, p := range c.Office.People {
		if hash, err := c.Passwords.Password(r.Context(), p.ID); err == nil && hash != "" {
			v.Login = true
			break
		}
	}
	c.render(w, r, http.StatusForbidden, "stranger", v)
}

// Package fakegoogle is Google for tests: its sign-in, the reviews of one app
// on Google Play, and those of locations on Business Profile, in memory on
// a port of 127.0.0.1. It refuses what the real services refuse.
// docs/fakes-google.md lists where each behaviour comes from.
package fakegoogle

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rasid/internal/platform/faketest"
)

// Names of what the fake holds.
const (
	Package  = "com.noor.app"
	Location = "accounts/11/locations/22"
	Email    = "rasid@noor.iam.gserviceaccount.example"
	Refresh  = "CANARY-refresh"
	token    = "CANARY-access"
)

// Review is one review with the business's answer.
type Review struct {
	ID       string
	Text     string // on Play, title and body joined by a TAB
	Original string
	Stars    int
	Created  time.Time
	Changed  time.Time
	Answer   string
	Answered time.Time
	State    string // of the answer on Business Profile: PENDING, APPROVED or REJECTED
	Rule     string // that a rejected answer broke
	Location string // "" is Location; on Business Profile only
	Link     string // where the owner answers, on Business Profile
}

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	faketest.Shelf[Review]
	Now func() time.Time
	key *rsa.PrivateKey

	issued  map[string]string
	noQuota bool
	broken  string // the rule that the next reply breaks; "" = none
	signIns int
}

// New starts a server.
func New(now func() time.Time) *Server {
	f := &Server{Shelf: faketest.Shelf[Review]{Name: func(r *Review) string { return r.ID }}, Now: now, key: shared(), issued: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.signIn)
	mux.HandleFunc("GET /androidpublisher/v3/applications/{pkg}/reviews", f.play(f.playList))
	mux.HandleFunc("GET /androidpublisher/v3/applications/{pkg}/reviews/{id}", f.play(f.playGet))
	mux.HandleFunc("POST /androidpublisher/v3/applications/{pkg}/reviews/{id}", f.play(f.playReply))
	mux.HandleFunc("GET /v4/accounts/11/locations/22/reviews", f.business(f.businessList))
	mux.HandleFunc("POST /v4/accounts/11/locations:batchGetReviews", f.business(f.businessBatch))
	mux.HandleFunc("GET /v4/accounts/11/locations/{location}/reviews/{id}", f.business(f.businessGet))
	mux.HandleFunc("PUT /v4/accounts/11/locations/{location}/reviews/{id}/reply", f.business(f.businessReply))
	f.Server = httptest.NewServer(f.Guard(faketest.InTurn(&f.Mu, mux)))
	return f
}

// shared is one key for all servers of a test: making them is slow.
var shared = sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil { // the machine has no randomness
		return nil
	}
	return key
}

// Rotate gives the service account another key; the one before is no longer
// known.
func (f *Server) Rotate() {
	key := newKey()
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.key, f.issued = key, map[string]string{}
}

// Key is the JSON key of the service account.
func (f *Server) Key() string {
	der, err := x509.MarshalPKCS8PrivateKey(f.key)
	if err != nil {
		return ""
	}
	b, _ := json.Marshal(map[string]string{ // strings always marshal
		"type": "service_account", "client_email": Email, "private_key_id": "k1", "token_uri": f.URL + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	return string(b)
}

// Say adds a review and returns it.
func (f *Server) Say(r Review) Review {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	if r.ID == "" {
		r.ID = "gp-" + strconv.Itoa(1000+len(f.Things))
	}
	if r.Changed.IsZero() {
		r.Changed = f.Now()
	}
	if r.Created.IsZero() {
		r.Created = r.Changed
	}
	f.Things = append(f.Things, &r)
	f.sort()
	return r
}

// SayAt adds a review of two stars that was written at a time and returns its id.
func (f *Server) SayAt(text string, at time.Time) (id string) {
	return f.Say(Review{Text: text, Stars: 2, Changed: at}).ID
}

// EditAt lets the author change the words of a review at a time.
func (f *Server) EditAt(id, text string, at time.Time) {
	f.Change(id, func(r *Review) { r.Text, r.Changed = text, at })
}

// AnswerAt lets a colleague answer a review at a time.
func (f *Server) AnswerAt(id, text string, at time.Time) {
	f.Change(id, func(r *Review) { r.Answer, r.Answered = text, at })
}

// Change lets a test change a review, as its author or a colleague would.
func (f *Server) Change(id string, change func(*Review)) {
	f.Shelf.Change(id, func(r *Review) { change(r); f.sort() })
}

// Reviews lists what stands there.
func (f *Server) Reviews() []Review { return f.All() }

// Counts returns how many writes and sign-ins were tried.
func (f *Server) Counts() (writes, signIns int) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.Writes(), f.signIns
}

// NoQuota makes Business Profile answer as it does to projects that are not
// approved.
func (f *Server) NoQuota(on bool) { f.Mu.Lock(); defer f.Mu.Unlock(); f.noQuota = on }

// Reject makes Business Profile reject the next reply as it is written, by a
// rule of its policy.
func (f *Server) Reject(rule string) { f.Mu.Lock(); defer f.Mu.Unlock(); f.broken = rule }

// Expire makes every token invalid.
func (f *Server) Expire() { f.Mu.Lock(); defer f.Mu.Unlock(); f.issued = map[string]string{} }

func (f *Server) sort() {
	slices.SortStableFunc(f.Things, func(a, b *Review) int { return a.Changed.Compare(b.Changed) })
}

// signIn trades an assertion or a refresh token for an access token.
func (f *Server) signIn(w http.ResponseWriter, r *http.Request) {
	f.signIns++
	scope := ""
	switch r.FormValue("grant_type") {
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		scope = f.believe(r.FormValue("assertion"))
	case "refresh_token":
		if r.FormValue("refresh_token") == Refresh && r.FormValue("client_id") != "" && r.FormValue("client_secret") != "" {
			scope = "https://www.googleapis.com/auth/business.manage"
		}
	}
	if scope == "" {
		faketest.JSON(w, 400, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
		return
	}
	t := fmt.Sprintf("%s-%d", token, f.signIns)
	f.issued[t] = scope
	faketest.JSON(w, 200, map[string]any{"access_token": t, "expires_in": 3599, "token_type": "Bearer"})
}

// believe checks an assertion as RFC 7523 asks and returns its scope.
func (f *Server) believe(assertion string) string {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return ""
	}
	var head struct{ Alg, Kid string }
	var claims struct {
		Iss, Scope, Aud string
		Iat, Exp        int64
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	now := f.Now().Unix()
	if err != nil || !decode(parts[0], &head) || !decode(parts[1], &claims) || head.Alg != "RS256" || head.Kid != "k1" ||
		rsa.VerifyPKCS1v15(&f.key.PublicKey, crypto.SHA256, sum[:], sig) != nil ||
		claims.Iss != Email || claims.Aud != f.URL+"/token" || claims.Iat > now || claims.Exp <= now || claims.Exp-claims.Iat > 3600 {
		return ""
	}
	return claims.Scope
}

func decode(part string, v any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, v) == nil
}

// allowed looks at the access token.
func (f *Server) allowed(w http.ResponseWriter, r *http.Request, scope string) bool {
	got, ok := f.issued[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	switch {
	case !ok:
		refuse(w, 401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
	case got != scope:
		refuse(w, 403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
	default:
		return true
	}
	return false
}

// before takes the fault of a write; it reports whether the write goes on.
func (f *Server) before(w http.ResponseWriter) (fault faketest.Fault, on bool) {
	return f.Before(w, func(code int) {
		if code == http.StatusTooManyRequests {
			refuse(w, code, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'.")
			return
		}
		refuse(w, code, "PERMISSION_DENIED", "The caller does not have permission")
	})
}

func refuse(w http.ResponseWriter, code int, status, message string) {
	faketest.JSON(w, code, map[string]any{"error": map[string]any{"code": code, "status": status, "message": message}})
}

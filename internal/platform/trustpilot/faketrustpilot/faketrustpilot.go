// Package faketrustpilot is Trustpilot for tests: the reviews of one business,
// read with an API key and answered by one business user, in memory on a port
// of 127.0.0.1. docs/fakes-trustpilot.md lists where each behaviour comes from.
package faketrustpilot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/platform/faketest"
)

// Names of what the fake holds.
const (
	Unit   = "46d6a890000064000500e0c3"
	User   = "507f191e810c19729de860ea"
	Key    = "CANARY-key"
	Secret = "CANARY-secret"
)

// Review is one review with the company's reply.
type Review struct {
	ID, Title, Text, Language string
	Stars                     int
	Created, Updated          time.Time // Updated is zero when never edited
	Answer                    string
	Answered                  time.Time
}

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	faketest.Shelf[Review]

	Now  func() time.Time
	Paid bool          // the business has a plan with the API module
	Busy time.Duration // not zero: readers are asked to wait so long

	tokens  map[string]bool
	signIns int
}

// New starts a server.
func New(now func() time.Time) *Server {
	f := &Server{Shelf: faketest.Shelf[Review]{Name: func(r *Review) string { return r.ID }}, Now: now, Paid: true, tokens: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/oauth/oauth-business-users-for-applications/accesstoken", f.signIn)
	mux.HandleFunc("GET /v1/business-units/{unit}/reviews", f.list)
	mux.HandleFunc("GET /v1/private/reviews/{id}", f.member(f.get))
	mux.HandleFunc("POST /v1/private/reviews/{id}/reply", f.member(f.reply))
	mux.HandleFunc("DELETE /v1/private/reviews/{id}/reply", f.member(f.withdraw))
	f.Server = httptest.NewServer(f.Guard(faketest.InTurn(&f.Mu, mux)))
	return f
}

// Say adds a review and returns it.
func (f *Server) Say(r Review) Review {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	if r.ID == "" {
		r.ID = fmt.Sprintf("%024x", 0x5000+len(f.Things))
	}
	if r.Created.IsZero() {
		r.Created = f.Now()
	}
	f.Things = append(f.Things, &r)
	slices.SortStableFunc(f.Things, func(a, b *Review) int { return a.Created.Compare(b.Created) })
	return r
}

// Reviews lists what stands there, oldest first.
func (f *Server) Reviews() []Review { return f.All() }

// Expire makes every token invalid.
func (f *Server) Expire() { f.Mu.Lock(); defer f.Mu.Unlock(); clear(f.tokens) }

// SignIns returns how often somebody signed in.
func (f *Server) SignIns() int { f.Mu.Lock(); defer f.Mu.Unlock(); return f.signIns }

func (f *Server) signIn(w http.ResponseWriter, r *http.Request) {
	f.signIns++
	id, secret, ok := r.BasicAuth()
	if !ok || id != Key || secret != Secret {
		refuse(w, 401, "Unauthorized")
		return
	}
	if r.FormValue("grant_type") != "client_credentials" {
		refuse(w, 400, "invalid_grant")
		return
	}
	t := "CANARY-token-" + strconv.Itoa(f.signIns)
	f.tokens[t] = true
	faketest.JSON(w, 200, map[string]any{"access_token": t, "expires_in": "359999", "refresh_token": "CANARY-refresh"})
}

// list is public: newest first, by page.
func (f *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page, perr := strconv.Atoi(q.Get("page"))
	size, serr := strconv.Atoi(q.Get("perPage"))
	switch {
	case f.Busy > 0:
		w.Header().Set("Retry-After", strconv.Itoa(int(f.Busy/time.Second)))
		refuse(w, 429, "Too many requests")
		return
	case r.Header.Get("Apikey") != Key:
		refuse(w, 401, "Invalid API key")
		return
	case r.PathValue("unit") != Unit:
		refuse(w, 404, "The business unit was not found")
		return
	case perr != nil || serr != nil || page < 1 || size < 1 || size > 100 || !slices.Contains([]string{"createdat.desc", "createdat.asc", "stars.desc", "stars.asc"}, q.Get("orderBy")):
		refuse(w, 400, "Bad request")
		return
	}
	list := []any{}
	for i, v := range slices.Backward(f.Things) {
		if n := len(f.Things) - 1 - i; n >= (page-1)*size && n < page*size {
			list = append(list, view(v))
		}
	}
	faketest.JSON(w, 200, map[string]any{"reviews": list, "links": []any{}})
}

func view(r *Review) map[string]any {
	stamp := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	out := map[string]any{
		"id": r.ID, "stars": r.Stars, "title": r.Title, "text": r.Text, "language": r.Language, "status": "active", "isVerified": false,
		"createdAt": stamp(r.Created), "updatedAt": stamp(r.Updated), "companyReply": nil,
		"consumer": map[string]any{"id": "507f191e810c19729de8" + r.ID[20:], "displayName": "سارة"},
	}
	if r.Answer != "" {
		out["companyReply"] = map[string]any{"text": r.Answer, "createdAt": r.Answered.UTC().Format("2006-01-02T15:04:05"), "updatedAt": nil}
	}
	return out
}

// member lets business users in.
func (f *Server) member(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !f.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]:
			refuse(w, 401, "Unauthorized")
		case !f.Paid:
			refuse(w, 403, "Forbidden")
		default:
			next(w, r)
		}
	}
}

func (f *Server) get(w http.ResponseWriter, r *http.Request) {
	if v := f.Find(r.PathValue("id")); v != nil {
		faketest.JSON(w, 200, view(v))
		return
	}
	refuse(w, 404, "The review was not found")
}

func (f *Server) reply(w http.ResponseWriter, r *http.Request) {
	var in struct{ AuthorBusinessUserID, Message string }
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		refuse(w, 415, "Unsupported media type")
		return
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		refuse(w, 400, "Bad request")
		return
	}
	fault, on := f.Before(w, func(code int) { refuse(w, code, http.StatusText(code)) })
	if !on {
		return
	}
	v := f.Find(r.PathValue("id"))
	switch {
	case v == nil:
		refuse(w, 404, "The review was not found")
		return
	case in.AuthorBusinessUserID != User:
		refuse(w, 403, "Forbidden")
		return
	case strings.TrimSpace(in.Message) == "" || !utf8.ValidString(in.Message):
		refuse(w, 400, "Bad request")
		return
	}
	v.Answer, v.Answered = in.Message, f.Now()
	faketest.After(w, fault, http.StatusCreated, map[string]any{})
}

func (f *Server) withdraw(w http.ResponseWriter, r *http.Request) {
	fault, on := f.Before(w, func(code int) { refuse(w, code, http.StatusText(code)) })
	if !on {
		return
	}
	v := f.Find(r.PathValue("id"))
	if v == nil || v.Answer == "" {
		refuse(w, 404, "The reply was not found")
		return
	}
	v.Answer, v.Answered = "", time.Time{}
	faketest.After(w, fault, http.StatusOK, map[string]any{})
}

func refuse(w http.ResponseWriter, code int, why string) {
	faketest.JSON(w, code, map[string]any{"message": why, "errorCode": code, "details": nil})
}

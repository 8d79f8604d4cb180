// Package fakeconsent is the OAuth server of a mail provider for tests: it turns
// the refresh token of one mailbox's owner into access tokens that end.
// docs/fakes-mail.md lists where each behaviour comes from.
package fakeconsent

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"

	"rasid/internal/platform/faketest"
)

// The consent of one owner.
const (
	ClientID     = "client.apps.example"
	ClientSecret = "CANARY-client-secret"
	Refresh      = "CANARY-refresh-token"
)

// Server gives tokens.
type Server struct {
	*httptest.Server
	faketest.Mood

	user    string
	mu      sync.Mutex
	token   string
	given   int
	revoked bool
}

// New starts a server for the mailbox of one user.
func New(user string) *Server {
	s := &Server{user: user}
	s.Server = httptest.NewServer(s.Guard(http.HandlerFunc(s.give)))
	return s
}

func (s *Server) give(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method != http.MethodPost || r.FormValue("grant_type") != "refresh_token":
		faketest.JSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	case r.FormValue("client_id") != ClientID || r.FormValue("client_secret") != ClientSecret:
		faketest.JSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case r.FormValue("refresh_token") != Refresh || s.revoked:
		faketest.JSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
	default:
		s.given++
		s.token = fmt.Sprintf("CANARY-access-%d", s.given)
		faketest.JSON(w, http.StatusOK, map[string]any{"access_token": s.token, "expires_in": 3599, "token_type": "Bearer"})
	}
}

// Takes reports whether a token opens the mailbox of a user.
func (s *Server) Takes(user, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return user == s.user && token != "" && token == s.token
}

// Expire ends the access token that was given last.
func (s *Server) Expire() { s.mu.Lock(); defer s.mu.Unlock(); s.token = "" }

// Revoke takes the consent back.
func (s *Server) Revoke() { s.mu.Lock(); defer s.mu.Unlock(); s.token, s.revoked = "", true }

// Given is how many tokens were given.
func (s *Server) Given() int { s.mu.Lock(); defer s.mu.Unlock(); return s.given }

package fakediscord

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// refusal is an error answer.
type refusal struct {
	status, code int
	text         string
	field, words string // of a form error
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, h func(*http.Request) (any, *refusal)) {
		method, path, _ := strings.Cut(pattern, " ")
		for _, v := range []string{"/api/v9", "/api/v10"} {
			mux.HandleFunc(method+" "+v+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, h) })
		}
	}
	on("GET /gateway", func(*http.Request) (any, *refusal) {
		return map[string]any{"url": "ws" + strings.TrimPrefix(s.base, "http") + "/ws"}, nil
	})
	on("GET /users/@me", func(*http.Request) (any, *refusal) { return bot(), nil })
	on("GET /users/@me/guilds", s.getGuilds)
	on("GET /applications/@me", s.getApplication)
	on("GET /channels/{channel}", s.getChannel)
	on("GET /channels/{channel}/messages", s.getMessages)
	on("POST /channels/{channel}/messages", s.postMessage)
	on("GET /channels/{channel}/messages/{message}", s.getMessage)
	on("PATCH /channels/{channel}/messages/{message}", s.patchMessage)
	on("GET /channels/{channel}/threads/archived/public", s.getArchived)
	on("GET /guilds/{guild}", s.getGuild)
	on("GET /guilds/{guild}/threads/active", s.getActive)
	on("GET /guilds/{guild}/members/{user}", s.getMember)
	on("PUT /applications/{app}/guilds/{guild}/commands", s.putCommands)
	on("POST /interactions/{id}/{token}/callback", s.respond)
	on("POST /webhooks/{app}/{token}", s.follow)
	on("PATCH /webhooks/{app}/{token}/messages/@original", s.complete)
	mux.HandleFunc("GET /ws/", s.serveGateway)
	return mux
}

// serve is one request's way: faults, authorisation, rate limit, the answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, h func(*http.Request) (any, *refusal)) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 32<<20))
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	s.mu.Lock()
	s.requests[r.Method+" /"+path]++
	s.mu.Unlock()

	f := s.faultFor(r)
	if f != nil && f.Hold != nil {
		select {
		case <-f.Hold:
		case <-r.Context().Done():
			return
		}
	}
	if f != nil && !f.After && (f.Drop || f.Status != 0) {
		misbehave(w, f, nil)
		return
	}
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/json")
	s.answer(rec, r, h)
	if f != nil && (f.Drop || f.Cut || f.Status != 0) {
		misbehave(w, f, rec.Body.Bytes())
		return
	}
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func misbehave(w http.ResponseWriter, f *Fault, answer []byte) {
	if f.Status != 0 {
		maps.Copy(w.Header(), f.Header)
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, f.Body)
		return
	}
	if f.Cut {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer[:len(answer)/2])
	}
	panic(http.ErrAbortHandler) // ends the connection without another byte
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, h func(*http.Request) (any, *refusal)) {
	open := strings.Contains(r.URL.Path, "/interactions/") || strings.Contains(r.URL.Path, "/webhooks/")
	s.mu.Lock()
	revoked := s.revoked
	s.mu.Unlock()
	if !open && (revoked || r.Header.Get("Authorization") != "Bot "+Token) {
		refuse(w, &refusal{status: 401, text: "401: Unauthorized"})
		return
	}
	if !strings.HasPrefix(r.Header.Get("User-Agent"), "DiscordBot (") {
		refuse(w, &refusal{status: 403, code: 40333, text: "internal network error"})
		return
	}
	if !open && !s.admit(w, r.Method+" "+majors.ReplaceAllString(r.URL.Path, "/$1")) {
		return
	}
	v, no := h(r)
	switch {
	case no != nil:
		refuse(w, no)
	case v == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		_ = json.NewEncoder(w).Encode(v)
	}
}

// majors keeps the channel, guild or webhook of a path and drops other ids.
var majors = regexp.MustCompile(`/(messages|members)/\d+`)

func refuse(w http.ResponseWriter, no *refusal) {
	body := map[string]any{"code": no.code, "message": no.text}
	if no.words != "" {
		var node any = map[string]any{"_errors": []any{map[string]any{"code": "FAKE", "message": no.words}}}
		for _, part := range slices.Backward(strings.Split(no.field, ".")) {
			node = map[string]any{part: node}
		}
		body["errors"] = node
	}
	w.WriteHeader(no.status)
	_ = json.NewEncoder(w).Encode(body)
}

func badForm(field, words string) *refusal {
	return &refusal{status: 400, code: 50035, text: "Invalid Form Body", field: field, words: words}
}

func bot() map[string]any {
	return map[string]any{"id": BotID, "username": "rasid-test", "bot": true}
}

func (s *Server) getApplication(*http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	flags := 1 << 19
	if s.noContent {
		flags = 0
	}
	return map[string]any{"id": appID, "flags": flags}, nil
}

// see finds a channel the bot may see. The lock is held.
func (s *Server) see(r *http.Request) (*channel, *refusal) {
	c := s.channels[r.PathValue("channel")]
	if c == nil {
		return nil, &refusal{status: 404, code: 10003, text: "Unknown Channel"}
	}
	at := c
	if p := s.channels[c.Parent]; p != nil {
		at = p
	}
	if at.noSee {
		return nil, &refusal{status: 403, code: 50001, text: "Missing Access"}
	}
	return c, nil
}

func (s *Server) getChannel(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, no := s.see(r)
	if no != nil {
		return nil, no
	}
	return c.json(), nil
}

func (s *Server) getArchived(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, no := s.see(r)
	if no != nil {
		return nil, no
	}
	return map[string]any{"threads": s.threads(func(t *channel) bool { return t.Parent == c.ID && t.Archived }), "has_more": false}, nil
}

func (s *Server) getActive(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"threads": s.threads(func(t *channel) bool {
		return t.Guild == r.PathValue("guild") && t.Parent != "" && !t.Archived
	})}, nil
}

func (s *Server) threads(keep func(*channel) bool) []any {
	out := []any{}
	for _, c := range s.channels {
		if keep(c) {
			out = append(out, c.json())
		}
	}
	return out
}

func (s *Server) getGuilds(*http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []any{}
	for _, g := range s.guilds() {
		out = append(out, map[string]any{"id": g["id"], "name": g["name"]})
	}
	return out, nil
}

func (s *Server) getGuild(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"id": r.PathValue("guild"), "owner_id": "1", "roles": s.roles}, nil
}

func (s *Server) getMember(r *http.Request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"user": map[string]any{"id": r.PathValue("user")}, "roles": s.botRoles}, nil
}

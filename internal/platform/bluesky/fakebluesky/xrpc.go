package fakebluesky

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"rasid/internal/platform/bluesky"
	"rasid/internal/platform/faketest"
)

type object = map[string]any

func refuse(w http.ResponseWriter, code int, what, message string) {
	faketest.JSON(w, code, object{"error": what, "message": message})
}

func (f *Server) locked(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		next(w, r)
	}
}

// member lets those in who bring the access token.
func (f *Server) member(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch got := r.Header.Get("Authorization"); {
		case got == "":
			refuse(w, 401, "AuthMissing", "Authentication Required")
		case f.access == "" || got != "Bearer "+f.access:
			refuse(w, 400, "ExpiredToken", "Token has expired")
		default:
			next(w, r)
		}
	}
}

func (f *Server) signIn(w http.ResponseWriter, r *http.Request) {
	now, recent := f.Now(), 0
	for _, t := range f.signIns {
		if now.Sub(t) < 5*time.Minute {
			recent++
		}
	}
	if recent >= 30 {
		w.Header().Set("RateLimit-Reset", strconv.FormatInt(time.Now().Add(5*time.Minute).Unix(), 10))
		refuse(w, 429, "RateLimitExceeded", "Rate Limit Exceeded")
		return
	}
	f.signIns = append(f.signIns, now)
	var in struct{ Identifier, Password string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || (in.Identifier != Handle && in.Identifier != Self) || in.Password != Password {
		refuse(w, 401, "AuthenticationRequired", "Invalid identifier or password")
		return
	}
	f.grant(w)
}

func (f *Server) renew(w http.ResponseWriter, r *http.Request) {
	if f.refresh == "" || r.Header.Get("Authorization") != "Bearer "+f.refresh {
		refuse(w, 400, "ExpiredToken", "Token has been revoked")
		return
	}
	f.grant(w)
}

// grant makes new tokens; the refresh token before is used up.
func (f *Server) grant(w http.ResponseWriter) {
	f.tokens++
	f.access, f.refresh = fmt.Sprintf("CANARY-access-%d", f.tokens), fmt.Sprintf("CANARY-refresh-%d", f.tokens)
	faketest.JSON(w, 200, object{"accessJwt": f.access, "refreshJwt": f.refresh, "did": Self, "handle": Handle})
}

var tid = regexp.MustCompile(`^[234567a-j][234567a-z]{12}$`)

func (f *Server) put(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Repo, Collection, RKey string
		Record                 bluesky.Post
	}
	bad := json.NewDecoder(r.Body).Decode(&in)
	f.writes++
	fault, goOn := f.Before(w, func(code int) {
		if code == http.StatusTooManyRequests {
			w.Header().Del("Retry-After") // Bluesky names the moment alone
			w.Header().Set("RateLimit-Reset", strconv.FormatInt(time.Now().Add(2*time.Minute).Unix(), 10))
			refuse(w, code, "RateLimitExceeded", "Rate Limit Exceeded")
			return
		}
		refuse(w, code, "AccountTakedown", "Account has been taken down")
	})
	if !goOn {
		return
	}
	p := in.Record
	_, when := time.Parse(time.RFC3339, p.Created)
	switch {
	case bad != nil || in.Collection != bluesky.Posts || p.Type != bluesky.Posts:
		refuse(w, 400, "InvalidRequest", "Input must have a record of its collection")
	case in.Repo != Self:
		refuse(w, 401, "AuthMissing", "Authentication Required")
	case !tid.MatchString(in.RKey):
		refuse(w, 400, "InvalidRequest", "Invalid record key")
	case when != nil:
		refuse(w, 400, "InvalidRequest", "Record/createdAt must be an valid atproto datetime")
	case bluesky.Fits(p.Text) != nil:
		refuse(w, 400, "InvalidRequest", "Record/text must not be longer than 300 graphemes")
	case p.Reply != nil && (p.Reply.Root.CID == "" || p.Reply.Parent.CID == "" || p.Reply.Root.URI == "" || p.Reply.Parent.URI == ""):
		refuse(w, 400, "InvalidRequest", "Record/reply must have root and parent")
	default:
		faketest.After(w, fault, 200, f.keep(in.RKey, p))
	}
}

// keep writes a record of ours, over one of its name.
func (f *Server) keep(rkey string, p bluesky.Post) bluesky.Ref {
	old := f.find(bluesky.URI(Self, rkey))
	if old == nil {
		return f.add(Self, rkey, p, f.Now()).Ref
	}
	if c := cid(p); c != old.CID { // else a no-op
		old.Record, old.CID = p, c
		f.tell(old, "update", f.Now())
	}
	return old.Ref
}

func (f *Server) record(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if p := f.find(bluesky.URI(q.Get("repo"), q.Get("rkey"))); p != nil && q.Get("collection") == bluesky.Posts {
		faketest.JSON(w, 200, object{"uri": p.URI, "cid": p.CID, "value": p.Record})
		return
	}
	refuse(w, 400, "RecordNotFound", "Could not locate record")
}

func (f *Server) view(p *Post) object {
	return object{"uri": p.URI, "cid": p.CID, "author": f.accounts[p.Author], "record": p.Record, "indexedAt": p.Record.Created, "viewer": object{"replyDisabled": f.closed[p.URI]}}
}

func (f *Server) getPosts(w http.ResponseWriter, r *http.Request) {
	uris := r.URL.Query()["uris"]
	if len(uris) == 0 || len(uris) > 25 {
		refuse(w, 400, "InvalidRequest", "Error: uris must not have more than 25 elements")
		return
	}
	found := []any{}
	for _, u := range uris {
		if p := f.find(u); p != nil {
			found = append(found, f.view(p))
		}
	}
	faketest.JSON(w, 200, object{"posts": found})
}

func (f *Server) thread(w http.ResponseWriter, r *http.Request) {
	top := f.find(r.URL.Query().Get("uri"))
	if top == nil {
		refuse(w, 400, "NotFound", "Post not found: "+r.URL.Query().Get("uri"))
		return
	}
	replies := []any{}
	for _, p := range f.posts {
		if p.Record.Reply != nil && p.Record.Reply.Parent.URI == top.URI {
			replies = append(replies, object{"$type": "app.bsky.feed.defs#threadViewPost", "post": f.view(p)})
		}
	}
	replies = append(replies, object{"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://did:plc:x/app.bsky.feed.post/y", "blocked": true})
	faketest.JSON(w, 200, object{"thread": object{"$type": "app.bsky.feed.defs#threadViewPost", "post": f.view(top), "replies": replies}})
}

func (f *Server) profile(w http.ResponseWriter, r *http.Request) {
	if a := f.account(r.URL.Query().Get("actor")); a != nil {
		faketest.JSON(w, 200, a)
		return
	}
	refuse(w, 400, "InvalidRequest", "Profile not found")
}

func (f *Server) account(actor string) *bluesky.Profile {
	for _, a := range f.accounts {
		if a.DID == actor || a.Handle == strings.ToLower(actor) {
			return a
		}
	}
	return nil
}

func (f *Server) profiles(w http.ResponseWriter, r *http.Request) {
	actors := r.URL.Query()["actors"]
	if len(actors) > 25 {
		refuse(w, 400, "InvalidRequest", "Error: actors must not have more than 25 elements")
		return
	}
	found := []any{}
	for _, who := range actors {
		if a := f.account(who); a != nil {
			found = append(found, a)
		}
	}
	faketest.JSON(w, 200, object{"profiles": found})
}

func (f *Server) resolve(w http.ResponseWriter, r *http.Request) {
	if a := f.account(r.URL.Query().Get("handle")); a != nil {
		faketest.JSON(w, 200, object{"did": a.DID})
		return
	}
	refuse(w, 400, "InvalidRequest", "Unable to resolve handle")
}

// subscribe is a Jetstream: what happened since the cursor, then what happens.
func (f *Server) subscribe(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	since, err := strconv.ParseInt("0"+q.Get("cursor"), 10, 64)
	f.mu.Lock()
	down, breaks, next := f.down[r.PathValue("stream")], f.breaks, 0
	f.streams++
	if since == 0 || since > f.Now().UnixMicro() { // live alone
		next = len(f.events)
	}
	f.mu.Unlock()
	switch {
	case down:
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	case err != nil || q.Get("wantedCollections") != bluesky.Posts:
		http.Error(w, "invalid cursor", http.StatusBadRequest)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _, _ = conn.ReadMessage() // until the client hangs up
	}()
	defer func() { _ = conn.Close(); <-left }()
	for sent := 0; ; {
		f.mu.Lock()
		all, news := f.events[next:], f.news
		next = len(f.events)
		f.mu.Unlock()
		for _, e := range all {
			if e.at < since {
				continue
			}
			if breaks > 0 && sent == breaks {
				return
			}
			if sent++; conn.WriteMessage(websocket.TextMessage, e.raw) != nil {
				return
			}
		}
		select {
		case <-news:
		case <-left:
			return
		case <-f.gone:
			return
		}
	}
}

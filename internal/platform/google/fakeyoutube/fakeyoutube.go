// Package fakeyoutube is YouTube's comments for tests: the videos of one
// channel of ours, in memory on a port of 127.0.0.1, with Google's sign-in and
// its quota. It refuses what the real service refuses. docs/fakes-youtube.md
// lists where each behaviour comes from.
package fakeyoutube

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"rasid/internal/platform/faketest"
)

// Names of what the fake holds.
const (
	Channel = "UCnoornoornoornoornoorno"
	Video   = "noorNOOR_01"
	Quiet   = "quietQUIET1" // comments are switched off
	Key     = "CANARY-key"
	Refresh = "CANARY-refresh"
)

// Comment is one comment as YouTube keeps it.
type Comment struct {
	ID, Parent, By, Text string
	Published, Updated   time.Time
}

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	Now func() time.Time

	mu       sync.Mutex
	comments []*Comment // oldest first
	token    string
	tokens   int
	reader   bool // the consent is for reading alone
	quota    int  // units that are left
	spent    int
	odd      bool // the next write answers processingFailure
}

// New starts a server.
func New(now func() time.Time) *Server {
	f := &Server{Now: now, quota: 10_000}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.signIn)
	mux.HandleFunc("GET /youtube/v3/commentThreads", f.call(1, f.threads))
	mux.HandleFunc("GET /youtube/v3/comments", f.call(1, f.list))
	mux.HandleFunc("POST /youtube/v3/comments", f.call(50, f.insert))
	mux.HandleFunc("GET /youtube/v3/channels", f.call(1, f.channels))
	f.Server = httptest.NewServer(f.Guard(mux))
	return f
}

// Say lets somebody comment, below another comment or, for parent "", on the
// video, and returns it.
func (f *Server) Say(by, parent, text string, at time.Time) Comment {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *f.add(by, parent, text, at)
}

func (f *Server) add(by, parent, text string, at time.Time) *Comment {
	n := len(f.comments)
	c := &Comment{ID: fmt.Sprintf("Ugz%08dAaABAg", n), Parent: parent, By: by, Text: text, Published: at, Updated: at}
	if parent != "" {
		c.ID = fmt.Sprintf("%s.9%06d", parent, n)
	}
	f.comments = append(f.comments, c)
	return c
}

// Edit changes a comment.
func (f *Server) Edit(id, text string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.find(id); c != nil {
		c.Text, c.Updated = text, at
	}
}

// Delete removes a comment, and what stands below it.
func (f *Server) Delete(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.comments = slices.DeleteFunc(f.comments, func(c *Comment) bool { return c.ID == id || c.Parent == id })
}

// Ours lists the comments of our channel, oldest first.
func (f *Server) Ours() []Comment {
	f.mu.Lock()
	defer f.mu.Unlock()
	return faketest.Those(f.comments, func(c *Comment) bool { return c.By == Channel })
}

// Quota sets how many units are left today.
func (f *Server) Quota(left int) { f.mu.Lock(); defer f.mu.Unlock(); f.quota = left }

// Spent is how many units were used.
func (f *Server) Spent() int { f.mu.Lock(); defer f.mu.Unlock(); return f.spent }

// Expire makes the access token invalid.
func (f *Server) Expire() { f.mu.Lock(); defer f.mu.Unlock(); f.token = "" }

// ReadOnly makes the consent one for reading alone.
func (f *Server) ReadOnly() { f.mu.Lock(); defer f.mu.Unlock(); f.reader = true }

// Stumble makes the next write answer processingFailure, and do it all the same.
func (f *Server) Stumble() { f.mu.Lock(); defer f.mu.Unlock(); f.odd = true }

func (f *Server) find(id string) *Comment {
	for _, c := range f.comments {
		if c.ID == id {
			return c
		}
	}
	return nil
}

type object = map[string]any

func refuse(w http.ResponseWriter, code int, reason, message string) {
	domain := "youtube.comment"
	if reason == "quotaExceeded" {
		domain = "youtube.quota"
	}
	faketest.JSON(w, code, object{"error": object{"code": code, "message": message, "errors": []any{object{"message": message, "domain": domain, "reason": reason}}}})
}

func (f *Server) signIn(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.FormValue("grant_type") != "refresh_token" || r.FormValue("refresh_token") != Refresh || r.FormValue("client_id") == "" || r.FormValue("client_secret") == "" {
		faketest.JSON(w, 400, object{"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
		return
	}
	f.tokens++
	f.token = fmt.Sprintf("CANARY-access-%d", f.tokens)
	faketest.JSON(w, 200, object{"access_token": f.token, "expires_in": 3599, "token_type": "Bearer"})
}

// call counts the units of a call and lets those in who bring a key, or a token.
func (f *Server) call(cost int, next func(w http.ResponseWriter, r *http.Request, owner bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		token, signed := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case signed && (f.token == "" || token != f.token):
			refuse(w, 401, "authError", "Invalid Credentials")
		case !signed && r.Header.Get("X-Goog-Api-Key") != Key:
			faketest.JSON(w, 400, object{"error": object{"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid. Please pass a valid API key.", "details": []any{object{"reason": "API_KEY_INVALID"}}}})
		case f.quota < cost:
			refuse(w, 403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota.")
		case r.URL.Query().Get("part") == "":
			refuse(w, 400, "missingRequiredParameter", "No filter selected.")
		default:
			f.quota -= cost
			f.spent += cost
			next(w, r, signed)
		}
	}
}

func (f *Server) resource(c *Comment, owner bool) object {
	s := object{
		"channelId": Channel, "videoId": Video, "textDisplay": c.Text, "authorDisplayName": "@" + c.By, "authorChannelId": object{"value": c.By},
		"publishedAt": c.Published.Format(time.RFC3339), "updatedAt": c.Updated.Format(time.RFC3339),
	}
	if c.Parent != "" {
		s["parentId"] = c.Parent
	}
	if owner && c.By == Channel {
		s["textOriginal"] = c.Text
	}
	return object{"kind": "youtube#comment", "id": c.ID, "snippet": s}
}

// page cuts a list into pages.
func page(w http.ResponseWriter, r *http.Request, all []any) {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("maxResults"))
	if q.Get("maxResults") == "" {
		size, err = 20, nil
	}
	if err != nil || size < 1 || size > 100 {
		refuse(w, 400, "invalidParameter", "Invalid value for maxResults")
		return
	}
	from, _ := strconv.Atoi(q.Get("pageToken")) // absent at first
	end := min(from+size, len(all))
	out := object{"items": append([]any{}, all[min(from, end):end]...)}
	if end < len(all) {
		out["nextPageToken"] = strconv.Itoa(end)
	}
	faketest.JSON(w, 200, out)
}

func (f *Server) threads(w http.ResponseWriter, r *http.Request, owner bool) {
	q := r.URL.Query()
	channel, video := q.Get("allThreadsRelatedToChannelId"), q.Get("videoId")
	switch {
	case (channel == "") == (video == ""):
		refuse(w, 400, "invalidFilters", "Specify exactly one filter")
		return
	case channel != "" && channel != Channel:
		refuse(w, 404, "channelNotFound", "The channel could not be found.")
		return
	case video == Quiet:
		refuse(w, 403, "commentsDisabled", "The video has disabled comments.")
		return
	case video != "" && video != Video:
		refuse(w, 404, "videoNotFound", "The video could not be found.")
		return
	}
	top := slices.DeleteFunc(slices.Clone(f.comments), func(c *Comment) bool { return c.Parent != "" })
	slices.SortStableFunc(top, func(a, b *Comment) int { return a.Published.Compare(b.Published) })
	var all []any
	for _, c := range slices.Backward(top) {
		below := f.below(c.ID, owner)
		t := object{"kind": "youtube#commentThread", "id": c.ID, "snippet": object{"channelId": Channel, "videoId": Video, "topLevelComment": f.resource(c, owner), "totalReplyCount": len(below)}}
		if len(below) > 0 {
			t["replies"] = object{"comments": below[max(0, len(below)-5):]}
		}
		all = append(all, t)
	}
	page(w, r, all)
}

// below lists the answers to a comment, oldest first.
func (f *Server) below(parent string, owner bool) (out []any) {
	for _, c := range f.comments {
		if c.Parent == parent {
			out = append(out, f.resource(c, owner))
		}
	}
	return out
}

func (f *Server) list(w http.ResponseWriter, r *http.Request, owner bool) {
	q := r.URL.Query()
	if id := q.Get("id"); id != "" {
		if c := f.find(id); c != nil {
			faketest.JSON(w, 200, object{"items": []any{f.resource(c, owner)}})
			return
		}
		faketest.JSON(w, 200, object{"items": []any{}})
		return
	}
	if p := f.find(q.Get("parentId")); p == nil || p.Parent != "" {
		refuse(w, 404, "commentNotFound", "The specified comment could not be found.")
		return
	}
	page(w, r, f.below(q.Get("parentId"), owner))
}

func (f *Server) channels(w http.ResponseWriter, r *http.Request, owner bool) {
	q := r.URL.Query()
	switch {
	case q.Get("mine") == "true" && !owner:
		refuse(w, 401, "authorizationRequired", "The request uses the mine parameter but is not properly authorized.")
	case q.Get("mine") == "true" || q.Get("id") == Channel:
		faketest.JSON(w, 200, object{"items": []any{object{"id": Channel, "snippet": object{"title": "Noor Coffee"}}}})
	default:
		faketest.JSON(w, 200, object{"pageInfo": object{"totalResults": 0}})
	}
}

func (f *Server) insert(w http.ResponseWriter, r *http.Request, owner bool) {
	var in struct {
		Snippet struct{ ParentID, TextOriginal string }
	}
	bad := json.NewDecoder(r.Body).Decode(&in)
	fault, goOn := f.Before(w, func(code int) {
		refuse(w, code, "forbidden", "The comment cannot be created due to insufficient permissions.")
	})
	if !goOn {
		return
	}
	text := strings.TrimSpace(in.Snippet.TextOriginal)
	parent := f.find(in.Snippet.ParentID)
	switch {
	case !owner:
		refuse(w, 401, "authorizationRequired", "Login Required")
	case f.reader:
		refuse(w, 403, "insufficientPermissions", "Request had insufficient authentication scopes.")
	case bad != nil || text == "":
		refuse(w, 400, "commentTextRequired", "Comments cannot be empty.")
	case len(utf16.Encode([]rune(text))) > 10_000:
		refuse(w, 400, "commentTextTooLong", "The text contains too many characters.")
	case parent == nil:
		refuse(w, 404, "parentCommentNotFound", "The specified parent comment could not be found.")
	case parent.Parent != "":
		refuse(w, 400, "operationNotSupported", "The API user is not able to insert a comment in reply to this comment.")
	default:
		c := f.add(Channel, parent.ID, text, f.Now())
		if f.odd {
			f.odd = false
			refuse(w, 400, "processingFailure", "The API server failed to successfully process the request.")
			return
		}
		faketest.After(w, fault, 200, f.resource(c, true))
	}
}

package fakereddit

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rasid/internal/platform/faketest"
)

func (f *Server) signIn(w http.ResponseWriter, r *http.Request) {
	f.signIns++
	id, secret, _ := r.BasicAuth()
	if id != ID || secret != Secret || !named(r) {
		faketest.JSON(w, 401, map[string]any{"message": "Unauthorized", "error": 401})
		return
	}
	as := ""
	switch r.FormValue("grant_type") {
	case "password":
		if r.FormValue("username") == Account && r.FormValue("password") == Password {
			as = Account
		}
	case "refresh_token":
		if r.FormValue("refresh_token") == Refresh {
			as = Account
		}
	case "client_credentials":
		as = "-" // nobody
	}
	if as == "" {
		faketest.JSON(w, 200, map[string]any{"error": "invalid_grant"}) // in an answer of 200
		return
	}
	t := "CANARY-token-" + strconv.Itoa(f.signIns)
	f.tokens[t] = as
	faketest.JSON(w, 200, map[string]any{"access_token": t, "token_type": "bearer", "expires_in": 86400, "scope": "*"})
}

// member lets those in who bring a token and name themselves.
func (f *Server) member(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		as := f.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		person := strings.HasPrefix(r.URL.Path, "/message/") || r.Method == http.MethodPost || r.URL.Path == "/api/v1/me"
		switch {
		case !named(r):
			faketest.JSON(w, 429, map[string]any{"message": "Too Many Requests", "error": 429})
		case as == "":
			faketest.JSON(w, 401, map[string]any{"message": "Unauthorized", "error": 401})
		case person && as != Account:
			faketest.JSON(w, 403, map[string]any{"message": "Forbidden", "error": 403})
		case r.PathValue("sub") != "" && r.PathValue("sub") != Community:
			faketest.JSON(w, 404, map[string]any{"message": "Not Found", "error": 404})
		default:
			f.counted(next)(w, r)
		}
	}
}

// counted names, as Reddit does, what is left of ten minutes (100 requests of a
// minute, averaged; reddit.com/wiki/api).
func (f *Server) counted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.used++
		h := w.Header()
		h.Set("X-Ratelimit-Used", strconv.Itoa(f.used))
		h.Set("X-Ratelimit-Remaining", strconv.Itoa(max(1000-f.used, 0))+".0")
		h.Set("X-Ratelimit-Reset", "345")
		next(w, r)
	}
}

func (f *Server) me(w http.ResponseWriter, _ *http.Request) {
	faketest.JSON(w, 200, map[string]any{"name": Account})
}

// data is a thing as the API shows it.
func (f *Server) data(t *Thing) map[string]any {
	d := map[string]any{
		"name": t.Name, "id": t.Name[3:], "author": t.Author, "author_fullname": "t2_" + t.Author, "created_utc": float64(t.Created.Unix()),
		"permalink": permalink(t), "edited": false, "locked": t.Locked, "archived": t.Archived, "subreddit": Community,
	}
	if !t.Edited.IsZero() {
		d["edited"] = float64(t.Edited.Unix())
	}
	words := t.Text
	switch {
	case t.Deleted:
		words, d["author"] = "[deleted]", "[deleted]"
		delete(d, "author_fullname")
	case t.Removed:
		words, d["author"] = "[removed]", "[deleted]"
		delete(d, "author_fullname")
	}
	if t.Parent != "" {
		d["body"], d["parent_id"], d["link_id"], d["replies"] = words, t.Parent, t.Link, ""
		if p := f.find(t.Link); p != nil {
			d["link_title"] = p.Title
		}
		return d
	}
	d["title"], d["selftext"], d["removed_by_category"] = t.Title, words, nil
	if t.Deleted {
		d["removed_by_category"] = "deleted"
	}
	if t.Removed {
		d["removed_by_category"] = "moderator"
	}
	return d
}

// listing is a page of things, as many as asked for behind the one named after.
func (f *Server) listing(things []*Thing, r *http.Request) map[string]any {
	limit, after := min(max(number(r.URL.Query().Get("limit"), 25), 1), 100), r.URL.Query().Get("after")
	if after != "" {
		for i, t := range things {
			if t.Name == after {
				things = things[i+1:]
				break
			}
		}
	}
	children, next := []any{}, any(nil)
	for i, t := range things {
		if i == limit {
			next = things[i-1].Name
			break
		}
		children = append(children, map[string]any{"kind": t.Name[:2], "data": f.data(t)})
	}
	return map[string]any{"kind": "Listing", "data": map[string]any{"after": next, "children": children}}
}

func (f *Server) list(w http.ResponseWriter, r *http.Request) {
	faketest.JSON(w, 200, f.listing(f.chosen(r), r))
}

func (f *Server) info(w http.ResponseWriter, r *http.Request) {
	var found []*Thing
	for name := range strings.SplitSeq(r.URL.Query().Get("id"), ",") {
		if t := f.find(name); t != nil {
			found = append(found, t)
		}
	}
	faketest.JSON(w, 200, f.listing(found, r))
}

// below lists what stands right below a thing, newest first.
func (f *Server) below(name string, r *http.Request) map[string]any {
	var found []*Thing
	for _, t := range slices.Backward(f.things) {
		if t.Parent == name {
			found = append(found, t)
		}
	}
	return f.listing(found, r)
}

func (f *Server) thread(w http.ResponseWriter, r *http.Request) {
	post := f.find("t3_" + r.PathValue("post"))
	if post == nil {
		faketest.JSON(w, 404, map[string]any{"message": "Not Found", "error": 404})
		return
	}
	comments := f.below(post.Name, r)
	if id := r.URL.Query().Get("comment"); id != "" {
		t := f.find("t1_" + id)
		if t == nil {
			faketest.JSON(w, 404, map[string]any{"message": "Not Found", "error": 404})
			return
		}
		d := f.data(t)
		d["replies"] = f.below(t.Name, r)
		comments = map[string]any{"kind": "Listing", "data": map[string]any{"children": []any{map[string]any{"kind": "t1", "data": d}}}}
	}
	faketest.JSON(w, 200, []any{f.listing([]*Thing{post}, r), comments})
}

func (f *Server) comment(w http.ResponseWriter, r *http.Request) {
	parent, words := f.find(r.FormValue("thing_id")), strings.TrimSpace(r.FormValue("text"))
	fault, on := f.Before(w, func(code int) {
		if code == http.StatusTooManyRequests {
			w.Header().Del("Retry-After") // Reddit has a header of its own
			w.Header().Set("X-Ratelimit-Reset", "7")
		}
		faketest.JSON(w, code, map[string]any{"message": http.StatusText(code), "error": code})
	})
	if !on {
		return
	}
	code, why := f.refusal[0], f.refusal[1]
	f.refusal = [2]string{}
	switch {
	case code != "":
	case parent == nil:
		code, why = "NO_THING_ID", "id not specified"
	case parent.Deleted && parent.Parent != "":
		code, why = "DELETED_COMMENT", "that comment has been deleted"
	case parent.Deleted:
		code, why = "DELETED_LINK", "the link you are commenting on has been deleted"
	case parent.Locked:
		code, why = "THREAD_LOCKED", "Comments are locked."
	case parent.Archived:
		code, why = "TOO_OLD", "that's a piece of history now; it's too late to reply to it"
	case words == "":
		code, why = "NO_TEXT", "we need something here"
	case utf8.RuneCountInString(words) > 10000:
		code, why = "TOO_LONG", "this is too long (max: 10000)"
	}
	if code != "" {
		faketest.JSON(w, 200, map[string]any{"json": map[string]any{"errors": []any{[]string{code, why, "parent"}}}})
		return
	}
	t := f.add(Thing{Parent: parent.Name, Author: Account, Text: words})
	faketest.After(w, fault, 200, map[string]any{"json": map[string]any{"errors": []any{}, "data": map[string]any{"things": []any{map[string]any{"kind": "t1", "data": f.data(t)}}}}})
}

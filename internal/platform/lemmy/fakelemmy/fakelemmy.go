// Package fakelemmy is a Lemmy server for tests: posts and comments in memory
// and one account of ours, on a port of 127.0.0.1. docs/fakes-lemmy.md lists
// where each behaviour comes from.
package fakelemmy

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
	"unicode/utf8"

	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/lemmy"
)

// Token is our account's, and Self its id.
const (
	Token = "CANARY-jwt"
	Self  = int64(1)
)

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	mu sync.Mutex

	Now    func() time.Time
	Banned bool

	posts    []*lemmy.PostView    // oldest first
	comments []*lemmy.CommentView // oldest first
	asked    map[string]int       // reads of each path
}

// New starts a server.
func New(now func() time.Time) *Server {
	f := &Server{Now: now, asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v3/search", f.search)
	mux.HandleFunc("GET /api/v3/post", f.post)
	mux.HandleFunc("GET /api/v3/comment", f.comment)
	mux.HandleFunc("GET /api/v3/comment/list", f.list)
	mux.HandleFunc("GET /api/v3/site", f.site)
	mux.HandleFunc("POST /api/v3/comment", f.write)
	f.Server = httptest.NewServer(f.Guard(faketest.InTurn(&f.mu, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked[r.URL.Path]++
		mux.ServeHTTP(w, r)
	}))))
	return f
}

// AddPost adds a post and returns it.
func (f *Server) AddPost(title, body string, at time.Time, who lemmy.Person) lemmy.PostView {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := &lemmy.PostView{Post: lemmy.Post{ID: int64(len(f.posts) + 1), Name: title, Body: body, Published: outbound.Moment{Time: at}}, Creator: who}
	v.Post.ApID = f.URL + "/post/" + strconv.FormatInt(v.Post.ID, 10)
	f.posts = append(f.posts, v)
	return *v
}

// AddComment adds a comment below a post, or below one of its comments.
func (f *Server) AddComment(post, above int64, text string, at time.Time, who lemmy.Person) lemmy.CommentView {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *f.add(post, above, text, at, who)
}

func (f *Server) add(post, above int64, text string, at time.Time, who lemmy.Person) *lemmy.CommentView {
	id, path := int64(len(f.comments)+1), "0"
	if c := f.findComment(above); c != nil {
		path = c.Comment.Path
	}
	v := &lemmy.CommentView{Creator: who, Comment: lemmy.Comment{
		ID: id, PostID: post, Content: text, Path: path + "." + strconv.FormatInt(id, 10), Published: outbound.Moment{Time: at},
		ApID: fmt.Sprintf("%s/comment/%d", f.URL, id),
	}}
	if p := f.findPost(post); p != nil {
		v.Post = p.Post
	}
	f.comments = append(f.comments, v)
	return v
}

// ChangePost and ChangeComment let a test change something.
func (f *Server) ChangePost(id int64, change func(*lemmy.Post)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.findPost(id); p != nil {
		change(&p.Post)
	}
}

// ChangeComment lets a test change a comment.
func (f *Server) ChangeComment(id int64, change func(*lemmy.Comment)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.findComment(id); c != nil {
		change(&c.Comment)
	}
}

// Forget purges a comment, as administrators can.
func (f *Server) Forget(comment int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.comments = slices.DeleteFunc(f.comments, func(c *lemmy.CommentView) bool { return c.Comment.ID == comment })
}

// Ours lists the comments of our account, oldest first.
func (f *Server) Ours() []lemmy.CommentView {
	f.mu.Lock()
	defer f.mu.Unlock()
	return faketest.Those(f.comments, func(c *lemmy.CommentView) bool { return c.Creator.ID == Self })
}

// Asked returns how often a path was read.
func (f *Server) Asked(path string) int { f.mu.Lock(); defer f.mu.Unlock(); return f.asked[path] }

func (f *Server) findPost(id int64) *lemmy.PostView {
	for _, p := range f.posts {
		if p.Post.ID == id {
			return p
		}
	}
	return nil
}

func (f *Server) findComment(id int64) *lemmy.CommentView {
	for _, c := range f.comments {
		if c.Comment.ID == id {
			return c
		}
	}
	return nil
}

// shown hides what was taken away, as the server does from guests.
func shown(c lemmy.CommentView) lemmy.CommentView {
	if c.Comment.Deleted || c.Comment.Removed {
		c.Comment.Content = ""
	}
	return c
}

func (f *Server) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	page, _ := strconv.Atoi(q.Get("page"))
	if q.Get("q") == "" || q.Get("sort") != "New" || limit < 1 || limit > lemmy.PerPage || page < 1 {
		refuse(w, 400, "couldnt_get_posts")
		return
	}
	var out lemmy.Found
	switch q.Get("type_") {
	case "Posts":
		for _, p := range slices.Backward(f.posts) {
			if !p.Post.Deleted && !p.Post.Removed {
				out.Posts = append(out.Posts, *p)
			}
		}
		out.Posts = slice(out.Posts, page, limit)
	case "Comments":
		for _, c := range slices.Backward(f.comments) {
			if !c.Comment.Deleted && !c.Comment.Removed {
				out.Comments = append(out.Comments, *c)
			}
		}
		out.Comments = slice(out.Comments, page, limit)
	}
	faketest.JSON(w, 200, out)
}

// slice returns one page of a list.
func slice[T any](all []T, page, limit int) []T {
	from := min((page-1)*limit, len(all))
	return all[from:min(from+limit, len(all))]
}

func number(r *http.Request, name string) int64 {
	n, _ := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	return n
}

func (f *Server) post(w http.ResponseWriter, r *http.Request) {
	p := f.findPost(number(r, "id"))
	if p == nil {
		refuse(w, 404, "couldnt_find_post")
		return
	}
	faketest.JSON(w, 200, map[string]any{"post_view": p})
}

func (f *Server) comment(w http.ResponseWriter, r *http.Request) {
	c := f.findComment(number(r, "id"))
	if c == nil {
		refuse(w, 400, "couldnt_find_comment")
		return
	}
	faketest.JSON(w, 200, map[string]any{"comment_view": shown(*c)})
}

func (f *Server) list(w http.ResponseWriter, r *http.Request) {
	post, parent, depth := number(r, "post_id"), number(r, "parent_id"), int(number(r, "max_depth"))
	base := "0"
	if c := f.findComment(parent); c != nil {
		base = c.Comment.Path
	}
	out := lemmy.Found{Comments: []lemmy.CommentView{}}
	for _, c := range slices.Backward(f.comments) {
		rest, below := strings.CutPrefix(c.Comment.Path, base+".")
		if c.Comment.PostID == post && below && strings.Count(rest, ".") < depth {
			out.Comments = append(out.Comments, shown(*c))
		}
	}
	out.Comments = slice(out.Comments, 1, lemmy.PerPage)
	faketest.JSON(w, 200, out)
}

func (f *Server) site(w http.ResponseWriter, r *http.Request) {
	out := map[string]any{"version": "0.19.5"}
	if r.Header.Get("Authorization") == "Bearer "+Token {
		out["my_user"] = map[string]any{"local_user_view": map[string]any{"person": lemmy.Person{ID: Self, Name: "noor"}}}
	}
	faketest.JSON(w, 200, out)
}

func (f *Server) write(w http.ResponseWriter, r *http.Request) {
	var in struct {
		PostID   int64  `json:"post_id"`
		ParentID int64  `json:"parent_id"`
		Content  string `json:"content"`
	}
	if r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(w, 401, "not_logged_in")
		return
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		refuse(w, 400, "unknown")
		return
	}
	fault, on := f.Before(w, func(code int) {
		w.Header().Del("Retry-After") // Lemmy names no time
		refuse(w, code, map[int]string{429: "rate_limit_error", 403: "person_is_banned_from_community"}[code])
	})
	if !on {
		return
	}
	p, above := f.findPost(in.PostID), f.findComment(in.ParentID)
	switch {
	case f.Banned:
		refuse(w, 400, "person_is_banned_from_site")
		return
	case p == nil || in.ParentID != 0 && above == nil:
		refuse(w, 404, "couldnt_find_post")
		return
	case p.Post.Deleted || p.Post.Removed:
		refuse(w, 400, "deleted")
		return
	case p.Post.Locked:
		refuse(w, 400, "locked")
		return
	case strings.TrimSpace(in.Content) == "" || utf8.RuneCountInString(in.Content) > 10000:
		refuse(w, 400, "invalid_body_field")
		return
	}
	c := f.add(in.PostID, in.ParentID, in.Content, f.Now(), lemmy.Person{ID: Self, Name: "noor"})
	faketest.After(w, fault, 200, map[string]any{"comment_view": c})
}

func refuse(w http.ResponseWriter, code int, why string) {
	faketest.JSON(w, code, map[string]string{"error": why})
}

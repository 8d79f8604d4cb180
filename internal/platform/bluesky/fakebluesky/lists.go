package fakebluesky

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/platform/bluesky"
	"rasid/internal/platform/faketest"
)

// page cuts a list as the lists of the network are cut, and answers with it.
func page(w http.ResponseWriter, r *http.Request, name string, all []any) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if q.Get("limit") == "" {
		limit, err = 50, nil
	}
	at, wrong := strconv.Atoi("0" + q.Get("cursor"))
	if err != nil || limit < 1 || limit > 100 || wrong != nil {
		refuse(w, 400, "InvalidRequest", "Error: limit can not be greater than 100")
		return
	}
	at = min(at, len(all))
	end := min(at+limit, len(all))
	answer := object{name: append([]any{}, all[at:end]...)}
	if end < len(all) {
		answer["cursor"] = strconv.Itoa(end)
	}
	faketest.JSON(w, 200, answer)
}

// newest lists posts by when they were made, the newest first.
func (f *Server) newest(keep func(*Post) bool) (out []*Post) {
	for _, p := range f.posts {
		if keep(p) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b *Post) int { return strings.Compare(b.Record.Created, a.Record.Created) })
	return out
}

// notices is what our account is told: likes, which stand before everything
// here, who replied to it or mentioned it, and what Inform says.
func (f *Server) notices(w http.ResponseWriter, r *http.Request) {
	all := []any{}
	for _, who := range f.likes {
		all = append(all, object{"uri": "at://" + who + "/app.bsky.feed.like/3k", "cid": "x", "author": f.accounts[who], "reason": "like", "isRead": false,
			"record": object{"$type": "app.bsky.feed.like", "subject": object{"uri": "at://" + Self + "/x", "cid": "y"}, "createdAt": bluesky.Stamp(f.Now())}, "indexedAt": bluesky.Stamp(f.Now())})
	}
	for _, p := range f.newest(func(p *Post) bool { return p.Author != Self && f.reason(p) != "" }) {
		v := f.view(p)
		v["reason"], v["isRead"] = f.reason(p), false
		all = append(all, v)
	}
	page(w, r, "notifications", all)
}

func (f *Server) reason(p *Post) string {
	if why := f.informed[p.URI]; why != "" {
		return why
	}
	if a := p.Record.Reply; a != nil && strings.HasPrefix(a.Parent.URI, "at://"+Self+"/") {
		return "reply"
	}
	if slices.ContainsFunc(p.Record.Facets, func(x bluesky.Facet) bool { return x.Mentions(Self) }) {
		return "mention"
	}
	return ""
}

// search finds posts that hold every word.
func (f *Server) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	words := strings.Fields(strings.ToLower(q.Get("q")))
	since, err := time.Parse(time.RFC3339, q.Get("since"))
	if len(words) == 0 || q.Get("since") != "" && err != nil || q.Get("sort") != "latest" {
		refuse(w, 400, "InvalidRequest", "Error: Params must have the property \"q\"")
		return
	}
	all := []any{}
	for _, p := range f.newest(func(p *Post) bool {
		at, err := time.Parse(time.RFC3339, p.Record.Created)
		return err == nil && !at.Before(since) && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(strings.ToLower(p.Record.Text), word) })
	}) {
		all = append(all, f.view(p))
	}
	page(w, r, "posts", all)
}

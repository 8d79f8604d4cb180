package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// notification tells of a post that mentions us.
type notification struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Status    *status   `json:"status"` // null when the post is gone
}

// toUs is the place of mentions in a cursor; no hashtag can be called so.
const toUs = "@"

// mentions reads forward what mentions our account.
func (s *Source) mentions(ctx context.Context, cur cursor, next *cursor, page *cases.Page, seen map[string]bool) error {
	last := cur.Last[toUs]
	list, err := s.notifications(ctx, last, perPage)
	if err != nil {
		return err
	}
	next.Last[toUs] = last
	for _, n := range list {
		if newer(n.ID, next.Last[toUs]) {
			next.Last[toUs] = n.ID
		}
		if n.Status == nil {
			continue
		}
		m := s.mention(*n.Status)
		if m.Direct = true; !seen[m.ID] && (last != "" || s.now().Sub(m.PostedAt) <= s.cfg.MaxAge) {
			seen[m.ID] = true
			page.Mentions = append(page.Mentions, m)
		}
	}
	page.More = last != "" && len(list) >= perPage
	return nil
}

func (s *Source) notifications(ctx context.Context, last string, limit int) ([]notification, error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}, "types[]": {"mention"}}
	if last != "" {
		q.Set("min_id", last)
	}
	h := http.Header{"Authorization": {"Bearer " + s.cfg.Token.Reveal()}}
	var list []notification
	_, err := s.net.GetJSON(ctx, outbound.Request{URL: strings.TrimRight(s.cfg.Server, "/") + "/api/v1/notifications?" + q.Encode(), Header: h}, &list)
	return list, err
}

// edits looks at the newest posts of a tag for words that changed since: the
// timeline does not list a post again because of an edit.
func (s *Source) edits(ctx context.Context, tag string, cur cursor, next *cursor, page *cases.Page, seen map[string]bool) error {
	since, known := cur.Edited[tag]
	next.Edited[tag] = since
	if cur.Last[tag] == "" {
		return nil // the first look read this very page
	}
	list, err := s.timeline(ctx, tag, "", perPage)
	if err != nil {
		return err
	}
	for _, st := range list {
		if !st.EditedAt.After(since) || newer(st.ID, cur.Last[tag]) {
			continue // nothing new, or new itself
		}
		if st.EditedAt.After(next.Edited[tag]) && !st.EditedAt.After(s.now()) {
			next.Edited[tag] = st.EditedAt
		}
		m := s.mention(st)
		if seen[m.ID] || !known && s.now().Sub(m.PostedAt) > s.cfg.MaxAge {
			continue
		}
		seen[m.ID] = true
		page.Mentions = append(page.Mentions, m)
	}
	watchers.OldestFirst(page.Mentions)
	return nil
}

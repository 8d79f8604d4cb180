package bluesky

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/bluesky"
	"rasid/watchers"
)

// history is the age from which a post is of the past: some bring their posts
// from elsewhere, with the dates they had there.
const history = 7 * 24 * time.Hour

// mention makes a mention of an event; false for what is not about us.
func (s *Source) mention(e bluesky.Event, self string, now time.Time) (cases.Mention, bool) {
	at := time.UnixMicro(e.TimeUS).UTC()
	if at.After(now) {
		at = now
	}
	uri := bluesky.URI(e.DID, e.Commit.RKey)
	if _, _, ok := bluesky.Split(uri); !ok {
		return cases.Mention{}, false
	}
	m := cases.Mention{Source: s.name, ID: id(uri), ReplyTo: uri, URL: bluesky.WebURL(e.DID, e.Commit.RKey), PostedAt: at}
	if e.Commit.Operation == "delete" {
		m.Gone = true
		return m, true
	}
	var p bluesky.Post
	if json.Unmarshal(e.Commit.Record, &p) != nil || strings.TrimSpace(p.Text) == "" {
		return cases.Mention{}, false
	}
	said(&m, e.DID, p, self)
	if e.Commit.Operation == "update" {
		m.EditedAt = at
	}
	return m, m.Ours || m.Direct || s.about(m)
}

// said writes a post into its mention, whose PostedAt is when the network took
// it in.
func said(m *cases.Mention, author string, p bluesky.Post, self string) {
	m.AuthorID, m.Author, m.Text = author, author, watchers.Shorten(watchers.Tidy(p.Text), watchers.MaxText)
	m.Ours, m.Bot = self != "" && author == self, p.Labels.Has(bluesky.Automated)
	m.Thread = m.ID
	if said, err := time.Parse(time.RFC3339, p.Created); err == nil && said.Before(m.PostedAt) {
		m.PostedAt, m.Old = said.UTC(), m.PostedAt.Sub(said) > history
	}
	if r := p.Reply; r != nil {
		m.AnswerTo, m.Thread = id(r.Parent.URI), id(r.Root.URI)
		m.Direct = self != "" && strings.HasPrefix(r.Parent.URI, "at://"+self+"/")
	}
	if self != "" && slices.ContainsFunc(p.Facets, func(f bluesky.Facet) bool { return f.Mentions(self) }) {
		m.Direct = true
	}
	for _, l := range slices.Backward(p.Langs) {
		if l == "ar" || l == "en" {
			m.Lang = l
		}
	}
}

// name writes who somebody is, and whether he says that he is a program.
func name(m *cases.Mention, p bluesky.Profile) {
	if m.Author = watchers.Line(p.Name, 200); m.Author == "" {
		m.Author = watchers.Line(p.Handle, 200)
	}
	if m.Author == "" {
		m.Author = m.AuthorID
	}
	m.Bot = m.Bot || p.Automated()
}

// id is a post's name within the source: account and record.
func id(uri string) string {
	author, rkey, ok := bluesky.Split(uri)
	if !ok {
		return ""
	}
	return watchers.Line(author+"/"+rkey, 800)
}

const (
	maxNamed = 200             // authors whose names one look asks
	nameWait = 5 * time.Second // for all of them
)

// introduce writes the names of the authors, which the stream does not tell,
// and who says of himself that he is a program. Without an answer the lasting
// names stay: a complaint does not wait for a name.
func (s *Source) introduce(ctx context.Context, found []cases.Mention) {
	var dids []string
	for _, m := range found {
		if unnamed(m) && !slices.Contains(dids, m.AuthorID) && len(dids) < maxNamed {
			dids = append(dids, m.AuthorID)
		}
	}
	if len(dids) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, nameWait)
	defer cancel()
	known, _ := s.public.Profiles(ctx, dids) // what it brought before it failed is as good
	for i, m := range found {
		if p, ok := known[m.AuthorID]; ok && unnamed(m) {
			name(&found[i], p)
		}
	}
}

// unnamed reports whether of somebody only the lasting name is known.
func unnamed(m cases.Mention) bool { return !m.Gone && m.Author == m.AuthorID }

// Package youtube reads the comments under the videos of a channel, or under
// some videos, with an API key. Google gives a project 10,000 units a day; what
// was spent is written down, shared with whoever answers, and a tenth is kept
// for them.
//
// Threads come the newest first, a hundred on a page. Edits, and answers to
// older comments, are seen while the thread is on the first page.
package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/watchers"
)

const (
	maxPages   = 10 // of threads of one place at one look
	maxBelow   = 20 // threads whose answers one look reads in full
	maxAnswers = 5  // pages of them, of each thread
)

// Source is the comments of one channel, or of some videos.
type Source struct {
	cfg  Config
	name string
	tube *google.YouTube
	now  func() time.Time
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name.
func New(c Config, name string, ledger google.Ledger, client *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	tube, err := google.NewYouTube(google.YouTubeAccess{Key: c.Key, Project: c.Project, Units: c.Units, Ledger: ledger}, c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up %s: %w", name, err)
	}
	return &Source{cfg: c, name: name, tube: tube, now: now}, nil
}

// cursor is what was seen of each place.
type cursor struct {
	V      int                       `json:"v"`
	Places map[string]watchers.Known `json:"places"`
}

func readCursor(c cases.Cursor) (cur cursor, readable bool) {
	fresh := cursor{V: 1, Places: map[string]watchers.Known{}}
	if c == "" {
		return fresh, true
	}
	if json.Unmarshal([]byte(c), &cur) != nil || cur.V != 1 || cur.Places == nil {
		return fresh, false
	}
	return cur, true
}

// places are what is read: the channel as "", or each video by its id.
func (s *Source) places() []string {
	if s.cfg.Channel != "" {
		return []string{""}
	}
	return s.cfg.Videos
}

// Poll reads every place from its newest thread back to what is known.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	cur, readable := readCursor(after)
	page, next := cases.Page{}, cursor{V: 1, Places: map[string]watchers.Known{}}
	if !readable {
		page.Gap = watchers.PlaceLost
	}
	for _, video := range s.places() {
		known := cur.Places[video]
		l := look{s: s, video: video, known: known}
		found, missed, err := known.Back(ctx, maxPages, s.now(), s.cfg.MaxAge, l.page)
		if err != nil {
			return cases.Page{}, fmt.Errorf("reading comments of %s: %w", s.name, err)
		}
		if missed {
			page.Gap = cases.Also(page.Gap, "more comments than one look reads came at once; the oldest of them were not read")
		}
		page.Mentions = append(page.Mentions, known.News(found, s.now(), s.cfg.MaxAge)...)
		page.More = page.More || l.left
		next.Places[video] = known.With(append(found, l.counts...))
	}
	watchers.OldestFirst(page.Mentions)
	return watchers.EndAt(page, s.name, next)
}

// look reads one place.
type look struct {
	s      *Source
	video  string
	known  watchers.Known
	counts []cases.Mention // how many answers each thread had, to be remembered
	below  int             // threads whose answers were read in full
	left   bool            // some were left for the next look
}

// page reads one page of threads with their answers.
func (l *look) page(ctx context.Context, at string) (found []cases.Mention, next string, err error) {
	threads, next, err := l.s.tube.Threads(ctx, l.s.cfg.Channel, l.video, at)
	if err != nil {
		return nil, "", err
	}
	for _, t := range threads {
		found = append(found, l.s.mention(t.Snippet.Top, t))
		below, err := l.answers(ctx, t)
		if err != nil {
			return nil, "", err
		}
		for _, c := range slices.Backward(below) { // the newest first, as threads are
			found = append(found, l.s.mention(c, t))
		}
	}
	return found, next, nil
}

// answers are those below a comment, oldest first. The list of threads holds a
// few of them; all are read when there are more, and their number changed.
func (l *look) answers(ctx context.Context, t google.Thread) ([]google.Comment, error) {
	some := slices.Clone(t.Some.Comments)
	slices.SortStableFunc(some, func(a, b google.Comment) int { return a.Snippet.Published.Compare(b.Snippet.Published) })
	count := cases.Mention{ID: "answers to " + t.ID, Text: strconv.Itoa(t.Snippet.Replies)}
	old := !l.known.Read && l.s.now().Sub(t.Snippet.Top.Snippet.Published) > l.s.cfg.MaxAge
	switch {
	case t.Snippet.Replies <= len(some) || l.known.Says(count) || old:
		l.counts = append(l.counts, count)
		return some, nil
	case l.below >= maxBelow:
		l.left = true
		return some, nil
	}
	l.below++
	all, at := []google.Comment(nil), ""
	for range maxAnswers {
		page, next, err := l.s.tube.Replies(ctx, t.ID, at, false)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if at = next; at == "" {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b google.Comment) int { return a.Snippet.Published.Compare(b.Snippet.Published) })
	l.counts = append(l.counts, count)
	return all, nil
}

// mention makes a mention of a comment of a thread.
func (s *Source) mention(c google.Comment, t google.Thread) cases.Mention {
	id, top := watchers.Line(c.ID, 200), watchers.Line(t.ID, 200)
	by, under := c.Snippet.AuthorID.Value, t.Snippet.Channel
	m := cases.Mention{
		Source: s.name, ID: id, ReplyTo: id, Thread: top, URL: "https://www.youtube.com/watch?v=" + watchers.Line(t.Snippet.Video, 20) + "&lc=" + id,
		AuthorID: watchers.Line(by, 100), Author: watchers.Line(c.Snippet.Author, 200), Text: watchers.Shorten(watchers.Tidy(c.Text()), watchers.MaxText),
		PostedAt: c.Snippet.Published.UTC(), Direct: under != "" && s.ours(under), Ours: s.ours(by),
	}
	if id != top {
		m.ReplyTo, m.AnswerTo = google.Below(top, id), top
	}
	if u := c.Snippet.Updated.UTC(); u.After(m.PostedAt) && !u.After(s.now()) {
		m.EditedAt = u
	}
	if m.Text == "" {
		m.Text = "(no words)"
	}
	return m
}

// ours reports whether a channel is ours.
func (s *Source) ours(channel string) bool {
	return channel != "" && (channel == s.cfg.Channel || slices.Contains(s.cfg.Ours, channel))
}

// Doctor reads a page of each place.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	var advice []watchers.Advice
	for _, video := range s.places() {
		what := "comments of channel " + s.cfg.Channel
		if video != "" {
			what = "comments under " + video
		}
		threads, _, err := s.tube.Threads(ctx, s.cfg.Channel, video, "")
		a := google.DiagnoseYouTube(what, err)
		if a.OK {
			a.What += fmt.Sprintf(" (threads on the first page: %d)", len(threads))
		}
		advice = append(advice, a)
		if errors.Is(err, google.ErrQuota) {
			break
		}
	}
	return advice
}

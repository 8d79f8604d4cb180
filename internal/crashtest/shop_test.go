package crashtest

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// approved brings the nth complaint of an author to an approved reply, as the
// program and a person called mona would.
func approved(ctx context.Context, s *store.Store, author string, n int, words string, now time.Time) error {
	m := cases.Mention{ID: fmt.Sprint("m", n), AuthorID: author, Author: author, Thread: fmt.Sprint("t", n), Text: words, PostedAt: now}
	if _, err := s.Record(ctx, "shop", cases.Page{Mentions: []cases.Mention{m}, Next: cases.Cursor(fmt.Sprint(n))}, now); err != nil {
		return err
	}
	cs, err := s.InState(ctx, cases.New, 1)
	if err != nil || len(cs) == 0 {
		return err
	}
	c, err := s.Apply(ctx, cases.Change{Case: cs[0].ID, Version: cs[0].Version, Event: cases.Flag, By: cases.Rasid, At: now})
	if err != nil {
		return err
	}
	c, err = s.Apply(ctx, cases.Change{Case: c.ID, Version: c.Version, Event: cases.Propose, By: cases.Rasid, At: now, Draft: &cases.Draft{Text: "Sorry about " + words}})
	if err != nil {
		return err
	}
	last, key := c.Last(), cases.ReplyKey(c.ID, 1)
	_, err = s.Apply(ctx, cases.Change{Case: c.ID, Version: c.Version, Event: cases.Approve, By: "mona", At: now, DraftNo: 1, Send: []cases.Send{{
		Key: key, Kind: cases.SendReply, Target: "shop", By: "mona", DueAt: now, Hash: cases.HashReply("shop", last.ID, c.Drafts[0].Text),
		Reply: cases.Reply{Key: key, Draft: 1, Mention: last, Text: c.Drafts[0].Text},
	}}})
	return err
}

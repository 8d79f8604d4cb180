package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Moderation brings a case back to staff when the platform, which had taken our
// reply, shows it to nobody after all.
type Moderation struct {
	Desk   Desk
	Where  Posted
	Office *Office
	Log    *slog.Logger
}

// Take is told what a source saw, at every look that sees it. A case is brought
// back once: only while it counts as answered, and by the very words that stand
// there. What fails is tried at the next look.
func (m *Moderation) Take(ctx context.Context, source string, list []cases.Rejected, now time.Time) {
	for _, r := range list {
		if err := m.take(ctx, source, r, now); err != nil && ctx.Err() == nil && !errors.Is(err, cases.ErrNotFound) && !errors.Is(err, cases.ErrStale) {
			m.Log.ErrorContext(ctx, "a rejected reply was not told", "source", source, "mention", r.Mention, "err", err)
		}
	}
}

func (m *Moderation) take(ctx context.Context, source string, r cases.Rejected, now time.Time) error {
	id, err := m.Where.CaseOf(ctx, source, r.Mention)
	if err != nil {
		return err
	}
	c, err := m.Desk.Case(ctx, id)
	if err != nil || c.State != cases.Answered {
		return err
	}
	sends, err := m.Where.Outbox(ctx, id)
	if err != nil {
		return fmt.Errorf("reading what was posted to case %d: %w", id, err)
	}
	draft, ours := standing(sends)
	if !ours || strings.TrimSpace(draft.Text) != strings.TrimSpace(r.Text) {
		return nil // a colleague wrote it there, or it is an older one
	}
	ch := cases.Change{Case: id, Version: c.Version, By: cases.Rasid, DraftNo: draft.Draft}
	m.Office.refusal(&ch, r.Why, now)
	for _, p := range c.Owed() {
		if p.Draft == draft.Draft { // nobody read it
			ch.Promises = append(ch.Promises, p.Ended(cases.PromiseVoid, cases.Rasid, now))
		}
	}
	if _, err := m.Desk.Apply(ctx, ch); err != nil {
		return fmt.Errorf("bringing case %d back: %w", id, err)
	}
	m.Log.WarnContext(ctx, "the platform shows a reply to nobody", "case", id, "source", source, "why", r.Why)
	return nil
}

// standing is the reply of a case that was posted last.
func standing(sends []cases.Send) (r cases.Reply, ok bool) {
	for _, s := range sends {
		if s.Kind == cases.SendReply && s.State == cases.Delivered {
			r, ok = s.Reply, true
		}
	}
	return r, ok
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"rasid/internal/cases"
)

// customer is short for the By of what the author of a mention did.
const customer = cases.Customer

// Apply takes one legal step of one case and writes all of it or none of it.
// ErrStale says that the case is no longer at ch.Version, ErrIllegal that the
// step is not in the table, ErrUnapproved that a reply would leave without a
// decision for exactly its bytes. It returns the case after the step.
func (s *Store) Apply(ctx context.Context, ch cases.Change) (cases.Case, error) {
	var after cases.Case
	err := s.write(ctx, func(tx *sql.Tx) error {
		c, err := head(ctx, tx, ch.Case)
		if err != nil {
			return err
		}
		if c.Version != ch.Version {
			return fmt.Errorf("case %d is at version %d, not %d: %w", c.ID, c.Version, ch.Version, cases.ErrStale)
		}
		if err := step(ctx, tx, c, ch); err != nil {
			return err
		}
		after, err = whole(ctx, tx, ch.Case)
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("applying %s: %w", ch.Event, err)
	}
	return after, nil
}

// step moves the case c, whose head was read in this transaction. The caller
// has compared versions.
func step(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	to, err := cases.Next(c.State, ch.Event)
	if err != nil {
		return fmt.Errorf("case %d: %w", c.ID, err)
	}
	after := moved(c, to, ch)
	if ch.Draft != nil {
		if err := addDraft(ctx, q, c.ID, *ch.Draft); err != nil {
			return fmt.Errorf("adding draft: %w", err)
		}
	}
	if err := checkSends(ctx, q, c, ch); err != nil {
		return err
	}
	if ch.Reworded != nil {
		if err := reword(ctx, q, c.ID, *ch.Reworded, ch.At); err != nil {
			return fmt.Errorf("rewording mention %d: %w", ch.Reworded.Num, err)
		}
	}
	for num, sc := range ch.Scores {
		if err := saveScore(ctx, q, c.ID, num, sc); err != nil {
			return err
		}
	}
	if err := moveOutbox(ctx, q, c, to, ch); err != nil {
		return err
	}
	return writeHead(ctx, q, c, after, ch)
}

// writeHead saves the new head, one line of history, and what the cards must
// show.
func writeHead(ctx context.Context, q querier, c, after cases.Case, ch cases.Change) error {
	if err := saveHead(ctx, q, c.Version, after); err != nil {
		return err
	}
	if err := savePromises(ctx, q, c.ID, ch.Promises); err != nil {
		return err
	}
	// Who approved believes the case answered: what calls that off is shown as
	// something new.
	urgent := ch.Urgent || c.State == cases.Approved && after.State == cases.New
	if err := wantCards(ctx, q, after, ch.Rooms, urgent); err != nil {
		return fmt.Errorf("updating cards: %w", err)
	}
	return remember(ctx, q, cases.Entry{
		Case: c.ID, Version: after.Version, Event: ch.Event, From: c.State, To: after.State,
		By: ch.By, Draft: ch.DraftNo, Note: ch.Note, At: ch.At,
	})
}

// moved is the head of c after ch brought it to state to.
func moved(c cases.Case, to cases.State, ch cases.Change) cases.Case {
	from := c.State
	c.Version++
	c.State, c.UpdatedAt = to, ch.At
	if to != from {
		c.WakeAt, c.WakeFor = zeroTime, "" // an alarm belongs to the state it was set in
		if !from.Open() && to.Open() {
			c = reopened(c)
		}
	}
	if person(ch.By) && c.AckedAt.IsZero() {
		c.AckedAt = ch.At
	}
	switch to {
	case cases.New:
		c.Score, c.ApprovedBy = cases.Score{}, ""
	case cases.Flagged:
		c.ApprovedBy = ""
		if from != to && c.FlaggedAt.IsZero() {
			c.FlaggedAt = ch.At
		}
	case cases.Waiting:
		c.ApprovedBy = ""
	case cases.Handled, cases.Resolved, cases.Dismissed, cases.Expired, cases.Gone:
		if from != to {
			c.ClosedAt, c.ClosedBy, c.ClosedNote = ch.At, ch.By, ch.Note
			c.ClaimedBy, c.ClaimedUntil = "", zeroTime
		}
	case cases.Unsure:
		if from != to { // somebody must look at once
			c.WakeAt, c.WakeFor = ch.At, "unsure"
		}
	case cases.Failed:
		if from != to {
			c.ClosedNote = ch.Note // what the platform said
		}
	case cases.Noted, cases.Approved, cases.Answered:
	}
	switch ch.Event {
	case cases.Approve, cases.ByRule:
		c.ApprovedBy = ch.By
	case cases.Sent, cases.Found:
		c.AnsweredAt = ch.At
	case cases.Ack:
		c.ToldAt = ch.At
	case cases.Ask:
		c.AskedAt = ch.At
	case cases.Rate:
		c.Rating, c.RatedAt = ch.Rating, ch.At
	default: // the others leave the head alone
	}
	return told(c, ch)
}

// told puts what the change says outright into the head.
func told(c cases.Case, ch cases.Change) cases.Case {
	if ch.Score != nil {
		c.Score = *ch.Score
	}
	if ch.Level != nil {
		c.Level = *ch.Level
	}
	if ch.WakeAt != nil {
		c.WakeAt, c.WakeFor = *ch.WakeAt, ch.WakeFor
	}
	if ch.Reminds != nil {
		c.Reminds = *ch.Reminds
	}
	if ch.Claim != nil {
		c.ClaimedBy, c.ClaimedUntil = ch.Claim.By, ch.Claim.Until
	}
	if ch.Receipt != nil {
		c.Reply = *ch.Receipt
		if !c.Reply.At.IsZero() && (ch.Event == cases.Sent || ch.Event == cases.Found) {
			c.AnsweredAt = c.Reply.At
		}
	}
	return c
}

// reopened starts the clocks of a closed case anew.
func reopened(c cases.Case) cases.Case {
	c.FlaggedAt, c.AckedAt, c.AnsweredAt, c.ClosedAt = zeroTime, zeroTime, zeroTime, zeroTime
	c.Level, c.Reminds, c.ClosedBy, c.ClosedNote = 0, 0, "", ""
	return c
}

// person reports whether by names somebody rather than the program, a rule or
// the customer.
func person(by string) bool {
	return by != "" && by != cases.Rasid && by != customer && !strings.HasPrefix(by, "rule:")
}

// checkSends lets a public reply into the outbox only with the decision for
// exactly its bytes.
func checkSends(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	approving := ch.Event == cases.Approve || ch.Event == cases.ByRule
	replies := 0
	for _, m := range ch.Send {
		if m.Kind.Aside() {
			if err := checkAside(ctx, q, c, m); err != nil {
				return err
			}
		}
		if m.Kind != cases.SendReply {
			continue
		}
		replies++
		if !approving {
			return fmt.Errorf("a reply cannot leave with %s: %w", ch.Event, ErrUnapproved)
		}
		if err := checkReply(ctx, q, c, ch, m); err != nil {
			return err
		}
	}
	if approving && replies != 1 {
		return fmt.Errorf("%s brings %d replies instead of 1: %w", ch.Event, replies, ErrUnapproved)
	}
	return nil
}

func checkReply(ctx context.Context, q querier, c cases.Case, ch cases.Change, m cases.Send) error {
	d, ok, err := latestDraft(ctx, q, c.ID)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("case %d has no draft: %w", c.ID, ErrUnapproved)
	case ch.DraftNo != 0 && ch.DraftNo != d.Version, m.Reply.Draft != d.Version:
		return fmt.Errorf("the draft is at version %d: %w", d.Version, cases.ErrStale)
	}
	mention, err := mentionOf(ctx, q, c.ID, m.Reply.Mention.Num)
	if err != nil {
		return err
	}
	byRule := strings.HasPrefix(m.By, "rule:")
	switch {
	case m.By != ch.By || m.By == "" || m.By == cases.Rasid || m.By == customer:
		return fmt.Errorf("reply %s by %q: %w", m.Key, m.By, ErrUnapproved)
	case byRule != (ch.Event == cases.ByRule):
		return fmt.Errorf("%s by %q: %w", ch.Event, m.By, ErrUnapproved)
	case byRule && d.Blocked():
		return fmt.Errorf("draft %d needs a person: %w", d.Version, ErrUnapproved)
	case m.Key != cases.ReplyKey(c.ID, d.Version):
		return fmt.Errorf("reply %s is not for draft %d of case %d: %w", m.Key, d.Version, c.ID, ErrUnapproved)
	case m.Reply.Text != d.Text || m.Hash != cases.HashReply(m.Target, mention.ID, d.Text):
		return fmt.Errorf("reply %s is not what was approved: %w", m.Key, ErrUnapproved)
	}
	return nil
}

package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rasid/internal/cases"
)

// Cards are the cards that rooms must show again. Inwards we fail open: a card
// may be shown twice, never not at all.
type Cards interface {
	DueCards(ctx context.Context, rooms []string, now time.Time, limit int) ([]cases.CardDue, error)
	CardShown(ctx context.Context, caseID int64, room, ref string, version int) error
	CardFailed(ctx context.Context, caseID int64, room string, retryAt time.Time, why string) error
}

// Board keeps the cards of one room as the cases are.
type Board struct {
	Desk    Desk
	Cards   Cards
	Office  *Office
	Stopped func(ctx context.Context) bool
	Room    Room
	Clock   func() time.Time
	Log     *slog.Logger
}

// Step shows the cards that changed. A room that cannot be reached holds up no
// other room.
func (b *Board) Step(ctx context.Context, now time.Time) (int, error) {
	due, err := b.Cards.DueCards(ctx, []string{b.Room.Name}, now, 20)
	if err != nil {
		return 0, fmt.Errorf("listing cards due in %s: %w", b.Room.Name, err)
	}
	for i, d := range due {
		if err := b.show(ctx, d); err != nil {
			if _, pause := errors.AsType[*cases.LaterError](err); pause {
				return i, nil // the room asked for a pause; the rest waits too
			}
			if ctx.Err() != nil {
				return i, ctx.Err()
			}
		}
	}
	return len(due), nil
}

func (b *Board) show(ctx context.Context, d cases.CardDue) error {
	c, err := b.Desk.Case(ctx, d.Case)
	if err != nil {
		return fmt.Errorf("reading case %d: %w", d.Case, err)
	}
	card := b.Office.Card(c, b.Room, b.Clock(), b.Stopped(ctx))
	card.Urgent = d.Urgent
	// A stop must not fall between the card and the note of where it stands:
	// the card would be shown twice, and its first copy keep old buttons.
	shown, cancel := outlive(ctx, postDeadline)
	defer cancel()
	ref, err := b.Room.Chat.Show(shown, b.Room.Name, card, d.Ref)
	if err == nil {
		return b.Cards.CardShown(context.WithoutCancel(ctx), d.Case, b.Room.Name, ref, c.Version)
	}
	wait := time.Minute
	if asked, ok := errors.AsType[*cases.LaterError](err); ok {
		wait = asked.After
	}
	b.Log.Warn("card not shown", "case", d.Case, "room", b.Room.Name, "err", err, "retry_in", wait)
	if e := b.Cards.CardFailed(ctx, d.Case, b.Room.Name, b.Clock().Add(wait), err.Error()); e != nil {
		return e
	}
	return err
}

// DigestLate is how late a digest may still arrive; a later one is taken into
// the next.
const DigestLate = 12 * time.Hour

// stopGrace is how long a call that is under way may go on after the program
// was told to stop; the whole stop takes at most ten seconds.
const stopGrace = 8 * time.Second

// outlive bounds a call by limit and, once ctx has ended, by stopGrace: what
// has begun to leave is finished rather than left unknown.
func outlive(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })
	return longer, func() { stop(); cancel() }
}

// Speaker says notices and digests in one room.
type Speaker struct {
	Outbox Outbox
	Room   Room
	Kind   cases.SendKind
	Owner  string
	Clock  func() time.Time
}

// Step says the next thing that is due in the room.
func (s *Speaker) Step(ctx context.Context, now time.Time) (int, error) {
	say, cancel := outlive(ctx, postDeadline) // the claim too: cut off after its commit, nobody would know of it
	defer cancel()
	row, ok, err := s.Outbox.Claim(say, s.Kind, []string{s.Room.Name}, now, lease)
	if err != nil || !ok {
		return 0, err
	}
	if s.Kind == cases.SendDigest && now.Sub(row.DueAt) > DigestLate {
		// It waited through an outage. Given up, it is taken into the next.
		return 1, s.Outbox.Settle(say, cases.Settlement{
			Key: row.Key, Owner: s.Owner, Outcome: cases.WasNotSent, Why: "too late: taken into the next digest", At: s.Clock(),
		}, nil)
	}
	err = s.Room.Chat.Say(say, s.Room.Name, row.Text, row.Body)
	set := cases.Settlement{Key: row.Key, Owner: s.Owner, Outcome: cases.OutcomeOf(err), At: s.Clock()}
	if err != nil {
		set.Why = err.Error()
	}
	unknownNotice := set.Outcome == cases.WasUnknown && s.Kind == cases.SendNotice
	if (set.Outcome == cases.WasNotSent || unknownNotice) && row.Attempts < 20 {
		// A doubled notice is harmless, a lost one is not. A digest whose
		// answer was lost is sent again only by hand.
		set.Outcome = cases.WasNotSent
		wait := time.Duration(row.Attempts) * 15 * time.Second
		if asked, ok := errors.AsType[*cases.LaterError](err); ok {
			wait = max(wait, asked.After)
		}
		set.RetryAt = set.At.Add(wait)
	}
	settle, done := context.WithTimeout(context.WithoutCancel(ctx), settleDeadline)
	defer done()
	return 1, s.Outbox.Settle(settle, set, nil)
}

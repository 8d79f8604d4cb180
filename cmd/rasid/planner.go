package main

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/responder"
	"rasid/responder/digest"
)

// planner decides which digest is due for whom. It keeps nothing itself: the
// keys of the outbox are its memory, so it goes on after a restart where it
// stopped, and two instances plan each digest once.
type planner struct {
	records interface {
		SendStates(ctx context.Context, keys []string) (map[string]cases.SendState, error)
		EnqueueDigest(ctx context.Context, m cases.Send, takesIn []string) (bool, error)
	}
	at    config.Clock
	zone  *time.Location // of the business: its days are counted
	write func(ctx context.Context, r recipient, day digest.Span, missed []time.Time) (text string, body []byte, err error)
}

// lookBack is how many days back a digest that was never sent is still told.
const lookBack = 13

// digestKey is the outbox key of a day's digest for a recipient: once for ever.
func digestKey(day time.Time, target string) string {
	return "digest/" + day.Format(time.DateOnly) + "/" + target
}

// plan puts the digest of the last whole day into the outbox once its hour has
// come. One that is more than twelve hours late waits for the next, which then
// says so.
func (p planner) plan(ctx context.Context, r recipient, now time.Time) error {
	local := now.In(r.zone)
	due := digest.Due(local, p.at.Hour, p.at.Minute)
	if now.Before(due) { // that of yesterday may still be in time
		due = digest.Due(digest.StartOfDay(local).Add(-time.Minute), p.at.Hour, p.at.Minute)
	}
	if now.Sub(due) >= responder.DigestLate {
		return nil
	}
	day := digest.Day(digest.StartOfDay(due.In(p.zone)).Add(-time.Minute))
	key := digestKey(day.From, r.target)
	days, keys := []time.Time{}, []string{}
	for d := day.From; len(keys) <= lookBack; d = digest.StartOfDay(d.Add(-time.Minute)) {
		days, keys = append(days, d), append(keys, digestKey(d, r.target))
	}
	states, err := p.records.SendStates(ctx, keys)
	if err != nil {
		return fmt.Errorf("looking for the digest for %s: %w", r.target, err)
	}
	if _, planned := states[key]; planned {
		return nil
	}
	missed := untold(keys[1:], states)
	text, body, err := p.write(ctx, r, day, days[1:1+missed])
	if err != nil {
		return fmt.Errorf("writing the digest for %s: %w", r.target, err)
	}
	if _, err := p.records.EnqueueDigest(ctx, cases.Send{
		Key: key, Kind: cases.SendDigest, Target: r.target, Text: text, Body: body, By: cases.Rasid, DueAt: due,
	}, keys[1:1+missed]); err != nil {
		return fmt.Errorf("putting the digest for %s into the outbox: %w", r.target, err)
	}
	return nil
}

// untold counts the days just before this one whose digest never left. Without
// any earlier digest there is nothing to catch up on: it is the first.
func untold(keys []string, states map[string]cases.SendState) int {
	n := 0
	for i, key := range keys {
		switch states[key] {
		case "":
		case cases.Ready, cases.GaveUp:
			n = i + 1
		case cases.Started, cases.Delivered, cases.InDoubt, cases.Withdrawn, cases.Held:
			return i
		}
	}
	return n
}

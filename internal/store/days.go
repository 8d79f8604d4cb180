package store

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Scored is what the digest counts.
type Scored = cases.Scored

// MentionsBetween returns the mentions recorded in [from, to), oldest first.
// Old, Bot and Ours ones are among them, marked as such.
func (s *Store) MentionsBetween(ctx context.Context, from, to time.Time) ([]Scored, error) {
	ms, err := collect(ctx, s.r, func(row scanner) (Scored, error) {
		var state *cases.State
		m, err := scanMention(plus{row, []any{&state}})
		sc := Scored{Mention: m.Mention, Case: m.Case, SeenAt: m.seenAt}
		if err != nil {
			return sc, err
		}
		if state != nil {
			sc.State = *state
		}
		sc.Score, err = unpack[cases.Score](m.score)
		return sc, err
	}, `SELECT `+mentionCols+`, c.state FROM mentions m LEFT JOIN cases c ON c.id = m.case_id
		WHERE m.seen_at >= $1 AND m.seen_at < $2 ORDER BY m.num`, micros(from), micros(to))
	if err != nil {
		return nil, fmt.Errorf("reading mentions: %w", err)
	}
	return ms, nil
}

// plus scans the columns of another scan function and some more.
type plus struct {
	scanner
	more []any
}

// Scan scans everything.
func (p plus) Scan(dest ...any) error { return p.scanner.Scan(append(dest, p.more...)...) }

// CasesBetween returns the cases to which something happened in [from, to), by
// number.
func (s *Store) CasesBetween(ctx context.Context, from, to time.Time) ([]cases.Case, error) {
	return s.cases(ctx, "reading cases", `SELECT `+caseCols+` FROM cases c
		WHERE c.id IN (SELECT h.case_id FROM history h WHERE h.at >= $1 AND h.at < $2) ORDER BY c.id`, micros(from), micros(to))
}

// EntriesBetween returns what happened in [from, to), in order.
func (s *Store) EntriesBetween(ctx context.Context, from, to time.Time) ([]cases.Entry, error) {
	return s.entries(ctx, `SELECT `+entryCols+` FROM history h WHERE h.at >= $1 AND h.at < $2 ORDER BY h.seq`, micros(from), micros(to))
}

// StoriesBetween returns everything that ever happened, before to, to the cases
// to which something happened in [from, to), in order.
func (s *Store) StoriesBetween(ctx context.Context, from, to time.Time) ([]cases.Entry, error) {
	return s.entries(ctx, `SELECT `+entryCols+` FROM history h
		WHERE h.at < $2 AND h.case_id IN (SELECT d.case_id FROM history d WHERE d.at >= $1 AND d.at < $2) ORDER BY h.seq`, micros(from), micros(to))
}

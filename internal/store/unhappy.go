package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"database/sql"

	"rasid/internal/cases"
)

const unhappyCols = `u.seq, u.case_id, u.incident, u.source, u.author, u.at, u.seen_at, u.print, u.shown`

func scanUnhappy(row scanner) (cases.Unhappy, error) {
	var u cases.Unhappy
	var at, seen int64
	err := row.Scan(&u.Seq, &u.Case, &u.Incident, &u.Source, &u.Author, &at, &seen, &u.Print, &u.Shown)
	u.At, u.SeenAt = moment(at), moment(seen)
	return u, err
}

func unhappyOf(ctx context.Context, q querier, caseID int64) (cases.Unhappy, bool, error) {
	u, err := scanUnhappy(q.QueryRowContext(ctx, `SELECT `+unhappyCols+` FROM incident_cases u WHERE u.case_id = $1`, caseID))
	if errors.Is(err, sql.ErrNoRows) {
		return u, false, nil
	}
	return u, err == nil, err
}

// Unhappy returns the cases counted after a position and not before a time, in
// order.
func (s *Store) Unhappy(ctx context.Context, after int64, since time.Time) ([]cases.Unhappy, error) {
	us, err := collect(ctx, s.r, scanUnhappy, `SELECT `+unhappyCols+` FROM incident_cases u WHERE u.seq > $1 AND u.seen_at >= $2 ORDER BY u.seq`, after, micros(since))
	if err != nil {
		return nil, fmt.Errorf("reading unhappy cases: %w", err)
	}
	return us, nil
}

// UnhappyHours counts the unhappy cases of a source, hour by hour since 1970
// (UTC), from a time on. Hours without any are left out.
func (s *Store) UnhappyHours(ctx context.Context, source string, since time.Time) (map[int64]int, error) {
	m, err := s.tally(ctx, time.Hour, `u.source = $2 AND u.at >= $3`, source, micros(since))
	if err != nil {
		return nil, fmt.Errorf("counting the hours of %s: %w", source, err)
	}
	return m, nil
}

func (s *Store) tally(ctx context.Context, width time.Duration, where string, args ...any) (map[int64]int, error) {
	type bin struct {
		at int64
		n  int
	}
	bins, err := collect(ctx, s.r, func(row scanner) (b bin, err error) {
		err = row.Scan(&b.at, &b.n)
		return b, err
	}, `SELECT u.at / $1, count(*) FROM incident_cases u WHERE `+where+` GROUP BY 1`, append([]any{width.Microseconds()}, args...)...)
	m := make(map[int64]int, len(bins))
	for _, b := range bins {
		m[b.at] = b.n
	}
	return m, err
}

// IncidentFacts returns what the card of an incident shows beside itself.
func (s *Store) IncidentFacts(ctx context.Context, id int64, now time.Time) (cases.IncidentFacts, error) {
	var f cases.IncidentFacts
	err := s.read(ctx, func(q querier) (err error) {
		f.Waiting, err = one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM incident_cases u JOIN cases c ON c.id = u.case_id WHERE u.incident = $1 AND c.state = $2`, id, cases.Waiting))
		if err != nil {
			return err
		}
		f.Samples, err = collect(ctx, q, func(row scanner) (int64, error) { return one[int64](row) },
			`SELECT u.case_id FROM incident_cases u WHERE u.incident = $1 ORDER BY u.seq LIMIT 3`, id)
		return err
	})
	if err == nil {
		err = s.trend(ctx, id, now, &f)
	}
	if err != nil {
		return f, fmt.Errorf("reading facts of incident %d: %w", id, err)
	}
	return f, nil
}

// trend fills the last six stretches of ten minutes.
func (s *Store) trend(ctx context.Context, id int64, now time.Time, f *cases.IncidentFacts) error {
	const width = 10 * time.Minute
	end := micros(now) / width.Microseconds()
	m, err := s.tally(ctx, width, `u.incident = $2 AND u.at >= $3`, id, (end-5)*width.Microseconds())
	for i := range f.Trend {
		f.Trend[i] = m[end-5+int64(i)]
	}
	return err
}

// DueIncidentCards returns the incident cards these rooms must show again.
func (s *Store) DueIncidentCards(ctx context.Context, room string, now time.Time) ([]cases.IncidentCard, error) {
	due, err := collect(ctx, s.r, func(row scanner) (cases.IncidentCard, error) {
		c := cases.IncidentCard{Room: room}
		i, err := scanIncident(plus{row, []any{&c.Ref}})
		c.Incident = i
		return c, err
	}, `SELECT `+incidentCols+`, d.ref FROM incidents i JOIN incident_cards d ON d.incident = i.id
		WHERE d.room = $1 AND d.shown < i.version AND (d.next_at <= $2 OR i.closed_at > 0 AND d.shown < i.version) ORDER BY i.id`, room, micros(now))
	if err != nil {
		return nil, fmt.Errorf("reading due incident cards: %w", err)
	}
	return due, nil
}

// WantIncidentCard lets a room show an incident from now on.
func (s *Store) WantIncidentCard(ctx context.Context, id int64, room string) error {
	return s.putIncidentCard(ctx, `INSERT INTO incident_cards (incident, room, ref, shown, next_at) VALUES ($1, $2, '', 0, 0)
		ON CONFLICT (incident, room) DO NOTHING`, id, room)
}

// IncidentCardShown records which version a room shows, under which reference,
// and when it may change again.
func (s *Store) IncidentCardShown(ctx context.Context, c cases.IncidentCard, version int, nextAt time.Time) error {
	return s.putIncidentCard(ctx, `UPDATE incident_cards SET ref = $3, shown = $4, next_at = $5 WHERE incident = $1 AND room = $2`, c.Incident.ID, c.Room, c.Ref, version, micros(nextAt))
}

func (s *Store) putIncidentCard(ctx context.Context, query string, id int64, room string, more ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, append([]any{id, room}, more...)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("recording card of incident %d in %s: %w", id, room, err)
	}
	return nil
}

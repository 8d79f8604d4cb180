package store

import (
	"context"
	"database/sql"
	"fmt"

	"rasid/internal/cases"
)

// Cursor returns where a source stopped reading; "" when it never read.
func (s *Store) Cursor(ctx context.Context, source string) (cases.Cursor, error) {
	c, err := oneOrNone[cases.Cursor](s.r.QueryRowContext(ctx, `SELECT cursor FROM sources WHERE source = $1`, source))
	if err != nil {
		return "", fmt.Errorf("reading cursor of %s: %w", source, err)
	}
	return c, nil
}

// saveCursor moves a source on, in the transaction that records its mentions.
func saveCursor(ctx context.Context, q querier, source string, c cases.Cursor, added int) error {
	_, err := q.ExecContext(ctx, `INSERT INTO sources (source, cursor, seen, status) VALUES ($1, $2, $3, '')
		ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, seen = sources.seen + excluded.seen`, source, c, added)
	return err
}

// countSeen counts what a source brought beside its own polls.
func countSeen(ctx context.Context, q querier, source string, added int) error {
	_, err := q.ExecContext(ctx, `INSERT INTO sources (source, cursor, seen, status) VALUES ($1, '', $2, '')
		ON CONFLICT (source) DO UPDATE SET seen = sources.seen + excluded.seen`, source, added)
	return err
}

// SaveStatus keeps the state of a source as the console shows it. Seen is
// counted by Record and not taken from st.
func (s *Store) SaveStatus(ctx context.Context, st cases.SourceStatus) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO sources (source, cursor, seen, status) VALUES ($1, '', 0, $2)
			ON CONFLICT (source) DO UPDATE SET status = excluded.status`, st.Source, pack(st))
		return err
	})
	if err != nil {
		return fmt.Errorf("saving status of %s: %w", st.Source, err)
	}
	return nil
}

// Statuses returns the state of every source that was ever polled, by name.
func (s *Store) Statuses(ctx context.Context) ([]cases.SourceStatus, error) {
	all, err := collect(ctx, s.r, func(row scanner) (cases.SourceStatus, error) {
		var name, status string
		var seen int64
		if err := row.Scan(&name, &seen, &status); err != nil {
			return cases.SourceStatus{}, err
		}
		st, err := unpack[cases.SourceStatus](status)
		st.Source, st.Seen = name, seen
		return st, err
	}, `SELECT source, seen, status FROM sources ORDER BY source`)
	if err != nil {
		return nil, fmt.Errorf("reading sources: %w", err)
	}
	return all, nil
}

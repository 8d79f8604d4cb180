package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// wantCards makes every card of a case due again, and adds rooms that show it
// from now on.
func wantCards(ctx context.Context, q querier, c cases.Case, rooms []string, urgent bool) error {
	_, err := q.ExecContext(ctx, `UPDATE cards SET want = $1, urgent = (urgent OR $2), retry_at = 0 WHERE case_id = $3`, c.Version, urgent, c.ID)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		_, err := q.ExecContext(ctx, `INSERT INTO cards (case_id, room, ref, want, shown, urgent, retry_at, last_error)
			VALUES ($1, $2, '', $3, 0, $4, 0, '') ON CONFLICT (case_id, room) DO NOTHING`, c.ID, room, c.Version, urgent)
		if err != nil {
			return err
		}
	}
	return nil
}

// DueCards returns the cards these rooms must show again, the urgent first. A
// case that is still being read and drafted is left out: it moves on within a
// second, and rooms allow few messages a minute.
func (s *Store) DueCards(ctx context.Context, rooms []string, now time.Time, limit int) ([]cases.CardDue, error) {
	var l list
	where := `retry_at <= ` + l.add(micros(now)) + ` AND room IN ` + in(&l, rooms)
	due, err := collect(ctx, s.r, func(row scanner) (d cases.CardDue, err error) {
		err = row.Scan(&d.Case, &d.Room, &d.Ref, &d.Want, &d.Urgent)
		return d, err
	}, `SELECT case_id, room, ref, want, urgent FROM cards WHERE want > shown AND `+where+`
		AND case_id NOT IN (SELECT id FROM cases WHERE state IN ('new', 'flagged'))
		ORDER BY urgent DESC, case_id, room LIMIT `+l.add(limit), l.args...)
	if err != nil {
		return nil, fmt.Errorf("reading due cards: %w", err)
	}
	return due, nil
}

// CardShown records that a room shows version of a case under ref. A card that
// changed meanwhile stays due.
func (s *Store) CardShown(ctx context.Context, caseID int64, room, ref string, version int) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, `UPDATE cards SET ref = $1, shown = CASE WHEN shown > $2 THEN shown ELSE $2 END,
			urgent = (urgent AND want > $2), retry_at = 0, last_error = '' WHERE case_id = $3 AND room = $4`, ref, version, caseID, room))
		if err != nil {
			return err
		}
		if n == 0 {
			return cases.ErrNotFound
		}
		if ref == "" {
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO card_refs (room, ref, case_id) VALUES ($1, $2, $3)
			ON CONFLICT (room, ref) DO UPDATE SET case_id = excluded.case_id`, room, ref, caseID)
		return err
	})
	if err != nil {
		return fmt.Errorf("recording card of case %d in %s: %w", caseID, room, err)
	}
	return nil
}

// CardFailed records why a card could not be shown and when to try again.
func (s *Store) CardFailed(ctx context.Context, caseID int64, room string, retryAt time.Time, why string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE cards SET retry_at = $1, last_error = $2 WHERE case_id = $3 AND room = $4`, micros(retryAt), why, caseID, room)
		return err
	})
	if err != nil {
		return fmt.Errorf("recording failed card of case %d in %s: %w", caseID, room, err)
	}
	return nil
}

// CardByRef returns the case that a message in a room showed, also when newer
// messages show it by now.
func (s *Store) CardByRef(ctx context.Context, room, ref string) (caseID int64, err error) {
	caseID, err = one[int64](s.r.QueryRowContext(ctx, `SELECT case_id FROM card_refs WHERE room = $1 AND ref = $2`, room, ref))
	if errors.Is(err, sql.ErrNoRows) {
		err = cases.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("looking for card %s in %s: %w", ref, room, err)
	}
	return caseID, nil
}

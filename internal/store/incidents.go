package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
)

const incidentCols = `i.id, i.kind, i.source, i.print, i.opened_at, i.hot_at, i.closed_at, i.count, i.held, i.version, i.statement_by, i.statement_at`

func scanIncident(row scanner) (cases.Incident, error) {
	var i cases.Incident
	var opened, hot, closed, statement int64
	err := row.Scan(&i.ID, &i.Kind, &i.Source, &i.Print, &opened, &hot, &closed, &i.Count, &i.Held, &i.Version, &i.StatementBy, &statement)
	i.OpenedAt, i.HotAt, i.ClosedAt, i.StatementAt = moment(opened), moment(hot), moment(closed), moment(statement)
	return i, err
}

// OpenIncidents returns the incidents that go on, oldest first.
func (s *Store) OpenIncidents(ctx context.Context) ([]cases.Incident, error) {
	return s.incidents(ctx, `i.closed_at = 0 ORDER BY i.id`)
}

// Incidents returns the latest incidents, newest first.
func (s *Store) Incidents(ctx context.Context, limit int) ([]cases.Incident, error) {
	return s.incidents(ctx, `i.id > 0 ORDER BY i.id DESC LIMIT $1`, limit)
}

// IncidentsBetween returns the incidents that went on at some time in
// [from, to), by the time they began.
func (s *Store) IncidentsBetween(ctx context.Context, from, to time.Time) ([]cases.Incident, error) {
	return s.incidents(ctx, `i.opened_at < $2 AND (i.closed_at = 0 OR i.closed_at >= $1) ORDER BY i.opened_at, i.id`, micros(from), micros(to))
}

// Incident returns one incident.
func (s *Store) Incident(ctx context.Context, id int64) (cases.Incident, error) {
	is, err := s.incidents(ctx, `i.id = $1`, id)
	if err == nil && len(is) == 0 {
		err = fmt.Errorf("incident %d: %w", id, cases.ErrNotFound)
	}
	if err != nil {
		return cases.Incident{}, err
	}
	return is[0], nil
}

func (s *Store) incidents(ctx context.Context, where string, args ...any) ([]cases.Incident, error) {
	is, err := collect(ctx, s.r, scanIncident, `SELECT `+incidentCols+` FROM incidents i WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading incidents: %w", err)
	}
	return is, nil
}

// Enrol counts a flagged case. With i it joins an incident: an open one, by its
// ID, or a new one that begins with this case and those named in with; a nil i
// leaves it outside. A case is counted once: if it was counted before, its row
// is returned as it is, and fresh is false.
func (s *Store) Enrol(ctx context.Context, u cases.Unhappy, i *cases.Incident, with []int64) (row cases.Unhappy, fresh bool, err error) {
	first := u
	err = s.write(ctx, func(tx *sql.Tx) error {
		have, ok, err := unhappyOf(ctx, tx, first.Case)
		if u, fresh = first, !ok; err != nil || ok {
			u = have
			return err
		}
		if i != nil {
			if u.Incident, err = enter(ctx, tx, *i, with); err != nil {
				return err
			}
		}
		if u.Seq, err = next(ctx, tx, "unhappy"); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO incident_cases (seq, case_id, incident, source, author, at, seen_at, print, shown)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			u.Seq, u.Case, u.Incident, u.Source, u.Author, micros(u.At), micros(u.SeenAt), u.Print, u.Shown)
		return err
	})
	if err != nil {
		return cases.Unhappy{}, false, fmt.Errorf("counting case %d: %w", first.Case, err)
	}
	return u, fresh, nil
}

// enter adds one case to an incident, or opens it with the cases named, and
// returns its number. An incident of the same sort that another instance opened
// meanwhile is joined instead.
func enter(ctx context.Context, q querier, i cases.Incident, with []int64) (int64, error) {
	if i.ID == 0 {
		id, err := one[int64](q.QueryRowContext(ctx, `SELECT id FROM incidents WHERE closed_at = 0 AND kind = $1 AND source = $2 ORDER BY id LIMIT 1`, i.Kind, i.Source))
		if err == nil && i.Kind == cases.Burst {
			i.ID = id
		} else if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
	}
	if i.ID != 0 {
		n, err := changed(q.ExecContext(ctx, `UPDATE incidents SET count = count + 1, version = version + 1, held = (held OR $1) WHERE id = $2 AND closed_at = 0`, i.Held, i.ID))
		if err == nil && n == 0 {
			return 0, nil // it ended meanwhile
		}
		return i.ID, err
	}
	id, err := next(ctx, q, "incident")
	if err != nil {
		return 0, err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO incidents (id, kind, source, print, opened_at, hot_at, closed_at, count, held, version, statement_by, statement_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 1, '', 0)`, id, i.Kind, i.Source, i.Print, micros(i.OpenedAt), micros(i.HotAt), len(with)+1, i.Held)
	if err != nil {
		return 0, err
	}
	for _, c := range with {
		if _, err := q.ExecContext(ctx, `UPDATE incident_cases SET incident = $1 WHERE case_id = $2`, id, c); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// Stir notes that an incident is still above the usual.
func (s *Store) Stir(ctx context.Context, id int64, now time.Time) error {
	return s.touch(ctx, "stirring", `UPDATE incidents SET hot_at = $1, version = version + 1 WHERE id = $2 AND closed_at = 0`, micros(now), id)
}

// CloseIncident ends an incident, and puts the notices that tell of it into the
// outbox.
func (s *Store) CloseIncident(ctx context.Context, id int64, now time.Time, tell []cases.Send) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, `UPDATE incidents SET closed_at = $1, version = version + 1 WHERE id = $2 AND closed_at = 0`, micros(now), id))
		if err != nil || n == 0 {
			return err
		}
		for _, m := range tell {
			if _, err := insertRow(ctx, tx, m, cases.Mention{}, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("closing incident %d: %w", id, err)
	}
	return nil
}

// LeftOver returns cases of ended incidents that wait for staff and that no
// room ever saw, the severest first and then the oldest. At most limit of them
// are out at a time, counting those that it returned earlier and that still
// wait.
func (s *Store) LeftOver(ctx context.Context, limit int) ([]cases.Case, error) {
	const left = ` FROM cases c JOIN incident_cases u ON u.case_id = c.id JOIN incidents i ON i.id = u.incident
		WHERE c.state = 'waiting' AND u.shown = FALSE AND i.closed_at > 0 AND `
	const seen = `EXISTS (SELECT 1 FROM cards k WHERE k.case_id = c.id)`
	out, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(*)`+left+seen))
	if err != nil {
		return nil, fmt.Errorf("counting what incidents left over: %w", err)
	}
	if out >= limit {
		return nil, nil
	}
	return s.cases(ctx, "reading what incidents left over", `SELECT `+caseCols+left+`NOT `+seen+` ORDER BY c.severity DESC, c.id LIMIT $1`, limit-out)
}

// ApproveStatement records who let the holding statement of an incident be
// used. The first decision stands: cases.ErrStale for a second one.
func (s *Store) ApproveStatement(ctx context.Context, id int64, by string, now time.Time) error {
	return s.touch(ctx, "approving the statement of", `UPDATE incidents SET statement_by = $3, statement_at = $1, version = version + 1 WHERE id = $2 AND statement_by = ''`, micros(now), id, by)
}

// touch changes one incident, or returns ErrStale when it is not as expected.
func (s *Store) touch(ctx context.Context, doing, query string, args ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, query, args...))
		if err == nil && n == 0 {
			err = cases.ErrStale
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s incident %v: %w", doing, args[1], err)
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
)

// The names of small facts about learning.
const (
	taughtMark = "taught"  // last line of the history that was looked at
	relearn    = "relearn" // "1" when lessons were erased since the last layer
)

// Untaught returns the next decisions of staff that were not looked at for a
// lesson yet, oldest first, and the last line of the history looked through.
func (s *Store) Untaught(ctx context.Context, limit int) (es []cases.Entry, upTo int64, err error) {
	err = s.read(ctx, func(q querier) error {
		from, err := taught(ctx, q)
		if err != nil {
			return err
		}
		if upTo, err = one[int64](q.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'history'`)); err != nil {
			return err
		}
		es, err = collect(ctx, q, func(row scanner) (cases.Entry, error) {
			l, err := scanLine(row)
			return l.Entry, err
		}, `SELECT `+entryCols+` FROM history h JOIN cases c ON c.id = h.case_id WHERE h.seq > $1
			AND (h.by_whom NOT IN ('', 'rasid', 'customer') AND h.by_whom NOT LIKE 'rule:%' OR h.event = 'flag' AND c.source = 'report')
			ORDER BY h.seq LIMIT $2`, from, limit)
		if err == nil && len(es) == limit {
			upTo = es[limit-1].Seq
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("looking for lessons: %w", err)
	}
	return es, upTo, nil
}

func taught(ctx context.Context, q querier) (int64, error) {
	text, err := getMeta(ctx, q, taughtMark)
	if err != nil || text == "" {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// Teach keeps lessons and how far the history was looked through. The same
// person's opinion of the same mention is replaced by a later one.
func (s *Store) Teach(ctx context.Context, upTo int64, ls []cases.Lesson) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		from, err := taught(ctx, tx)
		if err != nil || from >= upTo {
			return err // another instance was faster
		}
		for _, l := range ls {
			_, err := tx.ExecContext(ctx, `INSERT INTO lessons (mention, by_whom, hash, label, origin, seq, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (mention, by_whom) DO UPDATE SET hash = excluded.hash, label = excluded.label, origin = excluded.origin, seq = excluded.seq, at = excluded.at`,
				l.Mention, l.By, l.Hash, l.Label, l.Origin, l.Seq, micros(l.At))
			if err != nil {
				return err
			}
		}
		return setMeta(ctx, tx, taughtMark, strconv.FormatInt(upTo, 10))
	})
	if err != nil {
		return fmt.Errorf("keeping lessons: %w", err)
	}
	return nil
}

// Lessons returns the newest lessons with their words, oldest first, but those
// about words that were changed or forgotten since.
func (s *Store) Lessons(ctx context.Context, limit int) ([]cases.Taught, error) {
	all, err := collect(ctx, s.r, func(row scanner) (cases.Taught, error) {
		var t cases.Taught
		var m cases.Mention
		var at int64
		err := row.Scan(&t.Seq, &t.Mention, &t.Hash, &t.Label, &t.Origin, &t.By, &at, &m.Source, &m.AuthorID, &m.Title, &m.Text, &m.Stars)
		t.At, t.Text, t.Stars = moment(at), m.Text, m.Stars
		if m.AuthorID != "" {
			t.Author = m.Source + "/" + m.AuthorID
		}
		if cases.HashWords(m) != t.Hash {
			t.Text = ""
		}
		return t, err
	}, `SELECT l.seq, l.mention, l.hash, l.label, l.origin, l.by_whom, l.at, m.source, m.author_id, m.title, m.body, m.stars
		FROM (SELECT * FROM lessons ORDER BY seq DESC LIMIT $1) l JOIN mentions m ON m.num = l.mention WHERE NOT m.blank ORDER BY l.seq`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading lessons: %w", err)
	}
	kept := all[:0]
	for _, t := range all {
		if strings.TrimSpace(t.Text) != "" {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

// LessonsAfter counts the lessons learned after a line of the history. erased
// says that some were taken away since the last layer was made, which therefore
// knows too much.
func (s *Store) LessonsAfter(ctx context.Context, seq int64) (n int, erased bool, err error) {
	n, err = one[int](s.r.QueryRowContext(ctx, `SELECT count(*) FROM lessons WHERE seq > $1`, seq))
	if err == nil {
		var mark string
		mark, err = getMeta(ctx, s.r, relearn)
		erased = mark == "1"
	}
	if err != nil {
		return 0, false, fmt.Errorf("counting lessons: %w", err)
	}
	return n, erased, nil
}

// LearnedBetween counts the decisions of [from, to) that taught something, and
// tells which layer was switched on then and what it learned.
func (s *Store) LearnedBetween(ctx context.Context, from, to time.Time) (l cases.Learned, err error) {
	err = s.read(ctx, func(q querier) error {
		if l.Decisions, err = one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM lessons WHERE at >= $1 AND at < $2`, micros(from), micros(to))); err != nil {
			return err
		}
		if l.Complaints, err = one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM lessons WHERE at >= $1 AND at < $2 AND label = 'neg'`, micros(from), micros(to))); err != nil {
			return err
		}
		on, err := scanLayer(q.QueryRowContext(ctx, `SELECT `+layerCols+` FROM layers WHERE at >= $1 AND at < $2 AND state = 'on' ORDER BY version DESC LIMIT 1`, micros(from), micros(to)))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		l.Version = on.Version
		var rep struct{ Complaint, Calm []string }
		if on.Report != "" {
			err = json.Unmarshal([]byte(on.Report), &rep)
		}
		l.Complaint, l.Calm = rep.Complaint, rep.Calm
		return err
	})
	if err != nil {
		return l, fmt.Errorf("counting what was learned: %w", err)
	}
	return l, nil
}

const layerCols = `version, base, body, state, seq, lessons, report, by_whom, at`

func scanLayer(row scanner) (l cases.Layer, err error) {
	var at int64
	err = row.Scan(&l.Version, &l.Base, &l.Body, &l.State, &l.Seq, &l.Lessons, &l.Report, &l.By, &at)
	l.At = moment(at)
	return l, err
}

// Layers returns the versions of what was learned, newest first.
func (s *Store) Layers(ctx context.Context, limit int) ([]cases.Layer, error) {
	ls, err := collect(ctx, s.r, scanLayer, `SELECT `+layerCols+` FROM layers ORDER BY version DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading layers: %w", err)
	}
	return ls, nil
}

// LayerOn returns the layer that is on; false when there is none.
func (s *Store) LayerOn(ctx context.Context) (cases.Layer, bool, error) {
	l, err := scanLayer(s.r.QueryRowContext(ctx, `SELECT `+layerCols+` FROM layers WHERE state = 'on' ORDER BY version DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("reading the layer: %w", err)
	}
	return l, true, nil
}

// keptLayers is how many versions keep their weights; of older ones only the
// report stays.
const keptLayers = 10

// SaveLayer keeps a new version. A version that is on replaces the one that was
// on; so does any version when that one had learned from words erased since.
// ErrStale says that another instance saved this version first.
func (s *Store) SaveLayer(ctx context.Context, l cases.Layer) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		last, err := one[int](tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM layers`))
		if err != nil {
			return err
		}
		if l.Version != last+1 {
			return fmt.Errorf("version %d is there: %w", last, cases.ErrStale)
		}
		if err := dropLayers(ctx, tx, l); err != nil {
			return err
		}
		if l.Body == nil {
			l.Body = []byte{}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO layers (`+layerCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			l.Version, l.Base, l.Body, l.State, l.Seq, l.Lessons, l.Report, l.By, micros(l.At))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE layers SET body = $1 WHERE version <= $2 AND state <> 'on'`, []byte{}, l.Version-keptLayers); err != nil {
			return err
		}
		return setMeta(ctx, tx, relearn, "")
	})
	if err != nil {
		return fmt.Errorf("saving layer %d: %w", l.Version, err)
	}
	return nil
}

// dropLayers takes older versions out of use before l is saved.
func dropLayers(ctx context.Context, q querier, l cases.Layer) error {
	mark, err := getMeta(ctx, q, relearn)
	if err != nil {
		return err
	}
	if mark == "1" { // none that learned from erased words may come back
		if _, err := q.ExecContext(ctx, `UPDATE layers SET body = $1`, []byte{}); err != nil {
			return err
		}
	}
	if l.State == cases.LayerOn || mark == "1" {
		_, err = q.ExecContext(ctx, `UPDATE layers SET state = 'off' WHERE state = 'on'`)
	}
	return err
}

// RollBack switches off the layer that is on and puts back the latest one
// before it that was made for the same scorer; to is 0 when there is none and
// the scorer judges alone. ErrNotFound says that no layer is on.
func (s *Store) RollBack(ctx context.Context, by string, now time.Time) (from, to int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		on, err := scanLayer(tx.QueryRowContext(ctx, `SELECT `+layerCols+` FROM layers WHERE state = 'on' ORDER BY version DESC LIMIT 1`))
		if errors.Is(err, sql.ErrNoRows) {
			return cases.ErrNotFound
		}
		if err != nil {
			return err
		}
		from = on.Version
		if _, err := tx.ExecContext(ctx, `UPDATE layers SET state = 'rolled-back', by_whom = $1, at = $2 WHERE version = $3`, by, micros(now), from); err != nil {
			return err
		}
		to, err = one[int](tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM layers WHERE state = 'off' AND base = $1 AND length(body) > 0 AND version < $2`, on.Base, from))
		if err != nil || to == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE layers SET state = 'on' WHERE version = $1`, to)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("rolling back what was learned: %w", err)
	}
	return from, to, nil
}

// forgetLessons takes away what was learned from a mention that is erased.
func forgetLessons(ctx context.Context, q querier, num int64, erased bool) error {
	n, err := changed(q.ExecContext(ctx, `DELETE FROM lessons WHERE mention = $1`, num))
	if err != nil || n == 0 || !erased {
		return err
	}
	return setMeta(ctx, q, relearn, "1")
}

package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"rasid/internal/cases"
)

const entryCols = `h.seq, h.case_id, h.version, h.event, h.from_state, h.to_state, h.by_whom, h.draft, h.note, h.at, h.hash, h.salt, h.note_hash`

// line is an Entry as the chain sees it.
type line struct {
	cases.Entry
	salt, noteHash string
}

func scanLine(row scanner) (line, error) {
	var l line
	var at int64
	err := row.Scan(&l.Seq, &l.Case, &l.Version, &l.Event, &l.From, &l.To, &l.By, &l.Draft, &l.Note, &at, &l.Hash, &l.salt, &l.noteHash)
	l.At = moment(at)
	return l, err
}

// chained returns the hash of a line that follows prev.
func (l line) chained(prev string) string {
	return digest(prev, strconv.FormatInt(l.Seq, 10), strconv.FormatInt(l.Case, 10), strconv.Itoa(l.Version), string(l.Event),
		string(l.From), string(l.To), l.By, strconv.Itoa(l.Draft), l.noteHash, strconv.FormatInt(micros(l.At), 10))
}

// digest hashes fields so that no two lists of fields look alike.
func digest(fields ...string) string {
	h := sha256.New()
	for _, f := range fields {
		_, _ = fmt.Fprintf(h, "%d:%s;", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// chainEnd is the name of the meta row that holds the last hash; with the
// counter it shows when lines were cut off the end.
const chainEnd = "chain"

// remember appends one line to the history.
func remember(ctx context.Context, q querier, e cases.Entry) error {
	prev, err := getMeta(ctx, q, chainEnd)
	if err != nil {
		return fmt.Errorf("reading end of history: %w", err)
	}
	l := line{Entry: e, salt: rand.Text()}
	l.noteHash = digest(l.salt, e.Note)
	if l.Seq, err = next(ctx, q, "history"); err != nil {
		return err
	}
	l.Hash = l.chained(prev)
	_, err = q.ExecContext(ctx, `INSERT INTO history (seq, case_id, version, event, from_state, to_state, by_whom, draft, note, salt, note_hash, at, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		l.Seq, l.Case, l.Version, l.Event, l.From, l.To, l.By, l.Draft, l.Note, l.salt, l.noteHash, micros(l.At), l.Hash)
	if err != nil {
		return fmt.Errorf("writing history: %w", err)
	}
	return setMeta(ctx, q, chainEnd, l.Hash)
}

// History returns everything that happened to a case, oldest first.
func (s *Store) History(ctx context.Context, caseID int64) ([]cases.Entry, error) {
	return s.entries(ctx, `SELECT `+entryCols+` FROM history h WHERE h.case_id = $1 ORDER BY h.seq`, caseID)
}

func (s *Store) entries(ctx context.Context, query string, args ...any) ([]cases.Entry, error) {
	es, err := collect(ctx, s.r, func(row scanner) (cases.Entry, error) {
		l, err := scanLine(row)
		return l.Entry, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading history: %w", err)
	}
	return es, nil
}

// Verify walks the chain and returns the number of the first line that was
// changed, removed or slipped in; 0 when all is well. A note that was erased on
// request is no fault: its hash stays.
func (s *Store) Verify(ctx context.Context) (badSeq int64, err error) {
	err = s.read(ctx, func(q querier) error {
		badSeq, err = verify(ctx, q)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("verifying history: %w", err)
	}
	return badSeq, nil
}

func verify(ctx context.Context, q querier) (int64, error) {
	last, err := one[int64](q.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'history'`))
	if err != nil {
		return 0, err
	}
	end, err := getMeta(ctx, q, chainEnd)
	if err != nil {
		return 0, err
	}
	rows, err := q.QueryContext(ctx, `SELECT `+entryCols+` FROM history h ORDER BY h.seq`)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // Err below tells
	var prev string
	var seq int64
	for rows.Next() {
		l, err := scanLine(rows)
		if err != nil {
			return 0, err
		}
		seq++
		erased := l.salt == "" && l.Note == ""
		if l.Seq != seq || l.Hash != l.chained(prev) || !erased && l.noteHash != digest(l.salt, l.Note) {
			return seq, nil
		}
		prev = l.Hash
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	if seq != last || prev != end {
		return seq + 1, nil
	}
	return 0, nil
}

// getMeta reads a small fact; "" when it was never written.
func getMeta(ctx context.Context, q querier, name string) (string, error) {
	return oneOrNone[string](q.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, name))
}

func setMeta(ctx context.Context, q querier, name, value string) error {
	_, err := q.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

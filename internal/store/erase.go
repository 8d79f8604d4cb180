package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Erase forgets an author: what they said, what was drafted and posted to
// them, what the history quotes of them, here and in freed pages. The lines of
// the history stay, without words; the same author is never recorded again. It
// returns how many mentions it emptied.
func (s *Store) Erase(ctx context.Context, source, authorID string, now time.Time) (n int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		n, err = s.eraseAuthor(ctx, tx, source, authorID, now)
		return err
	})
	if err == nil {
		err = s.finishErasures(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("erasing an author of %s: %w", source, err)
	}
	return n, nil
}

func (s *Store) eraseAuthor(ctx context.Context, q querier, source, authorID string, now time.Time) (int, error) {
	grave, err := graveOf(ctx, q, source, authorID)
	if err != nil {
		return 0, err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO tombstones (hash, at, swept) VALUES ($1, $2, FALSE) ON CONFLICT (hash) DO UPDATE SET swept = FALSE`, grave, micros(now))
	if err != nil {
		return 0, err
	}
	ids, err := collect(ctx, q, one[int64], `SELECT id FROM cases WHERE source = $1 AND author_id = $2 ORDER BY id`, source, authorID)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := voidPromises(ctx, q, id, now); err != nil {
			return 0, err
		}
		if err := closeErased(ctx, q, id, now); err != nil {
			return 0, err
		}
	}
	nums, err := collect(ctx, q, one[int64], `SELECT num FROM mentions WHERE source = $1 AND author_id = $2 ORDER BY num`, source, authorID)
	if err != nil {
		return 0, err
	}
	for _, num := range nums {
		if err := blankMention(ctx, q, num, true); err != nil {
			return 0, err
		}
	}
	for _, id := range ids {
		if err := blankCase(ctx, q, id); err != nil {
			return 0, err
		}
	}
	if err := eraseReports(ctx, q); err != nil {
		return 0, err
	}
	return len(nums), eraseInbox(ctx, q, authorID)
}

// eraseReports takes the words out of digests and of notices that belong to no
// case: they quote customers, and nobody can tell whom. What left is written
// again by "rasid digest"; a digest that has not left yet is planned anew.
func eraseReports(ctx context.Context, q querier) error {
	for _, stmt := range []string{
		`DELETE FROM outbox WHERE kind = 'digest' AND state IN ('ready', 'held')`,
		`UPDATE outbox SET body = '', attachment = NULL WHERE kind <> 'reply' AND case_id = 0 AND state IN ('delivered', 'gave-up', 'withdrawn', 'in-doubt')`,
	} {
		if _, err := q.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// closeErased ends an open case whose customer is forgotten.
func closeErased(ctx context.Context, q querier, id int64, now time.Time) error {
	c, err := head(ctx, q, id)
	if err != nil {
		return err
	}
	ch := cases.Change{Case: id, Version: c.Version, Event: cases.Delete, By: customer, At: now, Note: "erased"}
	if _, err := cases.Next(c.State, cases.Delete); err != nil {
		return jot(ctx, q, c, ch)
	}
	err = step(ctx, q, c, ch)
	return err
}

// blankMention takes the words out of a mention. A person's name and identity
// go too when they asked for it; otherwise the id stays, so that the platform's
// copy is known when it comes back.
func blankMention(ctx context.Context, q querier, num int64, identity bool) error {
	if err := forgetLessons(ctx, q, num, identity); err != nil {
		return err
	}
	for _, stmt := range []string{
		`DELETE FROM mention_revisions WHERE num = $1`,
		`UPDATE mentions SET author = '', title = '', body = '', url = '', folded = '', score = '', blank = TRUE WHERE num = $1`,
	} {
		if _, err := q.ExecContext(ctx, stmt, num); err != nil {
			return err
		}
	}
	if !identity {
		return nil
	}
	for _, stmt := range []string{
		`DELETE FROM aliases WHERE num = $1`,
		`UPDATE mentions SET id = 'erased:' || num, author_id = '', thread = '', reply_to = '', answer_to = '' WHERE num = $1`,
		`UPDATE outbox SET author_id = '', thread = '' WHERE mention = $1`,
	} {
		if _, err := q.ExecContext(ctx, stmt, num); err != nil {
			return err
		}
	}
	return nil
}

// blankCase takes names and words out of everything around a case. What stays
// is when what was decided by whom.
func blankCase(ctx context.Context, q querier, id int64) error {
	for _, stmt := range []string{
		`UPDATE cases SET author_id = '', author = '', thread = '', score = '', reply_url = '' WHERE id = $1`,
		`UPDATE drafts SET body = '', findings = '[]' WHERE case_id = $1`,
		`UPDATE outbox SET body = '', attachment = NULL, last_error = '', receipt_url = '' WHERE case_id = $1 AND state <> 'started'`,
		`UPDATE history SET note = '', salt = '' WHERE case_id = $1`,
		`UPDATE promises SET words = '' WHERE case_id = $1`,
		`UPDATE incident_cases SET author = '', print = NULL WHERE case_id = $1`,
		`UPDATE mentions SET author = '', title = '', body = '', url = '', folded = '', blank = TRUE WHERE case_id = $1 AND ours`,
		`UPDATE cards SET want = want + 1, urgent = FALSE, last_error = '' WHERE case_id = $1`,
	} {
		if _, err := q.ExecContext(ctx, stmt, id); err != nil {
			return err
		}
	}
	return nil
}

// eraseInbox removes raw messages that name the author. They are JSON of many
// platforms, so it looks for the bytes of the id.
func eraseInbox(ctx context.Context, q querier, authorID string) error {
	if authorID == "" {
		return nil
	}
	type item struct {
		seq  int64
		body []byte
	}
	items, err := collect(ctx, q, func(row scanner) (it item, err error) {
		err = row.Scan(&it.seq, &it.body)
		return it, err
	}, `SELECT seq, body FROM inbox`)
	if err != nil {
		return err
	}
	for _, it := range items {
		if !bytes.Contains(it.body, []byte(authorID)) {
			continue
		}
		if _, err := q.ExecContext(ctx, `DELETE FROM inbox WHERE seq = $1`, it.seq); err != nil {
			return err
		}
	}
	return nil
}

// graveOf is the keyed hash by which an erased author is known again; without
// the key nobody can test whether somebody was erased.
func graveOf(ctx context.Context, q querier, source, authorID string) (string, error) {
	key, err := secret(ctx, q, "tombstones", sha256.Size)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%d:%s;%s", len(source), source, authorID)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// forgotten reports whether an author asked to be forgotten.
func (s *Store) forgotten(ctx context.Context, q querier, source, authorID string) (bool, error) {
	if authorID == "" {
		return false, nil
	}
	anyone, err := one[bool](q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM tombstones)`))
	if err != nil || !anyone {
		return false, err
	}
	grave, err := graveOf(ctx, q, source, authorID)
	if err != nil {
		return false, err
	}
	return one[bool](q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM tombstones WHERE hash = $1)`, grave))
}

// finishErasures sweeps freed pages after an erasure; at the start it finishes
// one that a crash interrupted.
func (s *Store) finishErasures(ctx context.Context) error {
	open, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(*) FROM tombstones WHERE NOT swept`))
	if err != nil || open == 0 {
		return err
	}
	sweep := []string{
		`INSERT INTO mention_search (mention_search) VALUES ('optimize')`,
		`VACUUM`,
		`PRAGMA wal_checkpoint(TRUNCATE)`,
	}
	if s.pg {
		sweep = []string{`VACUUM FULL mentions, mention_revisions, aliases, cases, drafts, promises, outbox, history, inbox, lessons, layers`}
	}
	for _, stmt := range sweep {
		if _, err := s.w.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("sweeping erased words: %w", err)
		}
	}
	_, err = s.w.ExecContext(ctx, `UPDATE tombstones SET swept = TRUE`)
	return err
}

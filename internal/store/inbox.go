package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// PutInbox writes down what a connection received together with its mark (the
// platform's offset), so that "received" can be told upstream. An item whose
// key is already there is stored once.
func (s *Store) PutInbox(ctx context.Context, account string, items []cases.InboxItem, mark string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for _, it := range items {
			if err := putItem(ctx, tx, account, it); err != nil {
				return err
			}
		}
		return putMark(ctx, tx, account, mark)
	})
	if err != nil {
		return fmt.Errorf("writing inbox of %s: %w", account, err)
	}
	return nil
}

// putMark moves the mark of a connection, or of a file that is imported.
func putMark(ctx context.Context, q querier, account, mark string) error {
	_, err := q.ExecContext(ctx, `INSERT INTO inbox_marks (account, mark) VALUES ($1, $2)
		ON CONFLICT (account) DO UPDATE SET mark = excluded.mark`, account, mark)
	return err
}

func putItem(ctx context.Context, q querier, account string, it cases.InboxItem) error {
	known, err := one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM inbox WHERE account = $1 AND key = $2`, account, it.Key))
	if err != nil || known > 0 {
		return err
	}
	seq, err := next(ctx, q, "inbox")
	if err != nil {
		return err
	}
	body := it.Body
	if body == nil {
		body = []byte{}
	}
	_, err = q.ExecContext(ctx, `INSERT INTO inbox (seq, account, key, body, at) VALUES ($1, $2, $3, $4, $5)`, seq, account, it.Key, body, micros(it.At))
	return err
}

// Mark returns where a connection stopped receiving, or the import of a file
// reading; "" at first.
func (s *Store) Mark(ctx context.Context, account string) (string, error) {
	mark, err := oneOrNone[string](s.r.QueryRowContext(ctx, `SELECT mark FROM inbox_marks WHERE account = $1`, account))
	if err != nil {
		return "", fmt.Errorf("reading mark of %s: %w", account, err)
	}
	return mark, nil
}

// Inbox returns what a connection received after a position, in order.
func (s *Store) Inbox(ctx context.Context, account string, after int64, limit int) ([]cases.InboxItem, error) {
	items, err := collect(ctx, s.r, func(row scanner) (it cases.InboxItem, err error) {
		var at int64
		err = row.Scan(&it.Seq, &it.Account, &it.Key, &it.Body, &at)
		it.At = moment(at)
		return it, err
	}, `SELECT seq, account, key, body, at FROM inbox WHERE account = $1 AND seq > $2 ORDER BY seq LIMIT $3`, account, after, limit)
	if err != nil {
		return nil, fmt.Errorf("reading inbox of %s: %w", account, err)
	}
	return items, nil
}

// PruneInbox forgets what was received before a time. Sources must have read
// it by then: keep days, not minutes.
func (s *Store) PruneInbox(ctx context.Context, before time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM inbox WHERE at < $1`, micros(before))
		return err
	})
	if err != nil {
		return fmt.Errorf("pruning inbox: %w", err)
	}
	return nil
}

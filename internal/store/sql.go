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
)

// micros is how the tables keep a time; 0 is "never".
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is the inverse of micros.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// scanner is a row or rows.
type scanner interface{ Scan(dest ...any) error }

// collect reads every row of a query.
func collect[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// one scans a single value.
func one[T any](row scanner) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}

// oneOrNone scans a single value; the zero value where there is no row.
func oneOrNone[T any](row scanner) (T, error) {
	v, err := one[T](row)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v, err
}

// next hands out the next number of a counter.
func next(ctx context.Context, q querier, counter string) (int64, error) {
	return block(ctx, q, counter, 1)
}

// block hands out the next n numbers of a counter and returns the first.
func block(ctx context.Context, q querier, counter string, n int) (int64, error) {
	last, err := one[int64](q.QueryRowContext(ctx, `UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value`, n, counter))
	if err != nil {
		return 0, fmt.Errorf("counting %ss: %w", counter, err)
	}
	return last - int64(n) + 1, nil
}

// list gathers the arguments of a statement whose shape depends on them.
type list struct{ args []any }

// add keeps v and returns its placeholder.
func (l *list) add(v any) string {
	l.args = append(l.args, v)
	return "$" + strconv.Itoa(len(l.args))
}

// in returns a bracketed list of placeholders, "(NULL)" for none.
func in[T any](l *list, vs []T) string {
	if len(vs) == 0 {
		return "(NULL)"
	}
	ps := make([]string, len(vs))
	for i, v := range vs {
		ps[i] = l.add(v)
	}
	return "(" + strings.Join(ps, ", ") + ")"
}

// changed returns the number of rows a statement touched.
func changed(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// pack writes v as JSON. Only types of this program come here; they always can.
func pack(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// unpack reads what pack wrote; "" is the zero value.
func unpack[T any](s string) (T, error) {
	var v T
	if s == "" {
		return v, nil
	}
	err := json.Unmarshal([]byte(s), &v)
	return v, err
}

// zeroTime is "never".
var zeroTime time.Time

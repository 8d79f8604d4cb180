package store

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"testing"
)

// A connection is one, so that every statement below meets the kept ones.
func TestKeptStatementsAnswerLikeFreshOnes(t *testing.T) {
	db, err := openKept("file:" + filepath.Join(t.TempDir(), "kept.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	ctx := t.Context()
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(ctx, query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	const put, sum = `INSERT INTO n (v) VALUES ($1)`, `SELECT coalesce(sum(v), 0) FROM n`
	total := func(want int) {
		t.Helper()
		if got, err := one[int](db.QueryRowContext(ctx, sum)); err != nil || got != want {
			t.Errorf("the sum is %d (%v), want %d", got, err, want)
		}
	}
	do(`CREATE TABLE n (v BIGINT PRIMARY KEY)`)
	for i := range 5 {
		do(put, i)
	}
	total(10)
	if _, err := db.ExecContext(ctx, put, 3); err == nil {
		t.Error("a number twice is accepted")
	}
	do(put, 5)
	total(15)

	// The same statement within its own rows, rows that are left half read, a
	// change of the tables between two runs, and a caller who gave up.
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	const above = `SELECT v FROM n WHERE v > $1 ORDER BY v`
	func() {
		rows, err := tx.QueryContext(ctx, above, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for want := 2; rows.Next() && want < 4; want++ {
			inner, err := one[int](tx.QueryRowContext(ctx, above, want))
			if outer, e := one[int](rows); err != nil || e != nil || outer != want || inner != want+1 {
				t.Errorf("outside %d (%v), inside %d (%v), want %d and %d", outer, e, inner, err, want, want+1)
			}
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
	}()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	do(`ALTER TABLE n ADD COLUMN w BIGINT NOT NULL DEFAULT 7`)
	do(put, 6)
	total(21)
	if w, err := one[int](db.QueryRowContext(ctx, `SELECT w FROM n WHERE v = $1`, 6)); err != nil || w != 7 {
		t.Errorf("the new column is %d (%v), want 7", w, err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := db.ExecContext(gone, put, 7); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gave up: %v", err)
	}
	total(21)

	// More statements than are kept.
	for i := range 2*mostStatements + 1 {
		n := strconv.Itoa(i)
		if got, err := one[int](db.QueryRowContext(ctx, `SELECT `+n)); err != nil || got != i {
			t.Fatalf("SELECT %s gives %d (%v)", n, got, err)
		}
	}
	total(21)
}

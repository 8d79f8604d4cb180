package store_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

func TestAReaderLooksWhileAnotherWorks(t *testing.T) {
	dir := t.TempDir()
	o := store.Options{DSN: filepath.Join(dir, "rasid.db"), DataDir: dir}
	if _, err := store.OpenReader(t.Context(), o); err == nil {
		t.Fatal("a database that does not exist was opened")
	}
	working, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = working.Close() }()
	if _, err := store.Open(t.Context(), o); !errors.Is(err, store.ErrInUse) {
		t.Fatalf("a second worker got %v, want ErrInUse", err)
	}
	reader, err := store.OpenReader(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()

	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	page := cases.Page{Mentions: []cases.Mention{{Source: "s", ID: "1", AuthorID: "a", Text: "late again", PostedAt: now}}}
	if _, err := working.Record(t.Context(), "s", page, now); err != nil {
		t.Fatal(err)
	}
	list, err := reader.List(t.Context(), store.Filter{})
	if err != nil || len(list) != 1 {
		t.Errorf("the reader sees %d cases (%v), want the one just recorded", len(list), err)
	}
	if _, err := reader.Record(t.Context(), "s", page, now); err == nil {
		t.Error("the reader wrote")
	}
	copied := filepath.Join(dir, "backup.db")
	if err := reader.Backup(t.Context(), copied, nil); err != nil {
		t.Fatal(err)
	}
	restored, err := store.Open(t.Context(), store.Options{DSN: copied, DataDir: filepath.Join(dir, "restored")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	if why, _, err := restored.Held(t.Context()); err != nil || why == "" {
		t.Errorf("a restored backup may post: held because %q, %v", why, err)
	}
}

func TestAReaderThatOutlivesTheWorkerHoldsNothing(t *testing.T) {
	dir := t.TempDir()
	o := store.Options{DSN: filepath.Join(dir, "rasid.db"), DataDir: dir}
	working, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := store.OpenReader(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Counts(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	if _, err := working.Record(t.Context(), "s", cases.Page{Mentions: []cases.Mention{{ID: "1", Text: "late", PostedAt: now}}}, now); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(working.Close(), reader.Close()); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if why, _, err := again.Held(t.Context()); err != nil || why != "" {
		t.Errorf("held because %q, %v", why, err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"rasid/internal/store"
)

func TestRecordsFromABackupHoldRepliesUntilAPersonResumes(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	first, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db")})
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "restored", "rasid.db")
	if err := first.Backup(t.Context(), filepath.Join(dir, "copy.db"), nil); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	move(t, filepath.Join(dir, "copy.db"), copied)
	s, err := store.Open(t.Context(), store.Options{DSN: copied})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	p := posting{s}
	if stop, err := p.Stopped(t.Context()); err != nil || !stop.On || stop.Why == "" {
		t.Fatalf("posting goes on after a restore: %+v, %v", stop, err)
	}
	if err := p.Resume(t.Context(), "huda", now); err != nil {
		t.Fatal(err)
	}
	if stop, err := p.Stopped(t.Context()); err != nil || stop.On {
		t.Errorf("still stopped after Huda looked: %+v, %v", stop, err)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

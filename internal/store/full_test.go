package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"

	"rasid/internal/cases"
)

func TestAFullDiskGivesTheBallastBackAndHurtsNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rasid.db")
	s, err := Open(t.Context(), Options{DSN: file, Ballast: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if st, err := os.Stat(file + ".ballast"); err != nil || st.Size() != 1<<20 {
		t.Fatalf("ballast: %v, %v", st, err)
	}
	// The engine's own page limit fails as a full disk does, with SQLITE_FULL.
	if _, err := s.w.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	page := cases.Page{Next: "1", Mentions: []cases.Mention{{ID: "1", Text: strings.Repeat("long ", 20_000), PostedAt: now}}}
	_, err = s.Record(t.Context(), "shop", page, now)
	var full *sqlite.Error
	if !errors.As(err, &full) || full.Code() != sqliteFull {
		t.Fatalf("got %v, want a full disk", err)
	}
	for left, want := range map[uint64]string{3 << 10: "the disk is almost full: 3 kB free: make room and start again (", 1 << 30: full.Error()} {
		if got := advise(full, file, func(string) (uint64, bool) { return left, true }); !strings.HasPrefix(got.Error(), want) || !errors.As(got, &full) {
			t.Errorf("with %d bytes free an operator reads %q, want %q", left, got, want)
		}
	}
	if _, err := os.Stat(file + ".ballast"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the ballast is still there: %v", err)
	}
	if cur, err := s.Cursor(t.Context(), "shop"); cur != "" || err != nil {
		t.Errorf("cursor %q, %v: it moved without its mentions", cur, err)
	}
	if _, err := s.w.ExecContext(t.Context(), `PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Record(t.Context(), "shop", page, now); n != 1 || err != nil {
		t.Errorf("after room was made: %d, %v", n, err)
	}
	if st, err := os.Stat(file + ".ballast"); err != nil || st.Size() != 1<<20 {
		t.Errorf("the ballast did not come back with the room: %v, %v", st, err)
	}
}

// TestABallastWaitsForRoomEnough is a disk that stays almost full: the ballast
// must not take the room that was just made.
func TestABallastWaitsForRoomEnough(t *testing.T) {
	t.Parallel()
	s, file := onDisk(t)
	s.spent.Store(true)
	for _, x := range []struct {
		what             string
		ballast, minimum int64
		back             bool
	}{
		{"more than the disk has is to stay free", 1 << 10, 1 << 60, false},
		{"the disk has less than twice the ballast", 1 << 60, 0, false},
		{"there is room", 1 << 10, 1 << 10, true},
	} {
		s.o.Ballast, s.o.MinFree = x.ballast, x.minimum
		s.restock()
		if _, err := os.Stat(file + ".ballast"); errors.Is(err, os.ErrNotExist) == x.back {
			t.Errorf("%s: %v, want it back: %v", x.what, err, x.back)
		}
	}
}

func TestVersionsCompareByNumber(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		a, b string
		want bool
	}{{"3.51.2", "3.51.3", true}, {"3.51.3", "3.51.3", false}, {"3.9.0", "3.51.3", true}, {"3.54.1", "3.51.3", false}, {"4.0", "3.51.3", false}, {"3.51", "3.51.3", true}} {
		if got := older(x.a, x.b); got != x.want {
			t.Errorf("older(%s, %s) = %v", x.a, x.b, got)
		}
	}
}

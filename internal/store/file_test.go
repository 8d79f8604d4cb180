package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var trials = flag.Int("trials", 10, "how often two processes start at once, and how often eight decide at once")

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// openFile opens the database of a folder; the caller closes it.
func openFile(ctx context.Context, dir string) (*store.Store, error) {
	return store.Open(ctx, store.Options{DSN: filepath.Join(dir, "rasid.db"), Owner: "a", Budget: store.NoBudget})
}

func mustOpen(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := openFile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// approved brings a complaint of an author to an approved reply.
func approved(t *testing.T, s *store.Store, author, words string) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Record(ctx, "shop", cases.Page{Mentions: []cases.Mention{{ID: "m-" + author, AuthorID: author, Author: "Name " + author, Text: words, PostedAt: now}}, Next: "1"}, now)
	ok(t, err)
	cs, err := s.InState(ctx, cases.New, 1)
	ok(t, err)
	c, err := s.Apply(ctx, cases.Change{Case: cs[0].ID, Version: cs[0].Version, Event: cases.Flag, By: cases.Rasid, At: now, Note: "said " + words})
	ok(t, err)
	c, err = s.Apply(ctx, cases.Change{Case: c.ID, Version: c.Version, Event: cases.Propose, By: cases.Rasid, At: now, Draft: &cases.Draft{Text: "Sorry about " + words}})
	ok(t, err)
	m, key := c.Last(), cases.ReplyKey(c.ID, 1)
	_, err = s.Apply(ctx, cases.Change{Case: c.ID, Version: c.Version, Event: cases.Approve, By: "staff:1", At: now, DraftNo: 1, Send: []cases.Send{{
		Key: key, Kind: cases.SendReply, Target: "shop", By: "staff:1", DueAt: now, Hash: cases.HashReply("shop", m.ID, c.Drafts[0].Text),
		Reply: cases.Reply{Key: key, Draft: 1, Mention: m, Text: c.Drafts[0].Text},
	}}})
	ok(t, err)
}

// posts claims and delivers everything and returns how many replies left.
func posts(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	for {
		m, found, err := s.Claim(t.Context(), cases.SendReply, nil, now, time.Minute)
		ok(t, err)
		if !found {
			return n
		}
		n++
		ok(t, s.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, At: now}, nil))
	}
}

// TestMain lets this program play a second process on the same file.
func TestMain(m *testing.M) {
	dir := os.Getenv("STORE_TEST_OPEN")
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := openFile(context.Background(), dir)
	switch {
	case errors.Is(err, store.ErrInUse):
		os.Exit(3)
	case err != nil:
		os.Exit(4)
	}
	if os.Getenv("STORE_TEST_HOLD") != "" {
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is let go
	}
	if s.Close() != nil {
		os.Exit(5)
	}
}

func second(t *testing.T, dir string) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_OPEN="+dir)
	_ = cmd.Run() // the code says it
	return cmd.ProcessState.ExitCode()
}

func TestASecondProcessIsRefusedUntilTheFirstEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if _, err := openFile(t.Context(), dir); !errors.Is(err, store.ErrInUse) {
		t.Errorf("same process: got %v, want ErrInUse", err)
	}
	if code := second(t, dir); code != 3 {
		t.Errorf("another process ended with %d, want 3", code)
	}
	ok(t, s.Close())
	if code := second(t, dir); code != 0 {
		t.Errorf("after the first ended: %d, want 0", code)
	}
}

func TestOfTwoThatStartTogetherOneWins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range *trials {
		var two [2]*exec.Cmd
		var hold [2]io.WriteCloser
		codes := make(chan int, 2)
		for i := range two {
			two[i] = exec.CommandContext(t.Context(), os.Args[0])
			two[i].Env = append(os.Environ(), "STORE_TEST_OPEN="+dir, "STORE_TEST_HOLD=1")
			var err error
			hold[i], err = two[i].StdinPipe()
			ok(t, err)
			ok(t, two[i].Start())
			go func() {
				_ = two[i].Wait() // the code says it
				codes <- two[i].ProcessState.ExitCode()
			}()
		}
		if code := <-codes; code != 3 { // the other holds the file until it is let go
			t.Fatalf("the first to end ended with %d, want 3", code)
		}
		for _, h := range hold {
			_ = h.Close() // one of them has ended
		}
		if code := <-codes; code != 0 {
			t.Fatalf("the one that had the file ended with %d, want 0", code)
		}
	}
}

func TestOthersCannotReadTheFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := mustOpen(t, dir)
	approved(t, s, "amal", "cold soup")
	defer func() { ok(t, s.Close()) }()
	st, err := os.Stat(dir)
	ok(t, err)
	if st.Mode().Perm() != 0o700 {
		t.Errorf("folder is %o", st.Mode().Perm())
	}
	files, err := os.ReadDir(dir)
	ok(t, err)
	if len(files) < 4 {
		t.Errorf("only %d files", len(files))
	}
	for _, f := range files {
		info, err := f.Info()
		ok(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %o", f.Name(), info.Mode().Perm())
		}
	}
}

func TestTheDatabaseOfAnotherProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, stmt := range map[string]string{"tables": `CREATE TABLE theirs (x)`, "mark": `PRAGMA application_id = 7`} {
		dir := t.TempDir()
		db, err := sql.Open("sqlite", filepath.Join(dir, "rasid.db"))
		ok(t, err)
		_, err = db.ExecContext(t.Context(), stmt)
		ok(t, errors.Join(err, db.Close()))
		if _, err := openFile(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "another program") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARestartForgetsNothingAndHoldsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	for _, a := range []string{"amal", "badr"} {
		approved(t, s, a, "cold soup")
	}
	m, _, err := s.Claim(t.Context(), cases.SendReply, nil, now, time.Minute)
	ok(t, err)
	ok(t, s.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, At: now}, nil))
	ok(t, s.Close())
	s = mustOpen(t, dir)
	defer func() { ok(t, s.Close()) }()
	why, _, err := s.Held(t.Context())
	ok(t, err)
	if why != "" {
		t.Errorf("held: %s", why)
	}
	if n := posts(t, s); n != 1 {
		t.Errorf("%d replies left after the restart, want 1", n)
	}
}

// TestANewDatabaseWhoseFirstStartIsCutOffIsNotTakenForACopy ends the first start
// between the two places where a new database is given its identity.
func TestANewDatabaseWhoseFirstStartIsCutOffIsNotTakenForACopy(t *testing.T) {
	dir := t.TempDir()
	inTheWay := filepath.Join(dir, "rasid.db.marks.new")
	ok(t, os.MkdirAll(filepath.Join(inTheWay, "full"), 0o700))
	if s, err := openFile(t.Context(), dir); err == nil {
		_ = s.Close()
		t.Fatal("the sidecar was written through a folder")
	}
	ok(t, os.RemoveAll(inTheWay))
	s := mustOpen(t, dir)
	t.Cleanup(func() { ok(t, s.Close()) })
	if why, _, err := s.Held(t.Context()); err != nil || why != "" {
		t.Errorf("held %q (%v), want not held", why, err)
	}
}

func TestAStopFileStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	defer func() { ok(t, s.Close()) }()
	approved(t, s, "amal", "cold soup")
	stop := filepath.Join(dir, store.StopFile)
	for note, want := range map[string]string{
		"":               "the file STOP is in the data folder",
		"by hand, by me": "the file STOP is in the data folder",
		store.StopNote("omar", "wrong prices", time.Now()): "the file STOP is in the data folder, left by omar: wrong prices",
	} {
		ok(t, os.WriteFile(stop, []byte(note), 0o600))
		if n := posts(t, s); n != 0 {
			t.Error("posted beside a stop file")
		}
		if is, err := s.Stopped(t.Context()); is.By != cases.File || is.Why != want || !is.On || err != nil {
			t.Errorf("a file with %q says: %+v, %v", note, is, err)
		}
	}
	ok(t, os.Remove(stop))
	if n := posts(t, s); n != 1 {
		t.Error("not posted after the stop file was removed")
	}
}

// copyFolder copies what a person who restores or clones would copy.
func copyFolder(t *testing.T, from, to string, skip ...string) {
	t.Helper()
	files, err := os.ReadDir(from)
	ok(t, err)
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(from, f.Name()))
		ok(t, err)
		dest := filepath.Join(to, f.Name())
		for _, s := range skip {
			if strings.HasSuffix(f.Name(), s) {
				dest = ""
			}
		}
		if dest != "" {
			ok(t, os.WriteFile(dest, b, 0o600))
		}
	}
}

func TestNothingIsPostedTwiceFromACopy(t *testing.T) {
	t.Parallel()
	for name, restore := range map[string]func(t *testing.T, dir, snapshot, backup string) string{
		"a backup in a new place": func(t *testing.T, _, _, backup string) string {
			to := t.TempDir()
			b, err := os.ReadFile(backup)
			ok(t, err)
			ok(t, os.WriteFile(filepath.Join(to, "rasid.db"), b, 0o600))
			return to
		},
		"a backup over the file": func(t *testing.T, dir, _, backup string) string {
			b, err := os.ReadFile(backup)
			ok(t, err)
			for _, s := range []string{"-wal", "-shm"} {
				_ = os.Remove(filepath.Join(dir, "rasid.db"+s)) // gone after a clean end
			}
			ok(t, os.WriteFile(filepath.Join(dir, "rasid.db"), b, 0o600))
			return dir
		},
		"a snapshot of the folder over the folder": func(t *testing.T, dir, snapshot, _ string) string {
			_ = os.Remove(filepath.Join(dir, "rasid.db"))
			copyFolder(t, snapshot, dir)
			return dir
		},
		"a snapshot of the folder written over the files": func(t *testing.T, dir, snapshot, _ string) string {
			copyFolder(t, snapshot, dir)
			return dir
		},
		"a snapshot of the folder in a new place": func(t *testing.T, _, snapshot, _ string) string {
			to := t.TempDir()
			copyFolder(t, snapshot, to)
			return to
		},
		"the files of the database without the marks, after a crash": func(t *testing.T, dir, snapshot, _ string) string {
			copyFolder(t, snapshot, dir, ".marks")
			uncleanly(t, dir)
			return dir
		},
		"a snapshot of a crashed machine in a new place": func(t *testing.T, _, snapshot, _ string) string {
			to := t.TempDir()
			copyFolder(t, snapshot, to)
			uncleanly(t, to)
			return to
		},
		"the files of the database without the marks, in place": func(t *testing.T, dir, snapshot, _ string) string {
			copyFolder(t, snapshot, dir, ".marks")
			return dir
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, snapshot := t.TempDir(), t.TempDir()
			backup := filepath.Join(t.TempDir(), "backup.db")
			s := mustOpen(t, dir)
			approved(t, s, "amal", "cold soup")
			ok(t, s.Backup(t.Context(), backup, nil))
			if err := s.Backup(t.Context(), backup, nil); err == nil {
				t.Error("a backup was overwritten")
			}
			ok(t, s.Close())
			copyFolder(t, dir, snapshot)
			s = mustOpen(t, dir)
			if n := posts(t, s); n != 1 { // after the copies were made
				t.Fatalf("%d replies left, want 1", n)
			}
			ok(t, s.Close())

			s = mustOpen(t, restore(t, dir, snapshot, backup))
			defer func() { ok(t, s.Close()) }()
			if n := posts(t, s); n != 0 {
				t.Fatal("posted again from a copy")
			}
			why, waiting, err := s.Held(t.Context())
			ok(t, err)
			if why == "" || waiting != 1 {
				t.Errorf("held %q, %d rows wait", why, waiting)
			}
			ok(t, s.Release(t.Context(), "staff:1", now))
			if n := posts(t, s); n != 1 {
				t.Errorf("%d replies left after a person released them, want 1", n)
			}
		})
	}
}

// uncleanly makes the sidecar look as after a crash.
func uncleanly(t *testing.T, dir string) {
	t.Helper()
	name := filepath.Join(dir, "rasid.db.marks")
	b, err := os.ReadFile(name)
	ok(t, err)
	ok(t, os.WriteFile(name, regexp.MustCompile(`"closed":\d+`).ReplaceAll(b, []byte(`"closed":0`)), 0o600))
}

func TestPrunedWordsAreInNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	approved(t, s, "amal", "zanzibarzucchini")
	posts(t, s)
	n, err := s.Prune(t.Context(), now.Add(time.Second))
	ok(t, err)
	if n != 1 {
		t.Errorf("pruned %d cases, want 1", n)
	}
	ok(t, s.Close())
	for _, f := range grep(t, dir, "zanzibarzucchini") {
		t.Errorf("pruned words are still in %s", f)
	}
}

func TestErasedWordsAreInNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	defer func() { ok(t, s.Close()) }()
	const canary = "zanzibarzucchini"
	for _, who := range []string{"amal" + canary, "badr"} {
		words := "cold soup"
		if who != "badr" {
			words = canary
		}
		approved(t, s, who, words)
	}
	posts(t, s)
	_, err := s.Record(t.Context(), "shop", cases.Page{Mentions: []cases.Mention{{ID: "m-amal" + canary, AuthorID: "amal" + canary, Text: canary + " changed", PostedAt: now}}}, now)
	ok(t, err)
	if where := grep(t, dir, canary); len(where) == 0 {
		t.Fatal("the words are nowhere before they are erased: the test sees nothing")
	}
	_, err = s.Erase(t.Context(), "shop", "amal"+canary, now)
	ok(t, err)
	for _, f := range grep(t, dir, canary) {
		t.Errorf("erased words are still in %s", f)
	}
	if len(grep(t, dir, "cold soup")) == 0 {
		t.Error("the words of others are gone")
	}
}

// grep returns the files of a folder that hold words, in any letter case.
func grep(t *testing.T, dir, words string) (found []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	ok(t, err)
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		ok(t, err)
		if bytes.Contains(bytes.ToLower(b), []byte(words)) {
			found = append(found, f.Name())
		}
	}
	return found
}

// endsAfter is a context that ends when it has been looked at a number of
// times: a start that is told to stop at one of its steps.
type endsAfter struct {
	context.Context
	end   context.CancelFunc
	looks atomic.Int64
}

// Done counts; sql looks here before and while it does anything.
func (c *endsAfter) Done() <-chan struct{} {
	if c.looks.Add(-1) < 0 {
		c.end()
	}
	return c.Context.Done()
}

// started opens and closes the database, told to stop after some looks, and
// reports whether it came to the end of its start.
func started(t *testing.T, dir string, looks int64) bool {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	c := &endsAfter{Context: ctx, end: end}
	c.looks.Store(looks)
	s, err := openFile(c, dir)
	if err != nil {
		return false
	}
	ok(t, s.Close())
	return true
}

// outdate takes what is newest out of a closed database, as if an older
// version had made it, and leaves the file's time as it was.
func outdate(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, "rasid.db")
	was, err := os.Stat(file)
	ok(t, err)
	db, err := sql.Open("sqlite", "file:"+file)
	ok(t, err)
	for _, q := range []string{`DROP INDEX mentions_unread`, `DELETE FROM migrations WHERE version_id = 15`} {
		_, err := db.ExecContext(t.Context(), q)
		ok(t, err)
	}
	ok(t, db.Close())
	ok(t, os.Chtimes(file, was.ModTime(), was.ModTime()))
}

// It runs beside no other test: one that starts a process hands it, for the blink of an eye, the lock of a database that
// was closed meanwhile.
func TestAStartThatIsEndedAnywhereHoldsNothing(t *testing.T) {
	for name, before := range map[string]func(t *testing.T) (dir string){
		"of a new database":    (*testing.T).TempDir,
		"of a closed database": closedFolder(func(*testing.T, string) {}),
		"of an older database": closedFolder(outdate),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended, began := 0, false
			for looks := int64(0); !began && looks < 2000; looks += 3 {
				dir := before(t)
				if began = started(t, dir, looks); began {
					break
				}
				ended++
				s := mustOpen(t, dir)
				why, _, err := s.Held(t.Context())
				ok(t, errors.Join(err, s.Close()))
				if why != "" {
					t.Fatalf("a start ended after %d looks, and the next one held everything: %s", looks, why)
				}
			}
			if t.Logf("ended at %d places", ended); !began || ended < 10 {
				t.Errorf("%d starts were ended, and one came to its end: %v", ended, began)
			}
		})
	}
}

// closedFolder returns the same closed database each time, prepared anew.
func closedFolder(prepare func(t *testing.T, dir string)) func(t *testing.T) string {
	dir := ""
	return func(t *testing.T) string {
		t.Helper()
		if dir == "" {
			dir = t.TempDir()
			ok(t, mustOpen(t, dir).Close())
		}
		prepare(t, dir)
		return dir
	}
}

package crashtest

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var every = flag.Int("every", 240, "kill at every nth call of each kind that writes; 1 = at each")

// steps is how many complaints the script takes through the house.
const steps = 12

// script is a program that records, approves and posts, and says on standard
// output what it has done: "stored" only after the records said so, and the
// reply itself in the file "public", which stands for a platform.
func script(ctx context.Context) error {
	dir := os.Getenv("DIR")
	s, err := store.Open(ctx, store.Options{DSN: filepath.Join(dir, "rasid.db"), Budget: store.NoBudget})
	if err != nil {
		return err
	}
	public, err := os.OpenFile(filepath.Join(dir, "public"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for n := range steps {
		if err := approved(ctx, s, fmt.Sprint("author", n), n, fmt.Sprint("visit ", n, "."), now); err != nil {
			return err
		}
		fmt.Printf("stored visit %d.\n", n)
		m, ok, err := s.Claim(ctx, cases.SendReply, nil, now, time.Minute)
		if err != nil || !ok {
			return fmt.Errorf("claiming %d: %v, %w", n, ok, err)
		}
		if _, err := fmt.Fprintln(public, m.Key); err != nil {
			return err
		}
		if err := s.Settle(ctx, cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, At: now}, nil); err != nil {
			return err
		}
		fmt.Printf("posted %s\n", m.Key)
	}
	return s.Close()
}

func TestAKillAtAnyWritingCallLosesNothing(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: a kill cannot be aimed at a call")
	}
	if out, err := exec.CommandContext(t.Context(), strace, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %s", bytes.TrimSpace(out))
	}
	for _, call := range []string{"pwrite64", "fdatasync", "fsync", "ftruncate", "renameat,renameat2,rename", "write"} {
		t.Run(call, func(t *testing.T) {
			step := *every
			if call != "pwrite64" { // most calls that write are these; the others are few
				step = max(1, step/10)
			}
			points, inside := 0, 0
			for n := 1; n < 5000; n += step {
				done, began := killAt(t, strace, call, n)
				points++
				if began && !done {
					inside++
				}
				if done {
					break
				}
			}
			t.Logf("%d points, %d of them inside the run", points, inside)
		})
	}
}

// killAt runs the script and kills it at the nth call of a kind, then looks
// whether everything it said it had done is there. done reports that it ended
// before it made so many calls.
func killAt(t *testing.T, strace, call string, n int) (done, began bool) {
	t.Helper()
	dir := t.TempDir()
	child := play("script", "DIR="+dir)
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-q", "-o", os.DevNull, "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n), os.Args[0])
	cmd.Env = child.Env
	out, err := cmd.Output()
	done = err == nil
	if done != strings.Contains(string(out), fmt.Sprintf("stored visit %d.", steps-1)) && done {
		t.Fatalf("the script ended early:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "rasid.db")); err != nil {
		return done, false // killed before it made the file
	}
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db"), Budget: store.NoBudget})
	if err != nil {
		t.Errorf("%s %d: the database cannot be opened: %v", call, n, err)
		return done, true
	}
	defer func() { _ = s.Close() }()
	if _, err := s.CutOffOwn(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	accounts(t, s, fmt.Sprint(call, " ", n), out, readLines(t, filepath.Join(dir, "public")))
	return done, len(out) > 0
}

// accounts compares what the script said, what stands in public and what the
// records say.
func accounts(t *testing.T, s *store.Store, where string, out []byte, public []string) {
	t.Helper()
	posts := map[string]int{}
	for _, key := range public {
		posts[key]++
	}
	list, err := s.List(t.Context(), store.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for _, c := range list {
		texts[c.Last().Text] = true
		n := posts[cases.ReplyKey(c.ID, 1)]
		if n > 1 || n == 1 && c.State != cases.Answered && c.State != cases.Unsure || n == 0 && c.State == cases.Answered {
			t.Errorf("%s: case %d is %s and stands in public %d times", where, c.ID, c.State, n)
		}
	}
	for line := range strings.Lines(string(out)) {
		if text, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "stored "); ok && strings.HasSuffix(line, "\n") && !texts[text] {
			t.Errorf("%s: %q was stored and is lost", where, text)
		}
	}
	if bad, err := s.Verify(t.Context()); err != nil || bad != 0 {
		t.Errorf("%s: the history's chain breaks at %d: %v", where, bad, err)
	}
}

// readLines reads the whole lines of a file.
func readLines(t *testing.T, path string) (lines []string) {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		lines = append(lines, sc.Text())
	}
	return lines
}

package crashtest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// secretWord stands in everything one author said and in nothing else.
const secretWord = "zanzibarzucchini"

// erase is a program that forgets an author.
func erase(ctx context.Context) error {
	s, err := store.Open(ctx, store.Options{DSN: os.Getenv("DSN")})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := s.Erase(ctx, "shop", "amal", time.Now()); err != nil {
		return err
	}
	return s.Close()
}

func TestAnErasureThatIsKilledIsFinishedAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db"), Budget: store.NoBudget})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for n, who := range []struct{ author, words string }{{"badr", "cold soup"}, {"amal", secretWord}} {
		if err := approved(t.Context(), s, who.author, n, who.words, now); err != nil {
			t.Fatal(err)
		}
	}
	var more []cases.Mention
	for n := range 150 {
		more = append(more, cases.Mention{ID: fmt.Sprint("more", n), AuthorID: "amal", Author: "amal", Text: fmt.Sprint(secretWord, " ", n), PostedAt: now})
	}
	if _, err := s.Record(t.Context(), "shop", cases.Page{Mentions: more, Next: "end"}, now); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(7, 8))
	outcomes := map[string]int{}
	whole := int64(50 * time.Millisecond) // of an erasure; learned below from those that were faster than the axe
	for n := range *kills {
		after := time.Duration(dice.Int64N(whole * 3 / 2))
		outcome := eraseUnderFire(t, dir, n, after)
		outcomes[outcome]++
		if outcome == "not begun" && int64(after) > whole/2 {
			whole *= 2
		}
	}
	t.Logf("%v", outcomes)
	if outcomes["finished at the start"] == 0 && *kills >= 100 {
		t.Errorf("no kill fell within an erasure: %v", outcomes)
	}
}

// eraseUnderFire kills an erasure after a while and opens the database again.
// Either nothing was erased yet, or nothing is left in any file.
func eraseUnderFire(t *testing.T, from string, n int, after time.Duration) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	dsn := filepath.Join(dir, "rasid.db")
	cmd := play("erase", "DSN="+dsn)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, _ = out.Read(make([]byte, 8)) // it has opened the database
	time.Sleep(after)                // the dice decide when the axe falls
	_ = cmd.Process.Kill()           // it may have ended by itself
	killed := cmd.Wait() != nil
	s, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatalf("kill %d after %s: %v", n, after, err)
	}
	defer func() { _ = s.Close() }()
	left, err := s.List(t.Context(), store.Filter{Query: secretWord})
	if err != nil {
		t.Fatal(err)
	}
	switch files := holding(t, dir, secretWord); {
	case len(left) == 1 && len(left[0].Mentions) == 151 && killed:
		return "not begun"
	case len(left) > 0:
		t.Errorf("kill %d after %s: half erased: %d cases, %d mentions", n, after, len(left), len(left[0].Mentions))
	case len(files) > 0:
		t.Errorf("kill %d after %s: erased words are still in %v", n, after, files)
	case len(holding(t, dir, "cold soup")) == 0:
		t.Errorf("kill %d after %s: the words of others are gone", n, after)
	}
	if killed {
		return "finished at the start"
	}
	return "finished before the kill"
}

// holding returns the files of a folder that hold words, in any letter case.
func holding(t *testing.T, dir, words string) (found []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(b), []byte(words)) {
			found = append(found, filepath.Base(f))
		}
	}
	return found
}

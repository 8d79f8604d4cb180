package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rasid/internal/store"
)

// brim is a full disk behind standard output.
type brim struct{}

func (brim) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestAnAnswerThatCouldNotBeWrittenIsNoSuccess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(muteHouse), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "data", "rasid.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(drawKeys(t.Context(), s), s.Close()); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"stop", "resume", "invite mona", "token mona", "doctor", "sources", "policy dry-run", "check", "version", "score cold"} {
		var said bytes.Buffer
		p := &program{in: strings.NewReader(""), out: brim{}, err: &said, env: inventedTokens, now: time.Now}
		if code := p.run(t.Context(), append(strings.Fields(line), "--config", path)); code != 1 || strings.Count(said.String(), "no space left") != 1 {
			t.Errorf("rasid %s ended with %d and said %q", line, code, said.String())
		}
	}
}

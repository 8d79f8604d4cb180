package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fuse is a context that ends when it has been looked at so many times: a start
// is told to stop at a place that no clock decides.
type fuse struct {
	context.Context
	burn func()
	left atomic.Int64
}

func lit(t *testing.T, looks int64) *fuse {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fuse{Context: ctx, burn: cancel}
	f.left.Store(looks)
	return f
}

func (f *fuse) look() {
	if f.left.Add(-1) == 0 {
		f.burn()
	}
}

func (f *fuse) Done() <-chan struct{} { f.look(); return f.Context.Done() }

func (f *fuse) Err() error { f.look(); return f.Context.Err() }

// TestAProgramThatIsToldToStopWhileItStartsEndsWithoutAnError tells it at ever
// later places, until it is told after it has begun to watch.
func TestAProgramThatIsToldToStopWhileItStartsEndsWithoutAnError(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	text := strings.Replace(muteHouse, "data: data\n", "data: "+filepath.Join(dir, "data")+"\nconsole: {listen: \"127.0.0.1:0\"}\n", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	early := 0
	for looks := int64(1); looks < 1<<20; looks += 1 + looks/3 {
		out := &lines{}
		p := &program{in: strings.NewReader(""), out: out, err: out, now: time.Now, env: inventedTokens}
		if code := p.run(lit(t, looks), []string{"run", "--config", path}); code != 0 {
			t.Fatalf("told to stop at its look %d, it ended with %d and said:\n%s", looks, code, out)
		}
		if strings.Contains(out.String(), "Stop with Ctrl-C") {
			break
		}
		if !strings.Contains(out.String(), "Stopped while starting") {
			t.Fatalf("told to stop at its look %d, it said:\n%s", looks, out)
		}
		early++
	}
	t.Logf("told at %d places", early)
	if early < 10 {
		t.Errorf("it was told to stop at %d places of its start only", early)
	}
}

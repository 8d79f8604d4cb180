//go:build unix

package main

import (
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestATerminalThatClosesEndsTheProgramCleanlyUnlessItRunsUnderNohup sends
// SIGHUP to the program as it is started, and as nohup starts it; and SIGQUIT,
// which a slip on the keyboard sends.
func TestATerminalThatClosesEndsTheProgramCleanlyUnlessItRunsUnderNohup(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP) // the tests may run under nohup themselves, and what they start would inherit it
	defer signal.Stop(heard)
	for name, c := range map[string]struct {
		start string
		sent  syscall.Signal
		ends  bool
	}{
		"in a terminal":   {`exec rasid run --lang en --config "$0"`, syscall.SIGHUP, true},
		"under nohup":     {`trap '' HUP; exec rasid run --lang en --config "$0"`, syscall.SIGHUP, false},
		"after a Ctrl-\\": {`exec rasid run --lang en --config "$0"`, syscall.SIGQUIT, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, out := t.TempDir(), &lines{}
			path := filepath.Join(dir, "config.yaml")
			text := "console: {listen: \"127.0.0.1:0\"}\n" + strings.NewReplacer("data: data", "data: "+filepath.Join(dir, "data"), "${HOOK_SECRET}", strings.Repeat("s", 40)).Replace(muteHouse)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", c.start, path)
			cmd.Stdout, cmd.Stderr = out, out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			page := soon(t, "the link", func() string { return linkPattern.FindString(out.String()) })
			page, _, _ = strings.Cut(page, "/enter")
			soon(t, "the start", func() string {
				_, begun, _ := strings.Cut(out.String(), "Stop with Ctrl-C")
				return begun
			})
			send := func(s os.Signal) {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			send(c.sent)
			if !c.ends {
				for range 20 { // it would be gone by then
					ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page+"/healthz", http.NoBody)
					if err != nil {
						t.Fatal(err)
					}
					resp, err := http.DefaultClient.Do(ask)
					if err != nil {
						t.Fatalf("the terminal's end was taken for its own: %v\n%s", err, out)
					}
					_ = resp.Body.Close()
				}
				send(os.Interrupt)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v:\n%s", err, out)
			}
		})
	}
}

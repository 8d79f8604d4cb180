//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAStopByRootCanBeReadByTheOwnerOfTheDataFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const stranger = 65533 // owns nothing on any system
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(muteHouse), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	if code := program0().run(t.Context(), []string{"stop", "--config", path}); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	for _, name := range []string{"data", "data/STOP"} {
		var st unix.Stat_t
		if err := unix.Stat(filepath.Join(dir, name), &st); err != nil || st.Uid != stranger {
			t.Errorf("%s belongs to %d (%v)", name, st.Uid, err)
		}
	}
}

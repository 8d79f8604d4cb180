package feed

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"rasid/watchers/watcherstest"
)

var update = flag.Bool("update", false, "write the expected files anew")

// TestFixturesAreReadAsExpected reads each testdata/*.in and compares the page
// it makes with the *.json beside it.
func TestFixturesAreReadAsExpected(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.in"))
	if err != nil || len(files) < 6 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, in := range files {
		t.Run(strings.TrimSuffix(filepath.Base(in), ".in"), func(t *testing.T) {
			page := watcherstest.Poll(t, source(t, "file:"+in, func(c *Config) { c.Zone = "Asia/Riyadh" }), "")
			watcherstest.Golden(t, strings.TrimSuffix(in, ".in")+".json", page, *update)
		})
	}
}

package main

import (
	"bytes"
	"strings"
	"testing"

	"rasid/internal/config"
	"rasid/internal/outbound"
)

// TestNobodyWritesALineOfOurLog logs what strangers wrote, in both forms.
func TestNobodyWritesALineOfOurLog(t *testing.T) {
	for _, format := range []config.Format{"text", "json"} {
		for _, text := range []string{"x\ntime=2026-11-22 level=INFO msg=approved", "\r\nlevel=ERROR", "a\x1b[2Jb", "a\u2028b", `" msg="approved`} {
			var out bytes.Buffer
			log := logger(&program{err: &out}, config.Log{Format: format, Level: "info"}, outbound.NewRedactor())
			log.Info("mention read", "author", text)
			line := strings.TrimSuffix(out.String(), "\n")
			if strings.ContainsAny(line, "\n\r\x1b\u2028") {
				t.Errorf("%s: %q makes the log say %q", format, text, line)
			}
			if strings.Count(line, "level=")+strings.Count(line, `"level":`) > 1+strings.Count(text, "level=") {
				t.Errorf("%s: %q", format, line)
			}
		}
	}
}

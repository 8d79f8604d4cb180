package telegram

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of the Bot API.
const (
	MaxText    = 4096 // UTF-16 units of a message
	MaxCaption = 1024 // UTF-16 units under a picture
	MaxAnswer  = 200  // characters shown after a button was pressed
	MaxData    = 64   // bytes behind a button
)

// Units is the length of s as Telegram counts it: UTF-16 code units, so that
// most emoji are two.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Fits returns nil, or an error that says by how much text is too long for
// one message.
func Fits(text string) error {
	if n := Units(text); n > MaxText {
		return fmt.Errorf("%d UTF-16 units, %d over Telegram's %d", n, n-MaxText, MaxText)
	}
	return nil
}

// Cut returns the beginning of s that fits into limit units, never splitting
// a character and never leaving a direction isolate open.
func Cut(s string, limit int) string {
	if Units(s) <= limit {
		return s
	}
	n, open, end, opened := 1, 0, 0, 0 // 1: the ellipsis
	for i, r := range s {
		if n += utf16.RuneLen(r); n+open+1 > limit {
			break
		}
		switch r {
		case '\u2066', '\u2067', '\u2068':
			open++
		case '\u2069':
			open = max(open-1, 0)
		}
		end, opened = i+utf8.RuneLen(r), open
	}
	return s[:end] + "…" + strings.Repeat("\u2069", opened)
}

// ErrChanged says that Telegram would not show a text as it is written.
var ErrChanged = errors.New("telegram would change the text")

// Literal returns nil when Telegram shows text exactly as it is. Its server
// silently drops or replaces control characters, line separators and the old
// direction overrides (U+2028 to U+202E), and refuses broken UTF-8. White
// space around the text, which it trims, and tabs, which it turns into spaces,
// do not count as a change.
func Literal(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%w: broken UTF-8", ErrChanged)
	}
	for _, r := range strings.TrimSpace(text) {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x2028 && r <= 0x202e {
			return fmt.Errorf("%w: it holds U+%04X", ErrChanged, r)
		}
	}
	return nil
}

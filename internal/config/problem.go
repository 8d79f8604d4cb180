package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in the configuration.
type Problem struct {
	File  string // as given on the command line
	Line  int    // 0 when the whole file is meant
	Path  string // where in the file: sources[1].every
	Cause string // what is wrong
	Write string // what to write instead
}

// String says the problem in one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	b.WriteString(": " + p.Cause)
	if p.Write != "" {
		b.WriteString("; write " + p.Write)
	}
	return b.String()
}

// Problems are all mistakes found, in the order of the file.
type Problems []Problem

// String tells one problem per line.
func (ps Problems) String() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err returns the problems as a ProblemsError, sorted by line and without
// repetitions, or nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	seen := map[Problem]bool{}
	return ProblemsError{slices.DeleteFunc(sorted, func(p Problem) bool {
		again := seen[p]
		seen[p] = true
		return again
	})}
}

// ProblemsError says that a configuration cannot be used, and all that is wrong
// with it.
type ProblemsError struct{ Problems }

// Error tells one problem per line.
func (e ProblemsError) Error() string { return e.String() }

// orList joins choices as a person reads them: a, b or c.
func orList(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// meant maps words people write out of habit to ours.
var meant = map[string]string{
	"timezone": "zone", "time_zone": "zone", "tz": "zone", "interval": "every", "poll": "every",
	"lang": "language", "type": "kind", "url_file": "url", "users": "staff", "team": "staff",
	"feeds": "sources", "watch": "sources", "channels": "rooms", "chats": "rooms", "db": "database",
	"dsn": "database", "query": "match", "keywords": "match", "timeout": "every", "bots": "accounts",
	"chat_id": "chat", "channel": "chat", "group": "chat", "id": "name", "user": "telegram",
	"port": "listen", "address": "listen", "report": "digest", "rules": "policy", "time": "at",
}

// nearest finds the word that was probably meant, or "".
func nearest(got string, words []string) string {
	got = strings.ToLower(strings.ReplaceAll(got, "-", "_"))
	best, bestAt := "", 1+max(1, len(got)/4)
	for _, w := range words {
		if d := distance(got, w); d < bestAt {
			best, bestAt = w, d
		}
	}
	if best == "" && slices.Contains(words, meant[got]) {
		return meant[got]
	}
	return best
}

// distance counts the letters to add, drop, change or swap between two words.
func distance(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now := make([]int, len(b)+1)
		now[0] = i
		for j := 1; j <= len(b); j++ {
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+differs(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last = last, now
	}
	return last[len(b)]
}

func differs(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}

// NothingToWatch is the cause of the Problem of a configuration without sources.
const NothingToWatch = "nothing to watch"

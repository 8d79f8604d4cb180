package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/fold"
)

// Filter says which cases to list; zero fields do not filter.
type Filter struct {
	States       []cases.State
	Source       string
	Query        string    // words that one mention of the case holds, in any spelling
	Since, Until time.Time // when the case was opened
	Before       int64     // cases with a lower number, for the next page
	Severity     cases.Severity
	Worst        bool // the most severe first, then the longest waiting; pages by Skip
	Skip         int
	Limit        int // 0 = 50
}

const (
	defaultLimit = 50
	// shortest is the length of a trigram: shorter words are read for, not
	// looked up.
	shortest = 3
	// mostWords bounds what one search may ask.
	mostWords = 8
)

// List returns the cases that fit, the newest first unless Worst is asked for.
func (s *Store) List(ctx context.Context, f Filter) ([]cases.Case, error) {
	var l list
	where := []string{"TRUE"}
	if len(f.States) > 0 {
		where = append(where, `c.state IN `+in(&l, f.States))
	}
	if f.Source != "" {
		where = append(where, `c.source = `+l.add(f.Source))
	}
	if !f.Since.IsZero() {
		where = append(where, `c.opened_at >= `+l.add(micros(f.Since)))
	}
	if !f.Until.IsZero() {
		where = append(where, `c.opened_at < `+l.add(micros(f.Until)))
	}
	if f.Before > 0 {
		where = append(where, `c.id < `+l.add(f.Before))
	}
	if f.Severity > 0 {
		where = append(where, `c.severity >= `+l.add(int(f.Severity)))
	}
	if words := words(f.Query); len(words) > 0 {
		where = append(where, `c.id IN (SELECT m.case_id FROM mentions m WHERE `+s.holds(&l, words)+`)`)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	order := `c.id DESC`
	if f.Worst {
		order = `c.severity DESC, c.id`
	}
	return s.cases(ctx, "listing cases", `SELECT `+caseCols+` FROM cases c WHERE `+strings.Join(where, ` AND `)+
		` ORDER BY `+order+` LIMIT `+l.add(limit)+` OFFSET `+l.add(f.Skip), l.args...)
}

// words splits a search into folded words.
func words(query string) []string {
	ws := strings.Fields(fold.Text(query))
	return ws[:min(len(ws), mostWords)]
}

// holds is the condition that one mention has all the words. What people type
// is data in it: never an operator of the index, never a wildcard.
func (s *Store) holds(l *list, words []string) string {
	var conds, phrases []string
	for _, w := range words {
		if !s.pg && utf8.RuneCountInString(w) >= shortest {
			phrases = append(phrases, `"`+strings.ReplaceAll(w, `"`, `""`)+`"`)
			continue
		}
		conds = append(conds, `m.folded LIKE `+l.add(`%`+likeEscape.Replace(w)+`%`)+` ESCAPE '!'`)
	}
	if len(phrases) > 0 {
		conds = append(conds, `m.num IN (SELECT rowid FROM mention_search WHERE mention_search MATCH `+l.add(strings.Join(phrases, " AND "))+`)`)
	}
	return strings.Join(conds, ` AND `)
}

var likeEscape = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

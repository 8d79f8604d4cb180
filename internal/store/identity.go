package store

import (
	"context"
	"slices"

	"rasid/internal/cases"
)

// mostGuesses is how many items of one page may be taken for an older item
// that said something else: a feed that shuffles its identities must not
// rewrite what people said.
const mostGuesses = 3

// asID marks an alias that was the platform's own id once.
const asID = "id:"

// ladder finds mentions again whose identity changed: by id, then by the
// aliases, strongest first.
type ladder struct {
	ids     map[string]bool // ids on this page: two of them are never one item
	aliases map[string]int  // how often an alias is on this page: a shared one proves nothing
	guesses int
}

func newLadder(ms []cases.Mention) *ladder {
	l := &ladder{ids: make(map[string]bool, len(ms)), aliases: map[string]int{}}
	for _, m := range ms {
		if l.ids[m.ID] {
			continue // the same item twice
		}
		l.ids[m.ID] = true
		for _, a := range slices.Compact(slices.Sorted(slices.Values(m.Aliases))) {
			l.aliases[a]++
		}
	}
	return l
}

// find returns the mention that m is, or false when m is new.
func (l *ladder) find(ctx context.Context, q querier, m cases.Mention) (recorded, bool, error) {
	old, ok, err := findMention(ctx, q, `m.source = $1 AND m.id = $2`, m.Source, m.ID)
	if ok || err != nil {
		return old, ok, err
	}
	const byAlias = `m.num = (SELECT a.num FROM aliases a WHERE a.source = $1 AND a.alias = $2)`
	old, ok, err = findMention(ctx, q, byAlias, m.Source, asID+m.ID)
	if ok || err != nil {
		return old, ok, err
	}
	for _, a := range m.Aliases {
		if a == "" || l.aliases[a] > 1 {
			continue
		}
		old, ok, err = findMention(ctx, q, byAlias, m.Source, a)
		if err != nil {
			return old, false, err
		}
		if ok && !l.ids[old.ID] && l.believe(old, m) {
			return old, true, writeMany(ctx, q, intoAliases, namesOf(m, old.Num))
		}
	}
	return recorded{}, false, nil
}

// believe accepts any number of items whose words are the same, and a few
// whose words are not.
func (l *ladder) believe(old recorded, m cases.Mention) bool {
	if old.Title == m.Title && old.Text == m.Text && old.Stars == m.Stars {
		return true
	}
	l.guesses++
	return l.guesses <= mostGuesses
}

// namesOf are the rows that remember every identity under which an item came.
func namesOf(m cases.Mention, num int64) [][]any {
	names := [][]any{{m.Source, asID + m.ID, num}}
	for _, a := range m.Aliases {
		if a != "" {
			names = append(names, []any{m.Source, a, num})
		}
	}
	return names
}

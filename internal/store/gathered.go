package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rasid/internal/cases"
)

// The search of SQLite writes its index anew with each statement that adds
// words, which costs more than all else when a file of a million rows comes in.
// So what alerts nobody, and nothing in its transaction reads, is gathered and
// written by a few statements with many rows each.

// gathered are new mentions with the cases they belong to (0: to none).
type gathered struct {
	ids      map[string]bool
	mentions []cases.Mention
	cases    []int64
}

// has reports whether a mention of this id waits to be written.
func (g *gathered) has(id string) bool { return g.ids[id] }

// add gathers a new mention of a case.
func (g *gathered) add(caseID int64, m cases.Mention) {
	if g.ids == nil {
		g.ids = map[string]bool{}
	}
	g.ids[m.ID] = true
	g.mentions, g.cases = append(g.mentions, m), append(g.cases, caseID)
}

// write writes what was gathered, with all its names, and begins anew.
func (g *gathered) write(ctx context.Context, q querier, now time.Time) error {
	if len(g.mentions) == 0 {
		return nil
	}
	num, err := block(ctx, q, "mention", len(g.mentions))
	if err != nil {
		return err
	}
	var rows, names [][]any
	for i, m := range g.mentions {
		rows = append(rows, []any{num, m.Source, m.ID, g.cases[i], m.Thread, m.ReplyTo, m.AnswerTo, m.URL, m.AuthorID, m.Author, m.Title, m.Text,
			m.Stars, m.Lang, micros(m.PostedAt), micros(m.EditedAt), m.Direct, m.Ours, m.Bot, m.Old, m.Gone, false, "", foldedOf(m), micros(now)})
		names = append(names, namesOf(m, num)...)
		num++
	}
	*g = gathered{}
	if err := writeMany(ctx, q, intoMentions, rows); err != nil {
		return err
	}
	return writeMany(ctx, q, intoAliases, names)
}

// How rows are written into two tables; writeMany says how to read it.
const (
	intoMentions = `INSERT INTO mentions (num, source, id, case_id, thread, reply_to, answer_to, url, author_id, author, title, body,
		stars, lang, posted_at, edited_at, direct, ours, bot, old, gone, blank, score, folded, seen_at) VALUES %s`
	intoAliases = `INSERT INTO aliases (source, alias, num) VALUES %s ON CONFLICT (source, alias) DO NOTHING`
)

// writeMany writes rows by a statement in which %s stands for their values. The
// numbers of rows in one statement are few, so that few are kept prepared.
func writeMany(ctx context.Context, q querier, statement string, rows [][]any) error {
	for _, n := range []int{50, 5, 1} {
		for ; len(rows) >= n; rows = rows[n:] {
			var l list
			values := make([]string, n)
			for i, row := range rows[:n] {
				values[i] = in(&l, row)
			}
			if _, err := q.ExecContext(ctx, fmt.Sprintf(statement, strings.Join(values, ", ")), l.args...); err != nil {
				return err
			}
		}
	}
	return nil
}

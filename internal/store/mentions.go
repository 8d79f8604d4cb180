package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/fold"
)

// mentionCols are the columns scanMention reads.
const mentionCols = `m.num, m.source, m.id, m.case_id, m.thread, m.reply_to, m.answer_to, m.url, m.author_id, m.author, m.title, m.body,
	m.stars, m.lang, m.posted_at, m.edited_at, m.direct, m.ours, m.bot, m.old, m.gone, m.blank, m.score, m.seen_at`

// recorded is a mention with what the store knows of it.
type recorded struct {
	cases.Mention
	Case   int64
	blank  bool // erased or pruned: its words are gone on purpose
	score  string
	seenAt time.Time
}

func scanMention(row scanner) (recorded, error) {
	var m recorded
	var posted, edited, seen int64
	err := row.Scan(&m.Num, &m.Source, &m.ID, &m.Case, &m.Thread, &m.ReplyTo, &m.AnswerTo, &m.URL, &m.AuthorID, &m.Author, &m.Title, &m.Text,
		&m.Stars, &m.Lang, &posted, &edited, &m.Direct, &m.Ours, &m.Bot, &m.Old, &m.Gone, &m.blank, &m.score, &seen)
	m.PostedAt, m.EditedAt, m.seenAt = moment(posted), moment(edited), moment(seen)
	m.Unread = m.score == "" && edited > 0 && !m.Ours && !m.Bot && !m.Old && !m.Gone && !m.blank
	return m, err
}

// findMention reads one mention by a condition, or reports false.
func findMention(ctx context.Context, q querier, where string, args ...any) (recorded, bool, error) {
	m, err := scanMention(q.QueryRowContext(ctx, `SELECT `+mentionCols+` FROM mentions m WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	return m, err == nil, err
}

// mentionOf reads a mention of a case.
func mentionOf(ctx context.Context, q querier, caseID, num int64) (recorded, error) {
	m, ok, err := findMention(ctx, q, `m.num = $1 AND m.case_id = $2`, num, caseID)
	if err == nil && !ok {
		err = fmt.Errorf("mention %d of case %d: %w", num, caseID, cases.ErrNotFound)
	}
	return m, err
}

// foldedOf is what search looks through.
func foldedOf(m cases.Mention) string {
	return fold.Text(m.Title + "\n" + m.Text + "\n" + m.Author)
}

// reviseMention keeps what a mention said and writes what it says now. Its
// score goes: it judged other words.
func reviseMention(ctx context.Context, q querier, old recorded, m cases.Mention, now time.Time) error {
	_, err := q.ExecContext(ctx, `INSERT INTO mention_revisions (num, rev, title, body, stars, edited_at, seen_at)
		SELECT m.num, 1 + (SELECT count(*) FROM mention_revisions r WHERE r.num = m.num), m.title, m.body, m.stars, m.edited_at, m.seen_at
		FROM mentions m WHERE m.num = $1`, old.Num)
	if err != nil {
		return err
	}
	edited := m.EditedAt
	if edited.IsZero() {
		edited = now
	}
	_, err = q.ExecContext(ctx, `UPDATE mentions SET title = $1, body = $2, stars = $3, edited_at = $4, folded = $5, score = '', gone = FALSE WHERE num = $6`,
		m.Title, m.Text, m.Stars, micros(edited), foldedOf(m), old.Num)
	return err
}

// reword writes what a mention was found to say just before its answer left.
// Nobody said when it was changed, so the earliest time it can have been stands
// there: the source, which knows, is believed over it when it reads the edit.
func reword(ctx context.Context, q querier, caseID int64, now cases.Reworded, at time.Time) error {
	old, err := mentionOf(ctx, q, caseID, now.Num)
	if err != nil || old.blank || old.Text == now.Text {
		return err
	}
	m := old.Mention
	m.Text = now.Text
	if m.EditedAt.IsZero() {
		m.EditedAt = m.PostedAt.Add(time.Microsecond)
	}
	return reviseMention(ctx, q, old, m, at)
}

// saveScore keeps the score of one mention.
func saveScore(ctx context.Context, q querier, caseID, num int64, sc cases.Score) error {
	n, err := changed(q.ExecContext(ctx, `UPDATE mentions SET score = $1 WHERE num = $2 AND case_id = $3`, packScore(sc), num, caseID))
	if err == nil && n == 0 {
		err = cases.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("scoring mention %d of case %d: %w", num, caseID, err)
	}
	return nil
}

// Revisions returns what a mention said before, oldest first; none when it was
// never changed.
func (s *Store) Revisions(ctx context.Context, mentionNum int64) ([]cases.Revision, error) {
	rs, err := collect(ctx, s.r, func(row scanner) (r cases.Revision, err error) {
		var edited, seen int64
		err = row.Scan(&r.Title, &r.Text, &r.Stars, &edited, &seen)
		r.EditedAt, r.SeenAt = moment(edited), moment(seen)
		return r, err
	}, `SELECT title, body, stars, edited_at, seen_at FROM mention_revisions WHERE num = $1 ORDER BY rev`, mentionNum)
	if err != nil {
		return nil, fmt.Errorf("reading revisions of mention %d: %w", mentionNum, err)
	}
	return rs, nil
}

// unread is the condition for a mention that its author changed and nobody judged
// since, as the index mentions_unread has it.
const unread = `m.score = '' AND m.edited_at > 0 AND NOT m.ours AND NOT m.bot AND NOT m.old AND NOT m.gone AND NOT m.blank`

// Reworded returns, by number, the cases that are dealt with and in which the
// customer changed words, since or just before, that nobody has judged yet.
func (s *Store) Reworded(ctx context.Context, limit int) ([]cases.Case, error) {
	var l list
	dealt := in(&l, []cases.State{cases.Answered, cases.Handled, cases.Resolved, cases.Dismissed, cases.Expired})
	return s.cases(ctx, "reading what was reworded", `SELECT `+caseCols+` FROM cases c WHERE c.id IN (SELECT m.case_id FROM mentions m WHERE `+unread+`)
		AND c.state IN `+dealt+` ORDER BY c.id LIMIT `+l.add(limit), l.args...)
}

// CaseOf returns the number of the case that a mention of a source belongs to.
func (s *Store) CaseOf(ctx context.Context, source, mention string) (int64, error) {
	id, err := one[int64](s.r.QueryRowContext(ctx, `SELECT case_id FROM mentions WHERE source = $1 AND id = $2 AND case_id <> 0`, source, mention))
	if errors.Is(err, sql.ErrNoRows) {
		err = cases.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("looking for the case of %s in %s: %w", mention, source, err)
	}
	return id, nil
}

// fillBefore adds to mentions that were changed after the answer what they said
// when it was given.
func fillBefore(ctx context.Context, q querier, at map[int64]*cases.Case) error {
	changed := map[int64]*cases.Mention{}
	answered := map[int64]time.Time{}
	var nums []int64
	for _, c := range at {
		when := c.AnsweredAt
		if c.Reply.At.After(when) {
			when = c.Reply.At
		}
		for i := range c.Mentions {
			m := &c.Mentions[i]
			if !when.IsZero() && !m.Ours && m.EditedAt.After(when) {
				changed[m.Num], answered[m.Num] = m, when
				nums = append(nums, m.Num)
			}
		}
	}
	if len(nums) == 0 {
		return nil
	}
	type revision struct {
		cases.Said
		num    int64
		edited time.Time
	}
	var l list
	rs, err := collect(ctx, q, func(row scanner) (r revision, err error) {
		var edited int64
		err = row.Scan(&r.num, &r.Title, &r.Text, &r.Stars, &edited)
		r.edited = moment(edited)
		return r, err
	}, `SELECT num, title, body, stars, edited_at FROM mention_revisions WHERE num IN `+in(&l, nums)+` ORDER BY num, rev`, l.args...)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if !r.edited.After(answered[r.num]) { // the last one written before the answer
			changed[r.num].Before = &r.Said
		}
	}
	return nil
}

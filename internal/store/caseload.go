package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// caseCols are the columns of a case's head, in the order scanHead reads them.
const caseCols = `c.id, c.version, c.state, c.level, c.source, c.thread, c.author_id, c.author, c.score,
	c.claimed_by, c.claimed_until, c.wake_at, c.wake_for, c.reminds, c.approved_by,
	c.reply_id, c.reply_url, c.reply_at, c.opened_at, c.flagged_at, c.acked_at, c.answered_at, c.closed_at, c.updated_at, c.closed_by, c.closed_note,
	c.told_at, c.asked_at, c.rating, c.rated_at`

// scanHead reads a case without its mentions, drafts and past.
func scanHead(row scanner) (cases.Case, error) {
	var c cases.Case
	var score string
	var claimed, wake, reply, opened, flagged, acked, answered, closed, updated, told, asked, rated int64
	err := row.Scan(&c.ID, &c.Version, &c.State, &c.Level, &c.Source, &c.Thread, &c.AuthorID, &c.Author, &score,
		&c.ClaimedBy, &claimed, &wake, &c.WakeFor, &c.Reminds, &c.ApprovedBy,
		&c.Reply.ID, &c.Reply.URL, &reply, &opened, &flagged, &acked, &answered, &closed, &updated, &c.ClosedBy, &c.ClosedNote,
		&told, &asked, &c.Rating, &rated)
	if err != nil {
		return c, err
	}
	c.ClaimedUntil, c.WakeAt, c.Reply.At = moment(claimed), moment(wake), moment(reply)
	c.OpenedAt, c.FlaggedAt, c.AckedAt = moment(opened), moment(flagged), moment(acked)
	c.AnsweredAt, c.ClosedAt, c.UpdatedAt = moment(answered), moment(closed), moment(updated)
	c.ToldAt, c.AskedAt, c.RatedAt = moment(told), moment(asked), moment(rated)
	c.Score, err = unpack[cases.Score](score)
	return c, err
}

// head reads one case's head.
func head(ctx context.Context, q querier, id int64) (cases.Case, error) {
	c, err := scanHead(q.QueryRowContext(ctx, `SELECT `+caseCols+` FROM cases c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("case %d: %w", id, cases.ErrNotFound)
	}
	return c, err
}

// insertHead writes a new case.
func insertHead(ctx context.Context, q querier, c cases.Case) error {
	_, err := q.ExecContext(ctx, `INSERT INTO cases (id, version, state, level, source, thread, author_id, author, score, severity, topic,
		claimed_by, claimed_until, wake_at, wake_for, reminds, approved_by, reply_id, reply_url, reply_at,
		opened_at, flagged_at, acked_at, answered_at, closed_at, updated_at)
		VALUES ($1, $2, $3, 0, $4, $5, $6, $7, '', 0, '', '', 0, 0, '', 0, '', '', '', 0, $8, 0, 0, 0, 0, $8)`,
		c.ID, c.Version, c.State, c.Source, c.Thread, c.AuthorID, c.Author, micros(c.OpenedAt))
	return err
}

// saveHead writes the head of a case over version was, or returns ErrStale.
func saveHead(ctx context.Context, q querier, was int, c cases.Case) error {
	n, err := changed(q.ExecContext(ctx, `UPDATE cases SET version = $1, state = $2, level = $3, score = $4, severity = $5, topic = $6,
		claimed_by = $7, claimed_until = $8, wake_at = $9, wake_for = $10, reminds = $11, approved_by = $12,
		reply_id = $13, reply_url = $14, reply_at = $15, flagged_at = $16, acked_at = $17, answered_at = $18, closed_at = $19, updated_at = $20,
		author = $21, closed_by = $22, closed_note = $23, told_at = $24, asked_at = $25, rating = $26, rated_at = $27
		WHERE id = $28 AND version = $29`,
		c.Version, c.State, c.Level, packScore(c.Score), int(c.Score.Severity), topicOf(c.Score),
		c.ClaimedBy, micros(c.ClaimedUntil), micros(c.WakeAt), c.WakeFor, c.Reminds, c.ApprovedBy,
		c.Reply.ID, c.Reply.URL, micros(c.Reply.At), micros(c.FlaggedAt), micros(c.AckedAt), micros(c.AnsweredAt), micros(c.ClosedAt), micros(c.UpdatedAt),
		c.Author, c.ClosedBy, c.ClosedNote, micros(c.ToldAt), micros(c.AskedAt), c.Rating, micros(c.RatedAt), c.ID, was))
	if err == nil && n != 1 {
		err = fmt.Errorf("case %d: %w", c.ID, cases.ErrStale)
	}
	return err
}

func packScore(s cases.Score) string {
	if s.Label == "" && len(s.Topics) == 0 {
		return ""
	}
	return pack(s)
}

func topicOf(s cases.Score) string {
	if len(s.Topics) == 0 {
		return ""
	}
	return s.Topics[0]
}

// Case returns one case with everything staff may want to see of it.
func (s *Store) Case(ctx context.Context, id int64) (cases.Case, error) {
	var c cases.Case
	err := s.read(ctx, func(q querier) (err error) {
		c, err = whole(ctx, q, id)
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("reading case: %w", err)
	}
	return c, nil
}

func whole(ctx context.Context, q querier, id int64) (cases.Case, error) {
	c, err := head(ctx, q, id)
	if err != nil {
		return c, err
	}
	cs := []cases.Case{c}
	err = fill(ctx, q, cs)
	return cs[0], err
}

// InState returns cases in a state, the most severe first, then the oldest.
func (s *Store) InState(ctx context.Context, st cases.State, limit int) ([]cases.Case, error) {
	return s.cases(ctx, "reading cases in "+string(st),
		`SELECT `+caseCols+` FROM cases c WHERE c.state = $1 ORDER BY c.severity DESC, c.id LIMIT $2`, st, limit)
}

// Awake returns the cases whose alarm has passed, the most overdue first.
func (s *Store) Awake(ctx context.Context, now time.Time, limit int) ([]cases.Case, error) {
	return s.cases(ctx, "reading due alarms",
		`SELECT `+caseCols+` FROM cases c WHERE c.wake_at > 0 AND c.wake_at <= $1 ORDER BY c.wake_at, c.id LIMIT $2`, micros(now), limit)
}

// cases reads whole cases by a query for their heads.
func (s *Store) cases(ctx context.Context, doing, query string, args ...any) ([]cases.Case, error) {
	var cs []cases.Case
	err := s.read(ctx, func(q querier) (err error) {
		if cs, err = collect(ctx, q, scanHead, query, args...); err != nil || len(cs) == 0 {
			return err
		}
		return fill(ctx, q, cs)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return cs, nil
}

const (
	// mostMentions bounds what is loaded of a customer who never stops; the
	// newest count.
	mostMentions = 200
	// mostPast is how many earlier cases a card can use.
	mostPast = 5
)

// fill adds mentions, drafts, promises and past to heads, in four queries for all.
func fill(ctx context.Context, q querier, cs []cases.Case) error {
	var l list
	at := make(map[int64]*cases.Case, len(cs))
	ids := make([]int64, len(cs))
	for i := range cs {
		at[cs[i].ID], ids[i] = &cs[i], cs[i].ID
	}
	these := in(&l, ids)

	ms, err := collect(ctx, q, scanMention, `SELECT `+mentionCols+` FROM (
			SELECT mentions.*, ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY posted_at DESC, num DESC) AS nth
			FROM mentions WHERE case_id IN `+these+`) m
		WHERE m.nth <= `+fmt.Sprint(mostMentions)+` ORDER BY m.posted_at, m.num`, l.args...)
	if err != nil {
		return err
	}
	for _, m := range ms {
		c := at[m.Case]
		c.Mentions = append(c.Mentions, m.Mention)
	}
	ds, err := collect(ctx, q, scanDraft, `SELECT `+draftCols+` FROM drafts d WHERE d.case_id IN `+these+` ORDER BY d.case_id, d.version`, l.args...)
	if err != nil {
		return err
	}
	for _, d := range ds {
		c := at[d.caseID]
		c.Drafts = append(c.Drafts, d.Draft)
	}
	if err := fillBefore(ctx, q, at); err != nil {
		return err
	}
	if err := fillPromises(ctx, q, at, these, l.args); err != nil {
		return err
	}
	if err := fillHeld(ctx, q, at, these, l.args); err != nil {
		return err
	}
	return fillPast(ctx, q, at, these, l.args)
}

type heldOf struct {
	caseID int64
	why    string
}

// fillHeld adds which budget keeps an approved reply back.
func fillHeld(ctx context.Context, q querier, at map[int64]*cases.Case, these string, args []any) error {
	hs, err := collect(ctx, q, func(row scanner) (heldOf, error) {
		var h heldOf
		err := row.Scan(&h.caseID, &h.why)
		return h, err
	}, `SELECT case_id, last_error FROM outbox WHERE kind = 'reply' AND state = 'ready' AND last_error LIKE '`+overBudget+`%' AND case_id IN `+these, args...)
	if err != nil {
		return err
	}
	for _, h := range hs {
		at[h.caseID].Held = h.why
	}
	return nil
}

type pastOf struct {
	cases.Past
	caseID int64
}

func fillPast(ctx context.Context, q querier, at map[int64]*cases.Case, these string, args []any) error {
	ps, err := collect(ctx, q, func(row scanner) (pastOf, error) {
		var p pastOf
		var opened int64
		err := row.Scan(&p.caseID, &p.Case, &p.State, &p.Topic, &opened)
		p.OpenedAt = moment(opened)
		return p, err
	}, `SELECT x.case_id, x.id, x.state, x.topic, x.opened_at FROM (
			SELECT c.id AS case_id, p.id, p.state, p.topic, p.opened_at,
				ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY p.id DESC) AS nth
			FROM cases c JOIN cases p ON p.source = c.source AND p.author_id = c.author_id AND p.id < c.id
			WHERE c.id IN `+these+` AND c.author_id <> '') x
		WHERE x.nth <= `+fmt.Sprint(mostPast)+` ORDER BY x.case_id, x.id DESC`, args...)
	if err != nil {
		return err
	}
	for _, p := range ps {
		c := at[p.caseID]
		c.Past = append(c.Past, p.Past)
	}
	return nil
}

// Counts returns how many cases are in each state.
func (s *Store) Counts(ctx context.Context) (map[cases.State]int, error) {
	type count struct {
		state cases.State
		n     int
	}
	cs, err := collect(ctx, s.r, func(row scanner) (c count, err error) {
		err = row.Scan(&c.state, &c.n)
		return c, err
	}, `SELECT state, count(*) FROM cases GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("counting cases: %w", err)
	}
	m := make(map[cases.State]int, len(cs))
	for _, c := range cs {
		m[c.state] = c.n
	}
	return m, nil
}

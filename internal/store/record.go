package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"rasid/internal/cases"
)

// Record writes what one poll brought and the cursor that covers it, in one
// transaction, and returns how many mentions were new.
//
// A new mention joins the author's open case in the same thread, or a case of
// the same author touched within the join window, or opens one. Changed words
// and deletions are events of the case. What is old, or written by a program,
// is recorded and noted, and never alerts. An identical repeat does nothing.
func (s *Store) Record(ctx context.Context, source string, p cases.Page, now time.Time) (added int, err error) {
	if err := s.Room(); err != nil {
		return 0, fmt.Errorf("recording %s: %w", source, err)
	}
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		if added, err = s.takeIn(ctx, tx, source, p.Mentions, now); err != nil {
			return err
		}
		return saveCursor(ctx, tx, source, p.Next, added)
	})
	if err != nil {
		return 0, fmt.Errorf("recording %s: %w", source, err)
	}
	return added, nil
}

// Import writes a part of a file and the place up to which the file was read, in
// one transaction, and returns how many mentions were new. The place is kept
// under the name mark, for Mark to find, as place tells it once it knows how many
// were new. The cursor of the source, should it have one, stays as it is.
func (s *Store) Import(ctx context.Context, source string, ms []cases.Mention, mark string, place func(added int) (string, error), now time.Time) (added int, err error) {
	if err := s.Room(); err != nil {
		return 0, fmt.Errorf("importing into %s: %w", source, err)
	}
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		if added, err = s.takeIn(ctx, tx, source, ms, now); err != nil {
			return err
		}
		at, err := place(added)
		if err != nil {
			return err
		}
		if err := countSeen(ctx, tx, source, added); err != nil {
			return err
		}
		return putMark(ctx, tx, mark, at)
	})
	if err != nil {
		return 0, fmt.Errorf("importing into %s: %w", source, err)
	}
	return added, nil
}

// takeIn records mentions of one source and returns how many were new.
func (s *Store) takeIn(ctx context.Context, q querier, source string, ms []cases.Mention, now time.Time) (added int, err error) {
	in := intake{s: s, q: q, now: now, ladder: newLadder(ms)}
	for _, m := range ms {
		m.Source = source
		fresh, err := in.take(ctx, m)
		if err != nil {
			return 0, fmt.Errorf("mention %s: %w", m.ID, err)
		}
		if fresh {
			added++
		}
	}
	return added, in.late.write(ctx, q, now)
}

// intake is one Record or Import under way.
type intake struct {
	s      *Store
	q      querier
	now    time.Time
	ladder *ladder
	late   gathered
}

// take records one mention and reports whether it was new.
func (in *intake) take(ctx context.Context, m cases.Mention) (bool, error) {
	if !quiet(m) || len(m.Aliases) > 0 || in.late.has(m.ID) { // it may be, or belong to, what was gathered
		if err := in.late.write(ctx, in.q, in.now); err != nil {
			return false, err
		}
	}
	forgotten, err := in.s.forgotten(ctx, in.q, m.Source, m.AuthorID)
	if err != nil || forgotten {
		return false, err
	}
	old, known, err := in.ladder.find(ctx, in.q, m)
	if err != nil {
		return false, err
	}
	if known {
		return false, in.again(ctx, old, m)
	}
	if m.Gone {
		return false, nil // deleted before it was ever read
	}
	return true, in.fresh(ctx, m)
}

// again handles an item that is already recorded.
func (in *intake) again(ctx context.Context, old recorded, m cases.Mention) error {
	switch {
	case old.blank:
		return nil // its words were removed on purpose
	case m.Gone && old.Gone:
		return nil
	case m.Gone:
		if _, err := in.q.ExecContext(ctx, `UPDATE mentions SET gone = TRUE WHERE num = $1`, old.Num); err != nil {
			return err
		}
		return in.event(ctx, old, cases.Delete, "deleted by its author")
	case !m.EditedAt.IsZero() && m.EditedAt.Before(old.EditedAt):
		return nil // an older wording that comes late
	case old.Title != m.Title || old.Text != m.Text || old.Stars != m.Stars:
		if err := reviseMention(ctx, in.q, old, m, in.now); err != nil {
			return err
		}
		if old.Gone {
			return in.putBack(ctx, old, "put back by its author in other words")
		}
		return in.event(ctx, old, cases.Edit, "changed by its author")
	case old.Gone: // as it was: it stands in public again, and wants what it wanted before
		if _, err := in.q.ExecContext(ctx, `UPDATE mentions SET gone = FALSE WHERE num = $1`, old.Num); err != nil {
			return err
		}
		return in.putBack(ctx, old, "put back by its author")
	}
	return nil
}

// putBack tells the case of a mention that was deleted that it stands again, and
// what its author was promised is owed again.
func (in *intake) putBack(ctx context.Context, old recorded, note string) error {
	if err := oweAgain(ctx, in.q, old.Case, in.now); err != nil {
		return err
	}
	return in.event(ctx, old, cases.Edit, note)
}

// event tells the case of a recorded mention what its author did.
func (in *intake) event(ctx context.Context, old recorded, e cases.Event, note string) error {
	if old.Case == 0 || old.Ours {
		return nil
	}
	c, err := head(ctx, in.q, old.Case)
	if err != nil {
		return err
	}
	if e == cases.Delete {
		left, err := one[int](in.q.QueryRowContext(ctx, `SELECT count(*) FROM mentions WHERE case_id = $1 AND NOT gone AND NOT ours`, c.ID))
		if err != nil {
			return err
		}
		if left > 0 {
			return in.happened(ctx, c, cases.Edit, "one of several messages was deleted by its author")
		}
	}
	if c.State == cases.Noted && (old.Bot || old.Old) {
		return jot(ctx, in.q, c, cases.Change{By: customer, At: in.now, Note: note}) // never alerts
	}
	return in.happened(ctx, c, e, note)
}

// happened takes a step of the customer's; where the table has none it leaves
// a note.
func (in *intake) happened(ctx context.Context, c cases.Case, e cases.Event, note string) error {
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: e, By: customer, At: in.now, Note: note}
	if _, err := cases.Next(c.State, e); err != nil {
		ch.Note = string(e) + ": " + note
		return jot(ctx, in.q, c, ch)
	}
	err := step(ctx, in.q, c, ch)
	return err
}

// jot writes a line into the history of a case whose state does not change.
func jot(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	after := c
	after.Version++
	after.UpdatedAt = ch.At
	ch.Event = cases.Note
	return writeHead(ctx, q, c, told(after, ch), ch)
}

// fresh records a mention that was never seen before.
func (in *intake) fresh(ctx context.Context, m cases.Mention) error {
	if m.Ours {
		return in.ours(ctx, m)
	}
	quiet := quiet(m)
	if !quiet {
		if rated, err := in.rating(ctx, m); err != nil || rated {
			return err
		}
	}
	c, found, err := in.home(ctx, m, quiet)
	if err != nil {
		return err
	}
	if !found {
		if c, err = in.open(ctx, m, quiet); err != nil {
			return err
		}
	}
	if quiet {
		in.late.add(c.ID, m)
		return nil
	}
	if err := in.put(ctx, c.ID, m); err != nil || !found {
		return err
	}
	if c.Author != m.Author && m.Author != "" {
		c.Author = m.Author // people rename themselves
	}
	return in.happened(ctx, c, cases.Again, "")
}

// quiet reports whether a mention is recorded and noted, and alerts nobody.
func quiet(m cases.Mention) bool { return !m.Ours && (m.Old || m.Bot) }

// put writes the mention and its identities.
func (in *intake) put(ctx context.Context, caseID int64, m cases.Mention) error {
	var alone gathered
	alone.add(caseID, m)
	return alone.write(ctx, in.q, in.now)
}

// home finds the case a mention belongs to. A quiet mention joins only a case
// that is itself quiet: it must neither wake nor change one.
func (in *intake) home(ctx context.Context, m cases.Mention, quiet bool) (cases.Case, bool, error) {
	if m.AuthorID == "" {
		return cases.Case{}, false, nil // nobody knows whose problem it is
	}
	var l list
	who := `c.source = ` + l.add(m.Source) + ` AND c.author_id = ` + l.add(m.AuthorID)
	if quiet {
		return findCase(ctx, in.q, who+` AND c.thread = `+l.add(m.Thread)+` AND c.state = `+l.add(cases.Noted), l.args)
	}
	base := l.args
	c, ok, err := findCase(ctx, in.q, who+` AND c.thread = `+l.add(m.Thread)+` AND c.state IN `+openStates(&l), l.args)
	if ok || err != nil {
		return c, ok, err
	}
	l = list{args: slices.Clip(base)}
	return findCase(ctx, in.q, who+` AND c.updated_at >= `+l.add(micros(in.now.Add(-in.s.o.JoinWindow))), l.args)
}

// openStates lists the states in which somebody still has something to do.
func openStates(l *list) string {
	var open []cases.State
	for _, st := range cases.States() {
		if st.Open() {
			open = append(open, st)
		}
	}
	return in(l, open)
}

// findCase returns the newest case that fits.
func findCase(ctx context.Context, q querier, where string, args []any) (cases.Case, bool, error) {
	cs, err := collect(ctx, q, scanHead, `SELECT `+caseCols+` FROM cases c WHERE `+where+` ORDER BY c.id DESC LIMIT 1`, args...)
	if err != nil || len(cs) == 0 {
		return cases.Case{}, false, err
	}
	return cs[0], true, nil
}

// open starts a case.
func (in *intake) open(ctx context.Context, m cases.Mention, quiet bool) (cases.Case, error) {
	id, err := next(ctx, in.q, "case")
	if err != nil {
		return cases.Case{}, err
	}
	c := cases.Case{ID: id, Version: 1, State: cases.New, Source: m.Source, Thread: m.Thread, AuthorID: m.AuthorID, Author: m.Author, OpenedAt: in.now, UpdatedAt: in.now}
	note := "recorded"
	switch {
	case m.Bot:
		c.State, note = cases.Noted, "written by a program"
	case quiet:
		c.State, note = cases.Noted, "from before the first start"
	}
	if err := insertHead(ctx, in.q, c); err != nil {
		return c, err
	}
	return c, remember(ctx, in.q, cases.Entry{Case: id, Version: 1, Event: cases.Note, To: c.State, By: customer, Note: note, At: in.now})
}

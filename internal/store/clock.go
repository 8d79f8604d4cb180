package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"rasid/internal/cases"
)

const (
	// clockMark is the meta row with the latest moment at which a reply left.
	clockMark = "clock"
	// clockSlack is how far a clock may be set back, by time servers for
	// instance, before replies wait until it is where it was.
	clockSlack = 5 * time.Second
	// clockBroken is from where on waiting is no answer and a person must look.
	clockBroken = 10 * time.Minute
)

// tick remembers that a reply left now.
func tick(ctx context.Context, q querier, now time.Time) error {
	last, err := lastTick(ctx, q)
	if err != nil || !now.After(last) {
		return err
	}
	return setMeta(ctx, q, clockMark, strconv.FormatInt(micros(now), 10))
}

func lastTick(ctx context.Context, q querier) (time.Time, error) {
	text, err := getMeta(ctx, q, clockMark)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	us, err := strconv.ParseInt(text, 10, 64)
	return moment(us), err
}

const (
	// agesMark is the meta row with when ages were last asked for, and from when
	// on they are believed, both in microseconds.
	agesMark = "ages"
	// leap is how far the clock may go on between two looks at ages, which are an
	// hour apart, before it may be wrong: a night without power is none.
	leap = 3 * 24 * time.Hour
	// leapDoubt is how long a clock that leapt must stand before what is deleted
	// by its age is deleted; a person has a day to see the notice.
	leapDoubt = 24 * time.Hour
)

// Ages says from when on the ages of things may be believed, so that something
// can be deleted for good because it is old. A clock that leaps ahead by days,
// on a machine with a dead battery for instance, makes everything old at once:
// it is believed only after it has stood for a day. leapt is when ages were
// last asked for, the first time that a leap is seen, else zero.
func (s *Store) Ages(ctx context.Context, now time.Time) (from, leapt time.Time, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		text, err := getMeta(ctx, tx, agesMark)
		if err != nil {
			return err
		}
		var asked, believed int64
		if _, err := fmt.Sscan(text, &asked, &believed); err != nil && text != "" {
			return fmt.Errorf("reading when ages were asked for, %q: %w", text, err)
		}
		last := moment(asked)
		from = moment(believed)
		switch {
		case text == "", now.Before(last): // the first look, or nothing is older than it was
			from = now
		case now.Sub(last) > leap:
			from, leapt = now.Add(leapDoubt), last
		}
		return setMeta(ctx, tx, agesMark, fmt.Sprint(micros(now), micros(from)))
	})
	if err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("asking for ages: %w", err)
	}
	return from, leapt, nil
}

// clockStands reports whether the clock is where it can be trusted. Budgets,
// the age of approvals and the time to undo are counted by it, so nothing leaves
// while it stands before the last reply. A clock that was set far back turns
// the kill switch: staff see why, and turn it back when the clock is right.
func (s *Store) clockStands(ctx context.Context, q querier, now time.Time) (bool, error) {
	last, err := lastTick(ctx, q)
	behind := last.Sub(now)
	if err != nil || behind <= clockSlack {
		return err == nil, err
	}
	if behind < clockBroken {
		return false, nil
	}
	const layout = "2006-01-02 15:04:05"
	why := fmt.Sprintf("clock set back from %s to %s UTC", last.UTC().Format(layout), now.UTC().Format(layout))
	s.log.Error("posting stopped", "why", why)
	return false, turn(ctx, q, true, cases.Rasid, why, now)
}

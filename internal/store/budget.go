package store

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Budget bounds how many public replies may leave, so that a loop or a storm
// stays small. A zero field means the default, a negative one no bound.
type Budget struct {
	PerAuthorDay  int // to one author in 24 h; default 2
	PerThreadDay  int // in one thread in 24 h; default 3
	PerSourceHour int // in one source in an hour; default 30
	PerDay        int // altogether in 24 h; default 200
}

// NoBudget sets no bound.
var NoBudget = Budget{-1, -1, -1, -1}

// budgetPause is how long a reply over budget waits before it is looked at again.
const budgetPause = 10 * time.Minute

func (b Budget) orDefaults() Budget {
	for _, f := range []struct {
		v *int
		d int
	}{{&b.PerAuthorDay, 2}, {&b.PerThreadDay, 3}, {&b.PerSourceHour, 30}, {&b.PerDay, 200}} {
		if *f.v == 0 {
			*f.v = f.d
		}
	}
	return b
}

// overBudget begins what a row that is kept back says.
const overBudget = "over budget: "

// over says which budget a reply would break; "" for none. It counts every
// attempt that may have reached the public, also those in doubt.
func (b Budget) over(ctx context.Context, q querier, r row, now time.Time) (string, error) {
	// The budgets of author and thread are for answers; what is said beside an
	// answer counts there only against its own like, so that an acknowledgement
	// never holds back the answer it announces.
	var author, thread, source, all int
	err := q.QueryRowContext(ctx, `SELECT
			count(*) FILTER (WHERE target = $1 AND author_id = $2 AND author_id <> '' AND (kind = 'reply' OR $6)),
			count(*) FILTER (WHERE target = $1 AND thread = $3 AND thread <> '' AND (kind = 'reply' OR $6)),
			count(*) FILTER (WHERE target = $1 AND started_at > $4),
			count(*)
		FROM outbox WHERE kind IN ('reply', 'ack', 'ask') AND state IN ('started', 'delivered', 'in-doubt') AND started_at > $5`,
		r.Target, r.author, r.thread, micros(now.Add(-time.Hour)), micros(now.Add(-24*time.Hour)), r.Kind.Aside()).Scan(&author, &thread, &source, &all)
	if err != nil {
		return "", err
	}
	for _, x := range []struct {
		n, most int
		what    string
	}{
		{author, b.PerAuthorDay, "to this author in 24 hours"},
		{thread, b.PerThreadDay, "in this thread in 24 hours"},
		{source, b.PerSourceHour, "in this source in an hour"},
		{all, b.PerDay, "in 24 hours"},
	} {
		if x.most >= 0 && x.n >= x.most {
			return fmt.Sprintf(overBudget+"%d of %d replies %s", x.n, x.most, x.what), nil
		}
	}
	return "", nil
}

// Over says which budget keeps a reply back at an instant, as its row would say
// it; "" when it would leave.
func (s *Store) Over(ctx context.Context, m cases.Send, now time.Time) (string, error) {
	why, err := s.o.Budget.over(ctx, s.r, row{Send: m, thread: m.Reply.Mention.Thread, author: m.Reply.Mention.AuthorID}, now)
	if err != nil {
		return "", fmt.Errorf("asking the budgets for %s: %w", m.Key, err)
	}
	return why, nil
}

// SameText returns how many customers replies with exactly these words were
// approved for since a time; those taken back do not count. Somebody whose
// platform tells no id counts each time.
func (s *Store) SameText(ctx context.Context, text string, since time.Time) (int, error) {
	n, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(DISTINCT CASE WHEN author_id = '' THEN key ELSE target || '/' || author_id END)
		FROM outbox WHERE kind = 'reply' AND made_at >= $1 AND body = $2 AND state NOT IN ('withdrawn', 'gave-up')`, micros(since), text))
	if err != nil {
		return 0, fmt.Errorf("counting replies with the same words: %w", err)
	}
	return n, nil
}

// isReply is short for the kind with the strict rules.
func isReply(k cases.SendKind) bool { return k == cases.SendReply }

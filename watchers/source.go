// Package watchers listens: it polls sources, keeps what is about the
// business, and records it together with the source's cursor. One folder per
// platform holds the sources; this package holds what they have in common.
package watchers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rasid/internal/cases"
)

// Source reads one public place. Poll returns what came after the cursor,
// oldest first. The same cursor gives the same page again: polling changes
// nothing at the source, because only a recorded page counts. An error that
// wraps *cases.LaterError says when to come back.
type Source interface {
	Poll(ctx context.Context, after cases.Cursor) (cases.Page, error)
}

// PlaceLost is the gap of a page whose cursor could not be read: the source
// begins as if it had never been read.
const PlaceLost = "where this source stopped reading was lost"

// OldestFirst sorts mentions by when they were posted; those of the same moment
// keep their order.
func OldestFirst(list []cases.Mention) {
	slices.SortStableFunc(list, func(a, b cases.Mention) int { return a.PostedAt.Compare(b.PostedAt) })
}

// EndAt gives a page the cursor that covers it, written as JSON. source is what
// config.yaml calls the source.
func EndAt(page cases.Page, source string, cursor any) (cases.Page, error) {
	b, err := json.Marshal(cursor)
	if err != nil {
		return cases.Page{}, fmt.Errorf("writing the cursor of %s: %w", source, err)
	}
	page.Next = cases.Cursor(b)
	return page, nil
}

// Doctor is a source, replier or chat that can say what is wrong with its
// set-up and what to switch where. It changes nothing.
type Doctor interface {
	Doctor(ctx context.Context) []Advice
}

// Advice is one line of `rasid doctor`.
type Advice = cases.Advice

// Book is where mentions are recorded: mentions and cursor in one transaction.
type Book interface {
	Cursor(ctx context.Context, source string) (cases.Cursor, error)
	Record(ctx context.Context, source string, p cases.Page, now time.Time) (added int, err error)
	SaveStatus(ctx context.Context, s cases.SourceStatus) error
}

// Inbox holds what a shared connection received, in order. Sources that live
// on such a connection read it; their cursor is a position in it.
type Inbox interface {
	Inbox(ctx context.Context, account string, after int64, limit int) ([]cases.InboxItem, error)
}

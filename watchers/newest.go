package watchers

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
)

// Changed is a mention as a place lists it now, and when it changed last.
type Changed struct {
	Mention cases.Mention
	At      time.Time
}

// maxNewestPages bounds one look at a place that lists the newest change first.
const maxNewestPages = 40

// Newest reads a place that lists the latest change first, page by page, and
// lists a thing again when it was edited. list reads one page; "" is the first,
// and an empty next the last. The first look goes back maxAge.
func Newest(ctx context.Context, after cases.Cursor, now time.Time, maxAge time.Duration,
	list func(ctx context.Context, token string) (found []Changed, next string, err error)) (cases.Page, error) {
	w, readable := readWindow(after)
	page := cases.Page{}
	if !readable {
		page.Gap = PlaceLost
	}
	from := w.From(now, maxAge)
	kept := map[string]Changed{}
	var keys []cases.Mention // each change under a key of its own
	token := ""
	for n := 0; ; n++ {
		if n == maxNewestPages {
			page.Gap = fmt.Sprintf("more than %d pages of changes at once; the oldest of them were not read", maxNewestPages)
			break
		}
		found, next, err := list(ctx, token)
		if err != nil {
			return cases.Page{}, err
		}
		past := false
		for _, c := range found {
			if c.At.Before(from) {
				past = true
				continue
			}
			key := c.Mention.ID + "@" + strconv.FormatInt(c.At.UnixNano(), 36)
			kept[key] = c
			keys = append(keys, cases.Mention{ID: key, PostedAt: c.At})
		}
		if token = next; token == "" || past {
			break
		}
	}
	slices.Reverse(keys) // of changes in the same second, the one listed last is the oldest
	fresh, next := w.Take(keys, from)
	for _, k := range fresh {
		page.Mentions = append(page.Mentions, kept[k.ID].Mention)
	}
	page.Next = next
	return page, nil
}

package hackernews

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// maxAgain is how many things are looked at again at once, each by a request of
// its own. Hacker News sets no limit; we stay far below any.
const maxAgain = 20

// againEvery is how often that happens.
const againEvery = 2 * time.Hour

// item is what the service itself says of a story or a comment; null when it
// never existed.
type item struct {
	ID      int64 `json:"id"`
	Deleted bool  `json:"deleted"` // by its author
	Dead    bool  `json:"dead"`    // by moderators or readers; hidden from most
}

// again looks whether things were deleted or killed. Words are left alone: the
// search writes them in another way.
func (s *Source) again(ctx context.Context, ids []string) (out []cases.Mention, err error) {
	for _, id := range ids {
		var i *item
		address := strings.TrimRight(s.cfg.ItemsURL, "/") + "/v0/item/" + url.PathEscape(id) + ".json"
		if _, err := s.net.GetJSON(ctx, outbound.Request{URL: address}, &i); err != nil {
			return nil, fmt.Errorf("item %s: %w", id, err)
		}
		if i != nil && (i.Deleted || i.Dead) {
			out = append(out, cases.Mention{Source: s.name, ID: id, Gone: true})
		}
	}
	return out, nil
}

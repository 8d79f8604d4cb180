package faketelegram

import (
	"context"
	"errors"
	"slices"
	"sync"

	"rasid/internal/cases"
)

// Inbox keeps an inbox in memory, with the promises of the real store: rows
// and mark are written together, a known key is stored once, numbers rise.
type Inbox struct {
	mu    sync.Mutex
	items []cases.InboxItem
	keys  map[string]bool
	marks map[string]string
	down  bool
}

// ErrDown is what an Inbox answers while it is down.
var ErrDown = errors.New("the store is down")

// SetDown makes the inbox fail, or work again.
func (b *Inbox) SetDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// PutInbox stores rows and mark together.
func (b *Inbox) PutInbox(_ context.Context, account string, items []cases.InboxItem, mark string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return ErrDown
	}
	if b.keys == nil {
		b.keys, b.marks = map[string]bool{}, map[string]string{}
	}
	for _, it := range items {
		if key := account + "\x00" + it.Key; !b.keys[key] {
			b.keys[key] = true
			it.Seq = int64(len(b.items) + 1)
			b.items = append(b.items, it)
		}
	}
	b.marks[account] = mark
	return nil
}

// Len returns how many rows there are.
func (b *Inbox) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.items)
}

// Mark returns the last mark of an account.
func (b *Inbox) Mark(_ context.Context, account string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return "", ErrDown
	}
	return b.marks[account], nil
}

// Inbox returns rows after a position.
func (b *Inbox) Inbox(ctx context.Context, account string, after int64, limit int) ([]cases.InboxItem, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b.down {
		return nil, ErrDown
	}
	var out []cases.InboxItem
	for _, it := range b.items {
		if it.Account == account && it.Seq > after && len(out) < limit {
			out = append(out, it)
		}
	}
	return slices.Clone(out), nil
}

package fakediscord

import (
	"context"
	"errors"
	"slices"
	"sync"

	"rasid/internal/cases"
)

// Inbox is an inbox in memory, with the one rule that matters: a repeated key
// is kept once.
type Inbox struct {
	mu      sync.Mutex
	items   []cases.InboxItem
	keys    map[string]bool
	mark    string
	fail    error
	refused int
	woken   chan struct{}
}

// NewInbox makes an empty one.
func NewInbox() *Inbox {
	return &Inbox{keys: map[string]bool{}, woken: make(chan struct{}, 1)}
}

// Fail makes everything fail with err; nil mends it.
func (b *Inbox) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = err
}

// PutInbox writes items and the mark, all or nothing.
func (b *Inbox) PutInbox(_ context.Context, account string, items []cases.InboxItem, mark string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.wake()
	if b.fail != nil {
		b.refused++
		return b.fail
	}
	for _, it := range items {
		if b.keys[it.Key] {
			continue
		}
		b.keys[it.Key] = true
		it.Seq, it.Account = int64(len(b.items)+1), account
		b.items = append(b.items, it)
	}
	b.mark = mark
	return nil
}

// Mark returns the last mark.
func (b *Inbox) Mark(context.Context, string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		b.refused++
		b.wake()
	}
	return b.mark, b.fail
}

// Inbox returns items after a position.
func (b *Inbox) Inbox(ctx context.Context, _ string, after int64, limit int) ([]cases.InboxItem, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := errors.Join(ctx.Err(), b.fail); err != nil {
		return nil, err
	}
	rest := b.items[min(max(int(after), 0), len(b.items)):]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

// Items returns everything written, in order.
func (b *Inbox) Items() []cases.InboxItem {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.items)
}

func (b *Inbox) wake() {
	select {
	case b.woken <- struct{}{}:
	default:
	}
}

// Refused is how many calls of a connection failed.
func (b *Inbox) Refused() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused
}

// Woken is signalled after a write, also one that failed.
func (b *Inbox) Woken() <-chan struct{} { return b.woken }

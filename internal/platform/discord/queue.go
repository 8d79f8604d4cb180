package discord

import (
	"context"
	"encoding/json"
	"sync"
)

// event is one gateway event that waits to be handled.
type event struct {
	name string
	data json.RawMessage
}

// maxQueue is how many events may wait. Beyond it we reconnect and fill the
// gap by REST, rather than grow without end.
const maxQueue = 20_000

// queue keeps events in the order they came. Pushing never blocks, because the
// library's reader, which also answers heartbeats, does the pushing.
type queue struct {
	mu   sync.Mutex
	list []event
	wake chan struct{}
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push appends an event, or reports that there is no room.
func (q *queue) push(e event) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) >= maxQueue {
		return false
	}
	q.list = append(q.list, e)
	signal(q.wake)
	return true
}

// take waits for events and returns up to 100 of them, oldest first.
func (q *queue) take(ctx context.Context) ([]event, bool) {
	for {
		q.mu.Lock()
		if n := min(len(q.list), 100); n > 0 {
			batch := append([]event(nil), q.list[:n]...)
			q.list = append([]event(nil), q.list[n:]...)
			q.mu.Unlock()
			return batch, true
		}
		q.mu.Unlock()
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil, false
		}
	}
}

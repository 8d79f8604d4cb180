package responder

import "sync"

// Tried remembers what a Replier tried to answer: what stands there may be ours,
// whatever came of the try. The zero value is ready to use, also by several
// goroutines.
type Tried struct {
	mu  sync.Mutex
	set map[string]bool
}

// Note remembers that something was tried.
func (t *Tried) Note(at string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.set == nil {
		t.set = map[string]bool{}
	}
	t.set[at] = true
}

// Has reports whether something was tried.
func (t *Tried) Has(at string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.set[at]
}

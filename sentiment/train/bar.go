package train

import (
	"fmt"
	"io"
	"sync"
)

// bar shows progress as a line of dots; it may be ticked from several goroutines.
type bar struct {
	w        io.Writer // nil for silence
	mu       sync.Mutex
	n, total int
	shown    int
}

const barWidth = 40

func newBar(w io.Writer, name string, total int) *bar {
	b := &bar{w: w, total: max(total, 1)}
	b.print(fmt.Sprintf("%-9s ", name))
	return b
}

func (b *bar) print(s string) {
	if b.w != nil {
		_, _ = io.WriteString(b.w, s) // progress only
	}
}

func (b *bar) tick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	for ; b.shown < min(b.n*barWidth/b.total, barWidth); b.shown++ {
		b.print(".")
	}
}

func (b *bar) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ; b.shown < barWidth; b.shown++ {
		b.print(".")
	}
	b.print(" done\n")
}

package cases

import (
	"context"
	"sync"
	"time"
)

// Allowance is how many more requests a platform takes from us, as it said
// last.
type Allowance struct {
	Left   int64     // requests, or the platform's own units
	Most   int64     // of them until Resets; 0: it does not say
	Resets time.Time // when it begins anew; zero: it does not say
	At     time.Time // when this was said; zero: never
}

// Now returns what is left by now: what was said last, or all of it when the
// allowance has begun anew since. known is false when nobody can tell.
func (a Allowance) Now(now time.Time) (left int64, known bool) {
	switch {
	case a.At.IsZero():
		return 0, false
	case a.Resets.IsZero() || now.Before(a.Resets):
		return a.Left, true
	}
	return a.Most, a.Most > 0
}

// tighter reports whether a leaves us less room than b.
func (a Allowance) tighter(b Allowance) bool {
	if a.Most > 0 && b.Most > 0 {
		return float64(a.Left)/float64(a.Most) < float64(b.Left)/float64(b.Most)
	}
	return a.Left < b.Left
}

// Meter hears what a platform says of our allowance during one look at it. It
// is safe for concurrent use.
type Meter struct {
	mu sync.Mutex
	a  Allowance
}

type meterKey struct{}

// Metered returns a context that carries a new meter. A source that reads with
// it need not do anything: the way out hears the usual headers. One whose
// platform says it elsewhere calls Hear.
func Metered(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

// Hear notes what a platform said; without a meter in ctx it does nothing. Of
// several limits that were named during one look the tightest counts.
func Hear(ctx context.Context, a Allowance) {
	m, ok := ctx.Value(meterKey{}).(*Meter)
	if !ok || a.At.IsZero() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.a.At.IsZero() || a.tighter(m.a) {
		m.a = a
	}
}

// Heard returns what was said; its At is zero when nothing was.
func (m *Meter) Heard() Allowance {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.a
}

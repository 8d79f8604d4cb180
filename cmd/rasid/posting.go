package main

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/internal/store"
)

// posting is the switch that staff see: posting is stopped when somebody
// stopped it, and also while the records came out of a backup and nobody has
// looked yet. Letting it go on settles both.
type posting struct{ *store.Store }

// Stopped reports who or what keeps replies from leaving.
func (p posting) Stopped(ctx context.Context) (cases.Stop, error) {
	stop, err := p.Store.Stopped(ctx)
	if stop.On || err != nil {
		return stop, err
	}
	held, waiting, err := p.Held(ctx)
	if held == "" || err != nil {
		return cases.Stop{}, err
	}
	return cases.Stop{On: true, By: cases.Rasid, Why: fmt.Sprintf("%s (%d waiting)", held, waiting), At: stop.At}, nil
}

// Resume lets posting go on, in the name of the person who looked.
func (p posting) Resume(ctx context.Context, by string, now time.Time) error {
	held, _, err := p.Held(ctx)
	if err != nil {
		return err
	}
	if held != "" {
		if err := p.Release(ctx, by, now); err != nil {
			return fmt.Errorf("releasing what was held: %w", err)
		}
	}
	return p.Store.Resume(ctx, by, now)
}

// tellHeld says at the start that replies are held, and why.
func (h *house) tellHeld(ctx context.Context) error {
	why, waiting, err := h.store.Held(ctx)
	if err != nil || why == "" {
		return err
	}
	h.log.Warn("replies are held until a person lets posting go on", "why", why, "waiting", waiting)
	key := fmt.Sprintf("held/%d", h.now().Unix())
	return h.notify(ctx, key, h.now(), "notice.held", "why", phrases.Noted(why), "n", waiting)
}

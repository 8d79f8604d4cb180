package responder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// Calmer ends incidents. *store.Store is one.
type Calmer interface {
	Stir(ctx context.Context, id int64, now time.Time) error
	CloseIncident(ctx context.Context, id int64, now time.Time, tell []cases.Send) error
	// LeftOver are cases of ended incidents that no room saw, at most limit of
	// them out at a time.
	LeftOver(ctx context.Context, limit int) ([]cases.Case, error)
}

// AllClear watches open incidents and says when they are over: the rate is
// back to the usual for an hour. What had no card until then gets one, a few
// cases at a time.
type AllClear struct {
	Crisis *Crisis
	Calmer Calmer
	Desk   Desk
}

// Step looks at every open incident.
func (a *AllClear) Step(ctx context.Context, now time.Time) (int, error) {
	open, err := a.Crisis.Incidents.OpenIncidents(ctx)
	if err != nil {
		return 0, fmt.Errorf("listing incidents: %w", err)
	}
	closed := 0
	for _, i := range open {
		facts, err := a.Crisis.Tally.IncidentFacts(ctx, i.ID, now)
		if err != nil {
			return 0, err
		}
		hot, err := a.hot(ctx, i, facts, now)
		switch {
		case err != nil:
			return 0, err
		case hot:
			if now.Sub(i.HotAt) >= hotWindow/3 { // the card is drawn again with each: not too often
				err = a.Calmer.Stir(ctx, i.ID, now)
			}
		case now.Sub(i.HotAt) >= calmFor:
			err = a.Calmer.CloseIncident(ctx, i.ID, now, a.notices(i, facts, now))
			closed++
		}
		if err != nil && !errors.Is(err, cases.ErrStale) {
			return 0, err
		}
	}
	out, err := a.release(ctx, now)
	return closed + out, err
}

// release gives cards to cases of ended incidents that had none, and their
// clocks with them: as many as staff can read, the next ones as these are dealt
// with. Those that wait for the opening wait for it here too.
func (a *AllClear) release(ctx context.Context, now time.Time) (int, error) {
	left, err := a.Calmer.LeftOver(ctx, a.Crisis.Limits.Cards)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, c := range left {
		o, none := a.Crisis.Office, 0
		if _, rests := o.opening(c, now); rests {
			continue
		}
		wake, why := o.alarm(c, 0, now)
		_, err := a.Desk.Apply(ctx, cases.Change{
			Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: now, Note: "the incident is over",
			WakeAt: &wake, WakeFor: why, Reminds: &none, Rooms: o.RoomsFor(c, c.Level),
		})
		switch {
		case errors.Is(err, cases.ErrStale):
		case err != nil:
			return n, fmt.Errorf("showing case %d after its incident: %w", c.ID, err)
		default:
			n++
		}
	}
	return n, nil
}

// hot reports whether the last stretches are still above what is usual.
func (a *AllClear) hot(ctx context.Context, i cases.Incident, f cases.IncidentFacts, now time.Time) (bool, error) {
	lately := f.Trend[4] + f.Trend[5] // ten to twenty minutes
	if i.Kind == cases.Copies {
		return lately >= 3, nil
	}
	a.Crisis.mu.Lock()
	defer a.Crisis.mu.Unlock()
	limit, err := a.Crisis.limit(ctx, i.Source, now)
	return float64(lately*4) >= limit, err
}

// notices tell the rooms that it is over and how many cases still wait.
func (a *AllClear) notices(i cases.Incident, f cases.IncidentFacts, now time.Time) []cases.Send {
	o := a.Crisis.Office
	return o.notify(o.alerted(i.Source), 0, now, func(room Room, say *phrases.Catalogue) (string, string) {
		return fmt.Sprintf("incident/%d/clear/%s", i.ID, room.Name), say.Say("notice.clear", "id", i.ID, "n", i.Count, "waiting", f.Waiting)
	})
}

package responder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Calmer ends incidents. *store.Store is one.
type Calmer interface {
	Stir(ctx context.Context, id int64, now time.Time) error
	CloseIncident(ctx context.Context, id int64, now time.Time, tell []cases.Send) error
}

// AllClear watches open incidents and says when they are over: the rate is
// back to the usual for an hour.
type AllClear struct {
	Crisis *Crisis
	Calmer Calmer
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
	return closed, nil
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
	rooms := o.RoomsAt(i.Source, 0)
	if top := o.TopLevel(); top > 0 {
		rooms = append(rooms, o.RoomsAt(i.Source, top)...)
	}
	var out []cases.Send
	for _, name := range rooms {
		room, _ := o.Room(name)
		out = append(out, cases.Send{
			Key: fmt.Sprintf("incident/%d/clear/%s", i.ID, name), Kind: cases.SendNotice, Target: name, By: cases.Rasid, DueAt: now,
			Text: o.words(room.Language).Say("notice.clear", "id", i.ID, "n", i.Count, "waiting", f.Waiting),
		})
	}
	return out
}

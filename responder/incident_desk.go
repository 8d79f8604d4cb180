package responder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// IncidentDesk is where staff look at incidents and let their statements be
// used. *store.Store is one.
type IncidentDesk interface {
	OpenIncidents(ctx context.Context) ([]cases.Incident, error)
	Incident(ctx context.Context, id int64) (cases.Incident, error)
	ApproveStatement(ctx context.Context, id int64, by string, now time.Time) error
}

// statement lets a supervisor approve the holding statement of an incident.
// Approving posts nothing: staff copy it under the cases they choose, by hand.
func (k *Clerk) statement(ctx context.Context, r *request) (Answer, error) {
	if k.Incidents == nil {
		return r.refuse("answer.unknown"), nil
	}
	err := k.Incidents.ApproveStatement(ctx, r.d.Case, r.who.ID, r.d.At)
	switch {
	case errors.Is(err, cases.ErrStale):
		i, err := k.Incidents.Incident(ctx, r.d.Case)
		if err != nil {
			return Answer{}, fmt.Errorf("reading incident %d: %w", r.d.Case, err)
		}
		return r.refuse("answer.decided", "name", k.Office.NameOf(i.StatementBy), "time", k.Office.clock(r.say, i.StatementAt, r.d.At)), nil
	case err != nil:
		return Answer{}, err
	}
	k.Log.Info("statement approved", "incident", r.d.Case, "by", r.who.ID)
	return r.answer("answer.statement"), nil
}

// inboxIncidents are the lines of /inbox that come before all cases.
func (k *Clerk) inboxIncidents(ctx context.Context, r *request) ([]string, error) {
	if k.Incidents == nil {
		return nil, nil
	}
	open, err := k.Incidents.OpenIncidents(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing incidents: %w", err)
	}
	var lines []string
	for _, i := range open {
		lines = append(lines, r.say.Say("incident.head", "id", i.ID, "kind", phrases.Plain(r.say.Say("incident."+string(i.Kind))),
			"source", Visible(k.Office.Place(i.Source).Title), "n", i.Count, "time", k.Office.clock(r.say, i.OpenedAt, r.d.At)))
	}
	return lines, nil
}

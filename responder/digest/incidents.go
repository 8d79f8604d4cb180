package digest

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Crises is where incidents are written down.
type Crises interface {
	// IncidentsBetween are those that went on at some time in [from, to), by the
	// time they began.
	IncidentsBetween(ctx context.Context, from, to time.Time) ([]cases.Incident, error)
}

// crises reads the incidents that went on in the span.
func (f *Figures) crises(ctx context.Context, c Crises) error {
	if c == nil {
		return nil
	}
	var err error
	if f.Incidents, err = c.IncidentsBetween(ctx, f.From, f.To); err != nil {
		return fmt.Errorf("reading incidents: %w", err)
	}
	return nil
}

// Burning is how many of the incidents go on.
func (f Figures) Burning() (n int) {
	for _, i := range f.Incidents {
		if i.Open() {
			n++
		}
	}
	return n
}

// incidentsShown bounds the incidents that are told one by one.
const incidentsShown = 5

// incidents tells of the crises of the span.
func (f Figures) incidents(s speaker) Section {
	out := Section{Name: "incidents", Head: s.Say("digest.incidents")}
	for _, i := range f.Incidents[:min(len(f.Incidents), incidentsShown)] {
		key, over := "digest.incident.open", any("")
		if !i.Open() {
			key, over = "digest.incident.over", s.moment(i.ClosedAt.In(f.From.Location()), f.Span)
		}
		out.Lines = append(out.Lines, Line{Text: s.Say(key, "kind", s.plain("incident."+string(i.Kind)), "source", i.Source, "n", i.Count,
			"from", s.moment(i.OpenedAt.In(f.From.Location()), f.Span), "to", over)})
	}
	if more := len(f.Incidents) - incidentsShown; more > 0 {
		out.Lines = append(out.Lines, Line{Text: s.Say("digest.incident.more", "n", more)})
	}
	return out
}

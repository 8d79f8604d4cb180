package cases

import "time"

// IncidentKind says what many unhappy mentions have in common.
type IncidentKind string

// The kinds of incidents.
const (
	Copies IncidentKind = "copies" // many authors say nearly the same words
	Burst  IncidentKind = "burst"  // far more than usual at one source
)

// Incident is a crisis: many unhappy mentions that are shown, counted and
// answered as one.
type Incident struct {
	ID       int64
	Kind     IncidentKind
	Source   string    // where it began
	Print    []byte    // of the words that were copied; nil for a burst
	OpenedAt time.Time // when the first of its cases was counted
	HotAt    time.Time // last time it was above the usual
	ClosedAt time.Time // zero while open
	Count    int       // cases in it
	Held     bool      // the cards of its cases are held back
	Version  int       // rises with every change its card must show

	StatementBy string // supervisor who approved the holding statement; "" while nobody did
	StatementAt time.Time
}

// Open reports whether the incident goes on.
func (i Incident) Open() bool { return i.ClosedAt.IsZero() }

// Unhappy is one flagged case as bursts are counted.
type Unhappy struct {
	Seq      int64
	Case     int64
	Incident int64 // 0 when it belongs to none
	Source   string
	Author   string
	At       time.Time // when it was said
	SeenAt   time.Time // when we counted it
	Print    []byte    // of its words; nil when they are too few to compare
	Shown    bool      // it got a card of its own
}

// IncidentFacts is what an incident's card shows beside the incident itself.
type IncidentFacts struct {
	Waiting int     // cases of it that wait for staff
	Samples []int64 // the first cases
	Trend   [6]int  // cases said in each of the last six stretches of ten minutes, oldest first
}

// IncidentCard is an incident's card that a room must show again.
type IncidentCard struct {
	Incident Incident
	Room     string
	Ref      string // the room's own reference; "" when never shown
}

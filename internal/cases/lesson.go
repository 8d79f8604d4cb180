package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Origin says which decision a lesson comes from.
type Origin string

// The origins of lessons.
const (
	FromDismissal  Origin = "dismissed" // set aside as no complaint
	FromCorrection Origin = "corrected" // said to be praise
	FromReport     Origin = "reported"  // heard by staff themselves
	FromRequest    Origin = "flagged"   // staff asked for an answer to what was noted
	FromAnswer     Origin = "answered"  // an answer to the complaint was let leave, or given elsewhere
	FromResolution Origin = "resolved"  // the customer's problem was there, and is solved
	FromReopening  Origin = "reopened"  // it was closed too early
)

// Lesson is what one decision of staff says about one mention.
type Lesson struct {
	Seq     int64 // line of the history
	Mention int64
	Hash    string // of the words that were judged
	Label   string // neg, neu or pos
	Origin  Origin
	By      string
	At      time.Time
}

// Taught is a lesson with the words it is about.
type Taught struct {
	Lesson
	Text   string
	Stars  int
	Author string // source and id of who wrote it; "" when unknown
}

// HashWords returns the Hash that a lesson about a mention carries.
func HashWords(m Mention) string {
	sum := sha256.Sum256([]byte(m.Title + "\n" + m.Text))
	return hex.EncodeToString(sum[:])
}

// LayerState is where a layer stands.
type LayerState string

// The states of a layer. At most one is on.
const (
	LayerOn         LayerState = "on"
	LayerOff        LayerState = "off"         // a newer one took its place
	LayerRefused    LayerState = "refused"     // it judged no better than what was there
	LayerRolledBack LayerState = "rolled-back" // staff took it away
)

// Layer is one version of what the scorer learned from staff.
type Layer struct {
	Version int
	Base    string // fingerprint of the scorer it belongs on
	Body    []byte // empty for one that was refused
	State   LayerState
	Seq     int64  // last line of the history it learned from
	Lessons int    // it was fitted to
	Report  string // how it measured, as JSON
	By      string // Rasid, or who rolled it back
	At      time.Time
}

// Learned is what was learned from staff in a span of time.
type Learned struct {
	Decisions  int      // that became lessons
	Complaints int      // of these, that said "this is a complaint"
	Version    int      // of the layer that was switched on then, and still is; 0 for none
	Complaint  []string // words that speak of a complaint here and elsewhere do not, as that layer has it
	Calm       []string // words that elsewhere speak of a complaint and here do not
}

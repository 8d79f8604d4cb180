package cases

import (
	"slices"
	"strings"
	"time"
)

// Severity orders the queue: how much harm waiting does.
type Severity int

// The severities.
const (
	Mild     Severity = iota // a remark
	Low                      // a complaint
	High                     // churn, abuse, a public campaign
	Critical                 // safety, self-harm, threat, law or press
)

// String names a severity as config.yaml and the records spell it.
func (s Severity) String() string {
	return [...]string{"mild", "low", "high", "critical"}[min(max(s, Mild), Critical)]
}

// Score is what the judgement says of one mention, or of the worst mention of
// a case.
type Score struct {
	Label         string  // "neg", "neu" or "pos"
	Neg, Neu, Pos float64 // probabilities; they sum to 1
	Value         float64 // -1..1, shown on the card
	Severity      Severity
	Signals       []string // churn, legal, press, safety, selfharm, threat, abuse, boycott …
	Language      string   // ar, en, mixed, arabizi, other
	Dialect       string   // "" when unsure
	Topics        []string // what it is about, most likely first; never empty once scored
	Target        float64  // probability that it is about us
	Reasons       []Reason
}

// Reason is one span of the text that moved the score.
type Reason struct {
	Start, End int     // byte offsets in the mention's Text
	Text       string  // the span itself
	Weight     float64 // signed
	Kind       string  // word, phrase, emoji, stars, learned …
	By         string  // the word that negated or strengthened it; may be empty
}

// Finding is something the guard saw in a draft.
type Finding struct {
	Kind  string // privacy-phone, tone-blame, length …
	Words string // the words that caused it
	Block bool   // needs a second explicit confirmation and never passes by rule
}

// Draft is one version of the public reply to a case.
type Draft struct {
	Version  int    // 1, 2, … within the case
	Text     string // exactly what would be posted
	Language string // ar or en
	Topic    string
	Origin   string // "template:ar/delivery/2", "staff", "model:NAME"
	By       string // staff id of the author; "rasid" for a draft of our own
	Findings []Finding
	At       time.Time
}

// Blocked reports whether a finding asks for a second confirmation.
func (d Draft) Blocked() bool {
	return slices.ContainsFunc(d.Findings, func(f Finding) bool { return f.Block })
}

// ByModel reports whether a language model had a hand in the draft.
func (d Draft) ByModel() bool { return strings.HasPrefix(d.Origin, "model:") }

// Rasid is the By of everything the program did by itself.
const Rasid = "rasid"

// File is the By of a stop that a file in the data folder makes.
const File = "file"

// Colleague begins the By of what somebody of the business did on the platform
// itself; the platform's id of who it was follows where it tells one.
const Colleague = "colleague:"

// Customer is the By of what the author of a mention did.
const Customer = "customer"

// Entry is one line of the append-only, hash-chained history of a case.
type Entry struct {
	Seq      int64
	Case     int64
	Version  int // version of the case after the event
	Event    Event
	From, To State
	By       string // staff id, Rasid, "rule:NAME" or "customer"
	Draft    int    // draft version the event spoke of; 0 when none
	Note     string // reason, report text, platform's refusal …
	At       time.Time
	Hash     string // SHA-256 over the previous Hash and this line
}

// Past is one earlier case of the same author.
type Past struct {
	Case     int64
	State    State
	Topic    string
	OpenedAt time.Time
}

// Case is one customer's problem: mentions by the same author in the same
// thread, or within a window on the same source, join the open case.
type Case struct {
	ID      int64
	Version int // rises with every Change; a Change names the version it saw
	State   State
	Level   int // escalation level: 0 = the staff room

	Source, Thread   string
	AuthorID, Author string

	Mentions []Mention // oldest first; the last one is what a reply answers
	Score    Score     // of the worst unanswered mention; zero while new
	Drafts   []Draft   // oldest first; the last one is what Approve means
	Promises []Promise // what replies in public promised, the earliest due first
	Past     []Past    // earlier cases of this author, newest first, at most 5

	ClaimedBy    string
	ClaimedUntil time.Time

	WakeAt  time.Time // zero: nothing planned
	WakeFor string    // why it wakes: remind, snooze, …
	Reminds int       // reminders already given at this level

	ApprovedBy string // staff id or rule whose decision stands; "" when none
	Held       string // which budget keeps the approved reply back; "" when it is on its way
	ClosedBy   string // who set it aside or answered elsewhere; "" when open
	ClosedNote string // why: the reason of a dismissal, the platform's refusal
	Reply      Receipt
	OpenedAt   time.Time
	FlaggedAt  time.Time
	AckedAt    time.Time // first decision or claim by a person
	AnsweredAt time.Time
	ClosedAt   time.Time
	ToldAt     time.Time // when the customer was told, outside hours, when somebody answers
	AskedAt    time.Time // when the customer was asked how satisfied they are; zero: not yet
	Rating     int       // what they answered, 1..5; 0 = nothing
	RatedAt    time.Time
	UpdatedAt  time.Time
}

// Draft returns the latest draft, or false when there is none.
func (c Case) Draft() (Draft, bool) {
	if len(c.Drafts) == 0 {
		return Draft{}, false
	}
	return c.Drafts[len(c.Drafts)-1], true
}

// Recovered reports whether the customer thinks better of us since we answered.
func (c Case) Recovered() bool {
	return slices.ContainsFunc(c.Mentions, Mention.Recovered)
}

// Last returns the customer's latest mention, the one a reply answers; where all
// were deleted, the latest of these.
func (c Case) Last() Mention {
	last, found := Mention{}, false
	for _, m := range slices.Backward(c.Mentions) {
		switch {
		case !m.Ours && !m.Gone:
			return m
		case !found, last.Ours && !m.Ours:
			last, found = m, true
		}
	}
	return last
}

// Scored is a recorded mention with what was made of it, as the digest counts
// it.
type Scored struct {
	Mention Mention
	Score   Score // zero until judged
	Case    int64 // 0 when it belongs to no case
	State   State // of the case now
	SeenAt  time.Time
}

package cases

import (
	"errors"
	"fmt"
)

// State is where a case stands. The column that holds it is the queue: duties
// find the rows in a state, do one step, and move them on.
type State string

// The states of a case, in the order of the story.
const (
	New       State = "new"       // something unread was said; waits for a score
	Noted     State = "noted"     // read, nothing to do
	Flagged   State = "flagged"   // unhappy; waits for a draft
	Waiting   State = "waiting"   // a draft waits for staff
	Approved  State = "approved"  // the reply is in the outbox
	Unsure    State = "unsure"    // sent, but the platform's answer was lost: is it there?
	Failed    State = "failed"    // the platform refused the reply for good
	Answered  State = "answered"  // the reply stands in public
	Handled   State = "handled"   // answered elsewhere, by a person
	Resolved  State = "resolved"  // the customer's problem is solved
	Dismissed State = "dismissed" // staff decided not to answer
	Expired   State = "expired"   // nobody acted in time and the moment has passed
	Gone      State = "gone"      // the customer deleted what was said
)

// States lists every state in the order of the story.
func States() []State {
	return []State{New, Noted, Flagged, Waiting, Approved, Unsure, Failed, Answered, Handled, Resolved, Dismissed, Expired, Gone}
}

// Open reports whether staff or the program still have something to do.
func (s State) Open() bool {
	switch s {
	case New, Flagged, Waiting, Approved, Unsure, Failed:
		return true
	case Noted, Answered, Handled, Resolved, Dismissed, Expired, Gone:
		return false
	}
	return false
}

// Event is what happened to a case.
type Event string

// The events of a case.
const (
	Calm     Event = "calm"      // scored, nothing to flag
	Flag     Event = "flag"      // scored and unhappy, or reported by staff
	Propose  Event = "propose"   // a draft was made
	Hold     Event = "hold"      // no draft could be made; staff must write
	Revise   Event = "revise"    // staff wrote their own words, or asked for another draft
	Approve  Event = "approve"   // a person approved the draft
	ByRule   Event = "by-rule"   // a written rule approved the draft
	Undo     Event = "undo"      // the approval was taken back before posting
	Sent     Event = "sent"      // the platform confirmed the reply
	Refuse   Event = "refuse"    // the platform refused the reply for good
	CutOff   Event = "cut-off"   // the outcome of the post is unknown
	Found    Event = "found"     // a look-up, or a person, found the reply in public
	NotThere Event = "not-there" // a person says the reply is not there: send again
	Escalate Event = "escalate"  // one level up
	Remind   Event = "remind"    // staff were reminded
	Claim    Event = "claim"     // a person takes the case
	Release  Event = "release"   // the claim ended
	Snooze   Event = "snooze"    // not now
	Kept     Event = "kept"      // what a reply promised was done
	Ack      Event = "ack"       // outside hours, the customer was told when somebody answers
	Ask      Event = "ask"       // the customer was asked how satisfied they are
	Rate     Event = "rate"      // the customer said how satisfied they are
	Note     Event = "note"      // something to remember that changes no state
	Dismiss  Event = "dismiss"   // no answer, with a reason
	Handle   Event = "handle"    // answered elsewhere by a person
	Expire   Event = "expire"    // too late to answer
	Resolve  Event = "resolve"   // the problem is solved
	Again    Event = "again"     // the customer said more
	Edit     Event = "edit"      // the customer changed what was said
	Delete   Event = "delete"    // the customer deleted what was said
	Reopen   Event = "reopen"    // staff, a missed promise, a low survey score, or words changed for the worse
)

// Events lists every event in the order of the story.
func Events() []Event {
	return []Event{Calm, Flag, Propose, Hold, Revise, Approve, ByRule, Undo, Sent, Refuse, CutOff, Found, NotThere,
		Escalate, Remind, Claim, Release, Snooze, Kept, Ack, Ask, Rate, Note, Dismiss, Handle, Expire, Resolve, Again, Edit, Delete, Reopen}
}

// Rule is one legal step.
type Rule struct {
	From State
	On   Event
	To   State
}

// Rules returns every legal step. Whatever is not here cannot happen.
// docs/states.md is generated from it.
func Rules() []Rule { return rules }

// rules is written out rather than computed: it is the one page to read to
// know what can happen to a case.
var rules = []Rule{
	// Reading.
	{New, Calm, Noted},
	{New, Flag, Flagged},
	{New, Note, New},
	{New, Dismiss, Dismissed}, // staff may act before the score is in
	{Noted, Flag, Flagged},    // staff: "this one does need an answer"

	// Drafting.
	{Flagged, Propose, Waiting},
	{Flagged, Hold, Waiting},
	{Flagged, Dismiss, Dismissed},
	{Flagged, Handle, Handled},
	{Flagged, Note, Flagged}, // opened again, and its old reply taken back before there is a draft

	// Deciding.
	{Waiting, Revise, Waiting},
	{Waiting, Approve, Approved},
	{Waiting, ByRule, Approved},
	{Waiting, Dismiss, Dismissed},
	{Waiting, Handle, Handled},
	{Waiting, Escalate, Waiting},
	{Waiting, Remind, Waiting},
	{Waiting, Claim, Waiting},
	{Waiting, Release, Waiting},
	{Waiting, Snooze, Waiting},
	{Waiting, Note, Waiting},
	{Waiting, Kept, Waiting},
	{Waiting, Expire, Expired},

	// Posting.
	{Approved, Undo, Waiting},
	{Approved, Sent, Answered},
	{Approved, Refuse, Failed},
	{Approved, CutOff, Unsure},
	{Approved, Note, Approved},
	{Approved, Handle, Handled}, // a colleague answered in public before the post left
	{Unsure, Found, Answered},
	{Unsure, NotThere, Approved},
	{Unsure, Dismiss, Dismissed},
	{Unsure, Handle, Handled},
	{Unsure, Escalate, Unsure},
	{Unsure, Remind, Unsure},
	{Unsure, Release, Unsure},
	{Unsure, Note, Unsure},
	{Failed, Revise, Waiting},
	{Failed, Dismiss, Dismissed},
	{Failed, Handle, Handled},
	{Failed, Escalate, Failed},
	{Failed, Remind, Failed},
	{Failed, Claim, Failed},
	{Failed, Release, Failed},
	{Failed, Snooze, Failed},
	{Failed, Note, Failed},
	{Failed, Kept, Failed},

	// A reply that was under way when the case moved on still counts: what
	// stands in public is never forgotten.
	{New, Sent, New},
	{Flagged, Sent, Flagged},
	{Waiting, Sent, Waiting},
	{Gone, Sent, Gone},
	{New, CutOff, Unsure},
	{Flagged, CutOff, Unsure},
	{Waiting, CutOff, Unsure},
	{Gone, CutOff, Gone},

	// An acknowledgement is not the answer: the case waits on, wherever it is
	// by the time it stands.
	{Waiting, Ack, Waiting},
	{New, Ack, New},
	{Flagged, Ack, Flagged},
	{Approved, Ack, Approved},

	// Afterwards.
	{Answered, Resolve, Resolved},
	{Answered, Remind, Answered},
	{Answered, Kept, Answered},
	{Answered, Note, Answered},
	{Answered, Refuse, Failed}, // the platform looked later, and shows the reply to nobody
	{Handled, Resolve, Resolved},
	{Handled, Note, Handled},
	{Handled, Kept, Handled},
	{Resolved, Note, Resolved},
	{Resolved, Ask, Resolved},
	{Resolved, Rate, Resolved}, // a low one opens it again, one level up
	{New, Ask, New},            // the customer wrote again while the question left
	{Flagged, Ask, Flagged},
	{Noted, Note, Noted}, // a promise runs on whatever becomes of its case
	{Dismissed, Note, Dismissed},
	{Expired, Note, Expired},
	{Gone, Note, Gone},

	// The customer goes on.
	{New, Again, New},
	{Noted, Again, New},
	{Flagged, Again, New},
	{Waiting, Again, New},
	{Approved, Again, New},
	{Failed, Again, New},
	{Unsure, Again, Unsure}, // first settle whether the reply is there
	{Answered, Again, New},
	{Handled, Again, New},
	{Resolved, Again, New},
	{Dismissed, Again, New},
	{Expired, Again, New},
	{Gone, Again, New},

	{New, Edit, New},
	{Noted, Edit, New},
	{Flagged, Edit, New},
	{Waiting, Edit, New},
	{Approved, Edit, New},
	{Failed, Edit, New},
	{Unsure, Edit, Unsure},
	{Answered, Edit, Answered}, // "changed since you answered"
	{Handled, Edit, Handled},
	{Resolved, Edit, Resolved},
	{Dismissed, Edit, Dismissed},
	{Expired, Edit, Expired},
	{Gone, Edit, New}, // put back: it stands in public again

	{New, Delete, Gone},
	{Noted, Delete, Gone},
	{Flagged, Delete, Gone},
	{Waiting, Delete, Gone},
	{Approved, Delete, Gone},
	{Failed, Delete, Gone},
	{Unsure, Delete, Unsure},
	{Answered, Delete, Answered},
	{Handled, Delete, Handled},
	{Resolved, Delete, Resolved},
	{Dismissed, Delete, Dismissed},
	{Expired, Delete, Expired},

	{Answered, Reopen, Flagged},
	{Handled, Reopen, Flagged},
	{Resolved, Reopen, Flagged},
	{Dismissed, Reopen, Flagged},
	{Expired, Reopen, Flagged},
	{Failed, Reopen, Flagged},
}

// ErrIllegal says that an event cannot happen in the state the case is in.
var ErrIllegal = errors.New("not possible in this state")

// Next returns the state after e, or an error that wraps ErrIllegal.
func Next(from State, e Event) (State, error) {
	for _, r := range rules {
		if r.From == from && r.On == e {
			return r.To, nil
		}
	}
	return from, fmt.Errorf("%s while %s: %w", e, from, ErrIllegal)
}

// Package responder decides: it scores what was said, drafts an answer, asks
// staff, posts what they approved, escalates what waits, and reports. One file
// per step of the story; one folder per platform that speaks.
package responder

import (
	"context"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// Drafter writes the public reply to a case.
type Drafter interface {
	Draft(ctx context.Context, c cases.Case) (cases.Draft, error)
}

// Replier posts replies in one public place. An error that wraps
// cases.ErrNotSent (or is a *cases.LaterError) proves that nothing left; one
// that wraps cases.ErrRefused is final; any other error means "unknown" and is
// never retried by the program.
type Replier interface {
	Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error)
	Fits(text string) error // nil, or an error that says by how much it is too long in the platform's own unit
}

// Finder is a Replier that can look whether a reply stands in public.
type Finder interface {
	Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error)
}

// Single is a Replier of a place where one answer stands below each mention, and
// another one of ours takes its place.
type Single interface{ Single() }

// Checker is a Replier that can look, just before posting, whether the mention
// still stands as it was.
type Checker interface {
	Check(ctx context.Context, m cases.Mention) (Standing, error)
}

// Standing is what a Checker saw.
type Standing struct {
	Gone      bool   // deleted
	Text      string // the text as it is now; "" when the platform does not tell
	Edited    bool   // its author changed it, and Text does not tell to what
	Colleague string // someone of ours already answered: their words
}

// StaffChat is one room's platform: it shows cards and hears decisions.
type StaffChat interface {
	// Show puts the card in the room, or changes the card that ref names. It
	// returns the reference to keep. cases.ErrRefused: the room cannot be
	// reached until a person mends something.
	Show(ctx context.Context, room string, c Card, ref string) (newRef string, err error)
	// Say puts a plain message in the room, with a picture where png is not nil.
	Say(ctx context.Context, room, text string, png []byte) error
	// Listen hears decisions until ctx ends. The platform is told "done" only
	// after take returned; what take answers is shown to the person who acted.
	Listen(ctx context.Context, take func(context.Context, Decision) (Answer, error)) error
}

// Action is what a person can do with a case or a room.
type Action string

// The actions. Those on a case come from buttons, forms, replies to a card and
// the console; the commands come as text.
const (
	ActApprove  Action = "approve"
	ActConfirm  Action = "confirm" // second confirmation of a draft with blocking findings
	ActEdit     Action = "edit"    // Text is the new wording
	ActRedraft  Action = "redraft" // another draft, please
	ActEscalate Action = "escalate"
	ActDismiss  Action = "dismiss" // Text is the reason
	ActClaim    Action = "claim"
	ActRelease  Action = "release"
	ActSnooze   Action = "snooze"  // Text is a duration like "2h"; empty = the policy's
	ActHandled  Action = "handled" // "I answered"
	ActUndo     Action = "undo"
	ActThere    Action = "there"     // unsure: yes, it is there
	ActNotThere Action = "not-there" // unsure: no, send again
	ActResolve  Action = "resolve"
	ActReopen   Action = "reopen"
	ActKept     Action = "kept" // what the reply promised was done
	ActFlag     Action = "flag" // what was noted does need an answer

	// ActRate is a customer's answer to the satisfaction question. It is the one
	// action that nobody of staff can take.
	ActRate Action = "rate"

	// ActStatement approves the holding statement of an incident; Case is the
	// incident's number.
	ActStatement Action = "statement"

	// ActSave keeps the reply that a person wrote as a wording for its topic.
	ActSave Action = "save"

	CmdInbox  Action = "/inbox"
	CmdCase   Action = "/case"   // Case is the number
	CmdDigest Action = "/digest" // Text is what ReadPeriod reads
	CmdReport Action = "/report" // Text is what was heard
	CmdStop   Action = "/stop"
	CmdResume Action = "/resume"
	CmdHelp   Action = "/help"

	CmdWordings Action = "/wordings" // the saved ones
	CmdForget   Action = "/forget"   // Text is the id of a wording
)

// Decision is what one person wants, as a room heard it.
type Decision struct {
	Action Action
	Case   int64
	Draft  int // the draft version the person saw; 0 where it does not matter
	Text   string
	By     Actor
	Room   string // room it came from; "" for the console
	Token  string // the signed one-time token of the button; "" for typed commands and the console
	At     time.Time

	// Language is what the person reads, where the platform knows it better
	// than the room; "" = the room's.
	Language string
}

// Actor is who acted, as the platform says. Only ID counts: names are never
// trusted.
type Actor struct {
	Platform string // telegram, discord, console
	ID       string // numeric user id on the platform; staff id on the console
	Name     string
}

// Answer is what the person who acted is told.
type Answer struct {
	Text  string // in the room's language
	Alert bool   // worth interrupting for: refused, stale, warning
	Edit  string // when not empty, the text to prefill a form with
	Ask   Action // when not empty, words are missing: ask for them and send them as this action
	PNG   []byte // a picture to go with Text (digest); may be nil
	Cards []Card // cards to show with it (/case)
}

// Card is what staff see of a case in a room, ready to show: plain text with
// isolates, in the room's language, and its buttons.
type Card struct {
	Case     int64
	Version  int
	Draft    int
	Language string // of the room: ar or en
	Text     string
	URL      string     // link to the mention; may be empty
	Buttons  [][]Button // rows
	Urgent   bool
}

// Superseded is the card as it stays behind when it is shown anew further down:
// its words, where to look, and nothing to press.
func (c Card) Superseded(say *phrases.Catalogue) Card {
	c.Text, c.Buttons = say.Say("card.below")+"\n"+c.Text, nil
	return c
}

// Button is one thing to press.
type Button struct {
	Action Action
	Label  string
	Data   string // signed token, at most 64 bytes
	URL    string // a link button; then Data is empty
}

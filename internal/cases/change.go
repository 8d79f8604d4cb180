package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Change is one step of one case and everything that must happen with it. The
// store writes all of it or none of it.
type Change struct {
	Case    int64
	Version int // the version the decision was based on; ErrStale when the case moved on
	Event   Event
	By      string // staff id, Rasid, or "rule:NAME"
	At      time.Time
	Note    string
	DraftNo int // the draft version a decision speaks of; goes into the history

	Score    *Score          // the case's score
	Scores   map[int64]Score // per mention number
	Reworded *Reworded       // with Edit: what a mention says by now, where who found it changed could read it
	Draft    *Draft          // appended; the store sets its Version
	Level    *int            // new escalation level
	WakeAt   *time.Time      // new alarm; the zero time clears it
	WakeFor  string          // with WakeAt
	Claim    *Claimed        // new claim; zero value releases
	Reminds  *int
	Promises []Promise // opened, moved on or settled with the step
	Receipt  *Receipt  // where the reply stands in public
	Rating   int       // with Rate: what the customer answered, 1..5
	Rooms    []string  // rooms that show this case's card from now on
	Send     []Send    // outbox rows written with the step
	Withdraw []string  // outbox keys taken back; ErrStale when one already started
	Urgent   bool      // cards are shown again as new messages, not edited in place
}

// Reworded is what a mention says since its author changed it.
type Reworded struct {
	Num  int64 // of the mention
	Text string
}

// Claimed says who works on a case and until when.
type Claimed struct {
	By    string
	Until time.Time
}

// SendKind says what an outbox row carries, which decides how a cut-off is
// treated: a reply becomes unsure, a notice is sent again, a digest waits for
// a person. What is said beside the answer (ack, ask) is as public as a reply
// and leaves as strictly, but moves no case and is never sent again.
type SendKind string

// The kinds of outbox rows.
const (
	SendReply  SendKind = "reply"
	SendAck    SendKind = "ack" // outside hours: when somebody will answer
	SendAsk    SendKind = "ask" // after it was solved: how satisfied the customer is
	SendNotice SendKind = "notice"
	SendDigest SendKind = "digest"
)

// Public reports whether a row of the kind appears where customers read.
func (k SendKind) Public() bool { return k == SendReply || k.Aside() }

// Aside reports whether a row of the kind is said beside the answer.
func (k SendKind) Aside() bool { return k == SendAck || k == SendAsk }

// SendState is where an outbox row stands:
// ready → started → delivered | ready | gave-up | in-doubt; ready → withdrawn;
// in-doubt → delivered | ready.
type SendState string

// The states of an outbox row.
const (
	Ready     SendState = "ready"
	Started   SendState = "started"
	Delivered SendState = "delivered"
	GaveUp    SendState = "gave-up"
	InDoubt   SendState = "in-doubt"
	Withdrawn SendState = "withdrawn"
	Held      SendState = "held" // after a restore: waits until a person releases it
)

// Send is one row of the outbox: something that leaves. Its Key is unique for
// ever, so approving twice cannot make two rows.
type Send struct {
	Key    string // "reply/41/2" (case/draft), "notice/41/…", "digest/2026-11-22/managers"
	Kind   SendKind
	Case   int64  // 0 when it belongs to no case
	Target string // source name for a reply, room name for the rest
	Reply  Reply  // for what is public
	Text   string // for SendNotice and SendDigest
	Body   []byte // more to send with it (a picture); may be nil
	Hash   string // hex SHA-256 of target, mention and text, fixed at approval
	By     string // person or "rule:NAME" that let it leave
	DueAt  time.Time

	State     SendState
	Attempts  int
	StartedAt time.Time
	Owner     string // instance that started it
	LastError string
	Receipt   Receipt
}

// Reply is what goes out in public: exactly the approved bytes, under exactly
// that mention.
type Reply struct {
	Key     string    // the outbox key; platforms with idempotency derive theirs from it
	Attempt int       // 1 for the first
	First   time.Time // when the first attempt started; idempotency windows count from here
	Case    int64
	Draft   int
	Mention Mention // what it answers
	Text    string

	// Earlier is what was posted to the same mention before, the newest first.
	// Where one answer stands below it, the new one may take the place of these
	// words, and of no others.
	Earlier []string
}

// Identity names a reply by its outbox key and its words, in 32 hexadecimal
// digits: the same at each attempt, and another for other words. Platforms that
// know a post by a key of ours are given it.
func (r Reply) Identity() string {
	h := sha256.Sum256([]byte(r.Key + "\n" + HashReply(r.Mention.Source, r.Mention.ID, r.Text)))
	return hex.EncodeToString(h[:16])
}

// Aside reports whether these are words beside the answer: no draft stands
// behind them, and no person approved them.
func (r Reply) Aside() bool { return r.Draft == 0 }

// Receipt says where a reply stands.
type Receipt struct {
	ID  string // the platform's id of our post
	URL string // link to it; may be empty
	At  time.Time
}

// Outcome is what is known after trying to send. Unknown is not a retry.
type Outcome string

// The outcomes of an attempt.
const (
	WasDelivered Outcome = "delivered" // the platform confirmed it
	WasNotSent   Outcome = "not-sent"  // proven that nothing reached the platform: retry is safe
	WasRefused   Outcome = "refused"   // the platform said no for good
	WasUnknown   Outcome = "unknown"   // the answer was lost, or anything we cannot prove
)

// Errors that adapters wrap. Any other error of a Replier means: unknown.
var (
	// ErrNotSent says that nothing reached the platform; a retry is safe.
	ErrNotSent = errors.New("not sent")
	// ErrRefused says that the platform refused for good; a retry cannot help.
	ErrRefused = errors.New("refused")
	// ErrStale says that the case changed since the caller looked.
	ErrStale = errors.New("the case changed meanwhile")
	// ErrNotFound says that there is no such case, draft or row.
	ErrNotFound = errors.New("not found")
)

// LaterError says that nothing was sent and when to try again, as a platform's
// 429 asks. It counts as ErrNotSent.
type LaterError struct {
	After time.Duration
	Err   error // what the platform said; may be nil
}

// Error says what the platform asked for.
func (e *LaterError) Error() string {
	s := "asked to wait " + e.After.String()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap makes a LaterError an ErrNotSent as well as its cause.
func (e *LaterError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrNotSent}
	}
	return []error{ErrNotSent, e.Err}
}

// OutcomeOf classifies the error of an attempt to send. The default is
// WasUnknown: an error nobody understood must never cause a second post.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return WasDelivered
	case errors.Is(err, ErrNotSent):
		return WasNotSent
	case errors.Is(err, ErrRefused):
		return WasRefused
	}
	return WasUnknown
}

// Settlement closes one attempt of an outbox row.
type Settlement struct {
	Key     string
	Owner   string
	Outcome Outcome
	Receipt Receipt   // with WasDelivered
	RetryAt time.Time // with WasNotSent; zero: give up
	Paused  time.Time // until when the platform asked that nothing goes to the whole place; zero: it did not
	Why     string    // what the platform said; shown to staff
	At      time.Time
}

// CardDue is a card that some room must show again.
type CardDue struct {
	Case   int64
	Room   string
	Ref    string // the room's own reference of the shown card; "" when never shown
	Want   int    // case version to show
	Urgent bool   // show as a new message
}

// HashReply fixes what was approved: the place, the mention and the exact
// bytes of the text. What leaves must hash to the same value (hex SHA-256).
func HashReply(source, mentionID, text string) string {
	h := sha256.New()
	for _, s := range []string{source, mentionID, text} {
		_, _ = fmt.Fprintf(h, "%d:%s;", len(s), s) // lengths keep "ab","c" apart from "a","bc"
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReplyKey is the outbox key of a draft: one draft version can leave once.
func ReplyKey(caseID int64, draft int) string {
	return fmt.Sprintf("reply/%d/%d", caseID, draft)
}

// Advice is one line of `rasid doctor`: what a source, a replier or a chat saw
// when it looked at its own set-up.
type Advice struct {
	OK   bool
	What string // what was checked: "token", "group -100123", "message content intent"
	Fix  string // what to do when not OK: which switch, where
}

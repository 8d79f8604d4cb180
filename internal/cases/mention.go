// Package cases holds the words of rasid: what people said (Mention), the
// problem of one customer (Case), the answers proposed (Draft) and sent
// (Reply), the legal steps of a case (Rules) and what must happen with each
// step (Change). It imports only the standard library; every other package
// imports it.
package cases

import (
	"strings"
	"time"
)

// Mention is one thing somebody said in public, as a source read it. Every
// text in it is untrusted.
type Mention struct {
	Num    int64  // number the store gave it; 0 before it is recorded
	Source string // name of the source in config.yaml
	ID     string // the platform's own id, unique within Source

	// Aliases are other identities under which the same item may come back,
	// strongest first (canonical link, hash of author, text and day). A feed
	// that changes its GUIDs is recognised by them. Usually empty.
	Aliases []string

	Thread   string // conversation it belongs to; "" where the platform has none
	ReplyTo  string // where a public reply belongs; only the platform's own code reads it
	AnswerTo string // ID of the mention it answers within Source, where known
	URL      string // link a person can open; may be empty

	AuthorID string // stable id of the author on the platform
	Author   string // name to show; never a reason to trust

	Title, Text string // plain text, markup removed
	Stars       int    // 1..5; 0 where the platform has none
	Lang        string // language the platform claims ("ar", "en"), a hint; may be empty

	PostedAt, EditedAt time.Time // EditedAt is zero when never edited

	// Before is what it said when its case was answered, where its author
	// changed it since; the store fills it in a whole case.
	Before *Said

	// Unread says that its author changed it, and that nobody judged what it
	// says by now; the store fills it in a whole case.
	Unread bool

	Direct bool // said to us: a dedicated source, our review page, or a reply to us
	Ours   bool // written by the business itself; never a complaint, may be an answer
	Bot    bool // written by a program; recorded, never answered
	Old    bool // recorded for history at the first run; never alerts
	Gone   bool // the platform says it was deleted
}

// QuoteMark is the line in a Text after which nothing new is said: the history
// and the signature of an e-mail. What follows is kept for whoever reads the
// mention, and not judged.
const QuoteMark = "\n\n⸻\n"

// Words is the Text without what it only quotes.
func (m Mention) Words() string {
	words, _, _ := strings.Cut(m.Text, QuoteMark)
	return words
}

// Said is what a mention said at some time.
type Said struct {
	Title, Text string
	Stars       int
}

// Revision is what a mention said until its author changed it.
type Revision struct {
	Said
	EditedAt time.Time // since when it said so; zero for the words as first written
	SeenAt   time.Time // when the mention was first recorded
}

// Recovered reports whether the author thinks better of us since we answered:
// at most three stars before, four or five now.
func (m Mention) Recovered() bool {
	return m.Before != nil && m.Before.Stars > 0 && m.Before.Stars <= 3 && m.Stars >= 4
}

// Cursor is where a source stopped reading. Only the source that wrote it
// understands it; "" means it never read.
type Cursor string

// Page is what one poll of a source brought. The store saves its mentions and
// Next in one transaction, which alone makes intake lossless.
type Page struct {
	Mentions []Mention     // oldest first
	Next     Cursor        // saved with the mentions
	More     bool          // more is waiting: poll again without a pause
	Wait     time.Duration // the platform asked for this pause; 0 = the source's own interval
	Gap      string        // why mentions may have been missed; "" when none can have been
	Rejected []Rejected    // replies that were seen on the way; told again by every look that sees them
	Answers  []Answer      // answers of the business that stand where one is below each mention; as Rejected
}

// Rejected is a reply of the business that the platform took and, when it looked
// at it later, shows to nobody.
type Rejected struct {
	Mention string // ID of the mention it answers
	Text    string // the reply as the platform has it
	Why     string // what the platform says
}

// Answer is what the business has below a mention, by the program or by hand.
type Answer struct {
	Mention string // ID of the mention it answers
	Text    string
	At      time.Time // when it was written or changed last; zero where the platform does not tell
}

// InboxItem is one raw message that a shared connection (Telegram, Discord, a
// webhook) wrote down before it told the platform "received".
type InboxItem struct {
	Seq     int64     // position in the inbox, rising; given by the store
	Account string    // name of the connection that received it
	Key     string    // identity on the platform; a repeated key is stored once
	Body    []byte    // the platform's own JSON
	At      time.Time // when it was received
}

// SourceStatus is the honest state of one source, as the console, doctor and
// digest show it.
type SourceStatus struct {
	Source      string
	Kind        string
	LastTry     time.Time
	LastOK      time.Time // last poll that was answered
	LastNew     time.Time // last poll that brought something new
	LastError   string    // "" after a good poll
	ErrorsInRow int
	Stalled     bool // too many errors in a row, or silent for too long
	NextTry     time.Time
	Seen        int64  // mentions recorded since the first start
	Limits      string // what the platform does not allow, in plain words
	Allowance   Allowance
}

package responder

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder/hours"
	"rasid/responder/promise"
)

// Policy is what the business decided about answering. Nothing leaves outside
// it.
type Policy struct {
	FlagAt        float64       // probability of "negative" from which a mention is flagged
	Undo          time.Duration // pause between approval and posting
	MaxAge        time.Duration // a draft older than this must be read again
	Targets       Targets       // by severity, in business time
	RemindAfter   time.Duration // first reminder to the room, in business time; each further one waits twice as long
	RemindTimes   int           // reminders at one level
	EscalateAfter time.Duration // at each level, in business time; 0 = deadlines alone
	ExpireAfter   time.Duration // nobody acted and the moment has passed; 0 = never
	ClaimFor      time.Duration // a claim ends by itself
	SnoozeFor     time.Duration // "later" without a time
	ResendLock    time.Duration // no "send again" earlier: a slow answer could still arrive
	FourEyesFrom  cases.Severity
	FourEyes      bool  // severe cases: who wrote the words may not approve them
	ApprovalsHour int   // approvals a person may give in an hour; 0 = no limit
	Acknowledge   Aside // outside hours: when somebody will answer
	Satisfaction  Aside // after it was solved: how satisfied the customer is
	SameText      int   // customers the very same words may reach in an hour before a further one needs a second press; 0 = no limit
	HoldAbuse     bool  // insults get no draft: a person decides whether to answer at all

	Hold     bool           // new cases rest until opening …
	HoldUpTo cases.Severity // … up to this severity
}

// DefaultPolicy is careful and works for a shop.
func DefaultPolicy() Policy {
	return Policy{
		FlagAt: 0.5, Undo: 10 * time.Second, MaxAge: 24 * time.Hour,
		Targets: DefaultTargets(), RemindAfter: 30 * time.Minute, RemindTimes: 3, EscalateAfter: 2 * time.Hour, ExpireAfter: 7 * 24 * time.Hour,
		ClaimFor: time.Hour, SnoozeFor: 2 * time.Hour, ResendLock: 10 * time.Minute,
		FourEyesFrom: cases.Critical, ApprovalsHour: 60, SameText: 5,
	}
}

// Role is what a member of staff may do. Each role may do all that the roles
// before it may.
type Role int

// The roles.
const (
	Agent      Role = iota + 1 // edit, ask for another draft, claim, snooze, hand on, report
	Approver                   // approve, set aside, settle unsure posts
	Supervisor                 // let posting go on after a stop
	Manager                    // everything
)

// Roles maps the words of config.yaml.
func Roles() map[string]Role {
	return map[string]Role{"agent": Agent, "approver": Approver, "supervisor": Supervisor, "manager": Manager}
}

// Person is one member of staff. Accounts hold numeric ids: names can be
// copied by anybody.
type Person struct {
	ID        string
	Name      string
	Role      Role
	Accounts  map[string]string // platform → numeric user id; console → ID
	Languages []string          // in which the person answers; none: any
	Skills    []string          // topics the person knows
	Shift     *hours.Calendar   // when the person works; nil: always
}

// Room is one place where staff work.
type Room struct {
	Name     string
	Platform string // telegram, discord, console: which account ids count here
	Language string // ar or en
	Level    int
	Wants    Wants // the cases it asks for
	Chat     StaffChat
}

// Place is one source as staff and the outbox know it.
type Place struct {
	Name    string  // of the source in config.yaml
	Title   string  // to show; the name when empty
	Replier Replier // nil: this place takes no replies from programs
	Rooms   []string
	Blind   bool // deletions cannot be seen here: the card says so
	Private bool // answers go to the writer alone, as those to an e-mail
	Single  bool // one answer of ours stands there, and another one replaces it

	Hours   *hours.Calendar // of the branch; nil: every hour counts
	Targets Targets         // nil: the policy's
}

// Office is what every step of the responder knows: the policy, the people,
// the rooms and the places. It does not change while the program runs.
type Office struct {
	Business map[string]string // name to show, by language
	Zone     *time.Location
	Hours    *hours.Calendar // of the business; nil: every hour counts
	Policy   Policy
	Rules    []Rule // the first that matches decides
	People   []Person
	Rooms    []Room
	Places   map[string]Place
	Words    map[string]*phrases.Catalogue // by language
	Private  map[string]string             // by language: where customers write in private
	Signer   Signer
	Promises *promise.Finder // nil: promises are not looked for
	Notes    []Note          // what one should know to answer
	Keeps    bool            // replies of staff may be saved as wordings
}

// Person finds who an actor is, by platform and numeric id only.
func (o *Office) Person(a Actor) (Person, bool) {
	for _, p := range o.People {
		if id, ok := p.Accounts[a.Platform]; ok && id != "" && id == a.ID {
			return p, true
		}
	}
	return Person{}, false
}

// NameOf is the name to show for a By of the history.
func (o *Office) NameOf(by string) string {
	id, there := strings.CutPrefix(by, cases.Colleague)
	for _, p := range o.People {
		if p.Name == "" {
			continue
		}
		if p.ID == by || there && id != "" && slices.Contains(slices.Collect(maps.Values(p.Accounts)), id) {
			return p.Name
		}
	}
	return by
}

// Room finds a room by name.
func (o *Office) Room(name string) (Room, bool) {
	for _, r := range o.Rooms {
		if r.Name == name {
			return r, true
		}
	}
	return Room{}, false
}

// Place finds a source by name; a source that is gone from config.yaml is
// still shown, but takes no replies.
func (o *Office) Place(source string) Place {
	p, ok := o.Places[source]
	if !ok {
		p = Place{Name: source}
	}
	if p.Title == "" {
		p.Title = source
	}
	return p
}

// PlaceOf is the place of a case for what it would answer now: a letter that
// names nobody who would read an answer, as the alert of a review platform,
// takes none from programs.
func (o *Office) PlaceOf(c cases.Case) Place {
	p := o.Place(c.Source)
	if p.Private && c.Last().ReplyTo == "" {
		p.Replier = nil
	}
	return p
}

// Calendar is the hours in which answers to a source count; a source that is
// gone from config.yaml has those of the business.
func (o *Office) Calendar(source string) *hours.Calendar {
	if p, ok := o.Places[source]; ok {
		return p.Hours
	}
	return o.Hours
}

// RoomsAt lists the rooms that show a case of a source at a level.
func (o *Office) RoomsAt(source string, level int) []string {
	only := o.Place(source).Rooms
	var names []string
	for _, r := range o.Rooms {
		if r.Level == level && (level > 0 || len(only) == 0 || slices.Contains(only, r.Name)) {
			names = append(names, r.Name)
		}
	}
	return names
}

// TopLevel is the highest escalation level that has a room.
func (o *Office) TopLevel() int {
	top := 0
	for _, r := range o.Rooms {
		top = max(top, r.Level)
	}
	return top
}

// words returns the catalogue of a language, or the English one.
func (o *Office) words(language string) *phrases.Catalogue { return o.Words[o.Language(language)] }

// clock writes a time of day in the business's zone, with the date when it is
// not today's.
func (o *Office) clock(say *phrases.Catalogue, t, now time.Time) string {
	t, now = t.In(o.Zone), now.In(o.Zone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return say.Digits(t.Format("15:04"))
	}
	return say.Moment(t, now)
}

// Desk is where cases lie. *store.Store is one.
type Desk interface {
	Case(ctx context.Context, id int64) (cases.Case, error)
	InState(ctx context.Context, s cases.State, limit int) ([]cases.Case, error)
	Apply(ctx context.Context, ch cases.Change) (cases.Case, error)
}

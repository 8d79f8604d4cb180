package responder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// Clerk carries out what staff decide, the same in every room: who may, what
// they saw, what is possible now, and one compare-and-swap.
type Clerk struct {
	Desk   Desk
	Office *Office
	Writer *Writer
	Switch Switch
	Sends  interface {
		Outbox(ctx context.Context, caseID int64) ([]cases.Send, error)
	}
	Count func(ctx context.Context, by string, since time.Time) (int, error) // approvals given
	// Report opens a case from what a member of staff heard.
	Report func(ctx context.Context, by Person, text string, now time.Time) (int64, error)
	// Digest writes the report of a day, or of the period it belongs to, in a
	// language.
	Digest func(ctx context.Context, day time.Time, period Period, language string) (text string, png []byte, err error)
	// Incidents are shown before all cases; nil: there are none.
	Incidents IncidentDesk
	// Templates keep replies of staff as wordings; nil: none are kept.
	Templates *Templates
	Log       *slog.Logger

	mu    sync.Mutex
	asked map[string]bool // second confirmations asked for: case/draft/person
}

// Switch is the kill switch: it halts all public posting.
type Switch interface {
	Stop(ctx context.Context, by, why string, now time.Time) error
	Resume(ctx context.Context, by string, now time.Time) error
	Stopped(ctx context.Context) (by, why string, at time.Time, on bool, err error)
}

// request is one decision on its way through the checks.
type request struct {
	d    Decision
	who  Person
	room Room
	say  *phrases.Catalogue
	c    cases.Case
}

// Decide carries out one decision and says what to tell the person who acted.
// An error means that nothing could be recorded and the platform should ask
// again; a refusal is an Answer, not an error.
func (k *Clerk) Decide(ctx context.Context, d Decision) (Answer, error) {
	if d.Action == ActRate {
		return k.rate(ctx, d)
	}
	room, ok := k.Office.Room(d.Room)
	if !ok {
		room = Room{Name: d.Room, Platform: d.By.Platform, Language: "en"}
	}
	room.Language = cmp.Or(d.Language, room.Language)
	r := &request{d: d, room: room, say: k.Office.words(room.Language)}
	r.who, ok = k.Office.Person(d.By)
	if !ok {
		k.Log.Warn("stranger refused", "platform", d.By.Platform, "id", d.By.ID, "action", d.Action)
		return r.refuse("answer.stranger", "id", d.By.ID), nil
	}
	if d.Token != "" {
		a, id, draft, err := k.Office.Signer.Open(room.Name, d.Token, d.At)
		if err != nil {
			k.Log.Warn("button refused", "platform", d.By.Platform, "id", d.By.ID, "err", err)
			return r.refuse("answer.token"), nil
		}
		// A form opened from a button carries words; its action is the button's.
		r.d.Action, r.d.Case, r.d.Draft = a, id, draft
	}
	if r.who.Role < needs(r.d.Action) {
		return r.refuse("answer.role"), nil
	}
	if strings.HasPrefix(string(r.d.Action), "/") {
		return k.command(ctx, r)
	}
	if r.d.Action == ActStatement {
		return k.statement(ctx, r)
	}
	return k.carryOut(ctx, r)
}

// tries bounds how often a decision is taken anew because the case moved at the
// same moment, by a reminder for instance: every check is made again, so only
// what still stands goes through.
const tries = 3

func (k *Clerk) carryOut(ctx context.Context, r *request) (ans Answer, err error) {
	for range tries {
		r.c, err = k.Desk.Case(ctx, r.d.Case)
		if errors.Is(err, cases.ErrNotFound) {
			return r.refuse("answer.nocase", "case", r.d.Case), nil
		}
		if err != nil {
			return Answer{}, fmt.Errorf("reading case %d: %w", r.d.Case, err)
		}
		if ans, err = k.act(ctx, r); !errors.Is(err, cases.ErrStale) {
			break
		}
	}
	if errors.Is(err, cases.ErrStale) || errors.Is(err, cases.ErrIllegal) {
		// Somebody was faster. Say who, from the case as it is now.
		if c, e := k.Desk.Case(ctx, r.d.Case); e == nil {
			r.c = c
		}
		return k.moved(r), nil
	}
	return ans, err
}

// needs is the role an action asks for.
func needs(a Action) Role {
	switch a {
	case ActApprove, ActConfirm, ActDismiss, ActUndo, ActThere, ActNotThere, ActHandled, ActResolve, ActReopen, ActSave, CmdForget:
		return Approver
	case CmdResume, ActStatement:
		return Supervisor
	case ActKept, ActFlag, ActEdit, ActRedraft, ActEscalate, ActClaim, ActRelease, ActSnooze,
		CmdInbox, CmdCase, CmdDigest, CmdReport, CmdStop, CmdHelp, CmdWordings:
		return Agent
	}
	return Agent
}

func (r *request) answer(key string, pairs ...any) Answer {
	return Answer{Text: r.say.Say(key, pairs...)}
}

func (r *request) refuse(key string, pairs ...any) Answer {
	return Answer{Text: r.say.Say(key, pairs...), Alert: true}
}

// ask answers that words are missing, and which form to open for them.
func (r *request) ask(key string, a Action, prefill string) Answer {
	return Answer{Text: r.say.Say(key), Ask: a, Edit: prefill}
}

// change starts the Change that every action fills in.
func (r *request) change(e cases.Event) cases.Change {
	return cases.Change{Case: r.c.ID, Version: r.c.Version, Event: e, By: r.who.ID, At: r.d.At, DraftNo: r.d.Draft}
}

func (k *Clerk) act(ctx context.Context, r *request) (Answer, error) {
	switch r.d.Action {
	case ActApprove, ActConfirm:
		return k.approve(ctx, r)
	case ActEdit:
		return k.edit(ctx, r)
	case ActRedraft:
		return k.redraft(ctx, r)
	case ActUndo:
		return k.undo(ctx, r)
	case ActThere, ActNotThere:
		return k.settle(ctx, r)
	case ActEscalate:
		return k.escalate(ctx, r)
	case ActSnooze:
		return k.snooze(ctx, r)
	case ActClaim, ActRelease:
		return k.claim(ctx, r)
	case ActDismiss:
		if strings.TrimSpace(r.d.Text) == "" {
			ans := r.refuse("answer.reason")
			ans.Ask = ActDismiss
			return ans, nil
		}
		ch := r.change(cases.Dismiss)
		ch.Note, ch.WakeAt = Clean(r.d.Text), &time.Time{}
		for _, p := range r.c.Owed() {
			ch.Promises = append(ch.Promises, p.Ended(cases.PromiseBroken, r.who.ID, r.d.At))
		}
		return k.apply(ctx, r, ch, r.answer("answer.dismissed"))
	case ActHandled:
		ch := r.change(cases.Handle)
		ch.WakeAt, ch.Promises = &time.Time{}, settled(r.c, r.who.ID, r.d.At)
		if r.c.State == cases.Approved {
			ch.Withdraw = k.ready(r.c)
		}
		return k.apply(ctx, r, ch, r.answer("answer.handled"))
	case ActResolve:
		return k.resolve(ctx, r)
	case ActKept:
		return k.kept(ctx, r)
	case ActFlag:
		return k.apply(ctx, r, r.change(cases.Flag), r.answer("answer.flagged"))
	case ActSave:
		return k.save(ctx, r)
	case ActReopen:
		return k.apply(ctx, r, r.change(cases.Reopen), r.answer("answer.reopened"))
	case ActStatement, CmdInbox, CmdCase, CmdDigest, CmdReport, CmdStop, CmdResume, CmdHelp, CmdWordings, CmdForget:
	}
	return r.refuse("answer.unknown"), nil
}

func (k *Clerk) apply(ctx context.Context, r *request, ch cases.Change, then Answer) (Answer, error) {
	c, err := k.Desk.Apply(ctx, ch)
	if err != nil {
		return Answer{}, err
	}
	k.Log.Info("staff decided", "case", c.ID, "event", ch.Event, "by", r.who.ID, "state", c.State)
	r.c = c
	return then, nil
}

func (k *Clerk) approve(ctx context.Context, r *request) (Answer, error) {
	draft, ok := r.c.Draft()
	switch {
	case r.c.State != cases.Waiting:
		return k.moved(r), nil
	case !ok:
		return r.refuse("card.nodraft"), nil
	case r.d.Draft != draft.Version:
		return k.stale(r), nil
	case k.Office.PlaceOf(r.c).Replier == nil:
		return r.refuse("answer.noreply"), nil
	case r.d.At.Sub(draft.At) > k.Office.Policy.MaxAge:
		return k.reread(ctx, r, draft)
	case draft.Blocked() && !k.confirmed(r):
		return r.refuse("answer.confirm", "what", k.findings(r, draft)), nil
	case k.Office.Policy.FourEyes && r.c.Score.Severity >= k.Office.Policy.FourEyesFrom && draft.By == r.who.ID:
		return r.refuse("answer.foureyes"), nil
	}
	if n, err := k.Writer.repeated(ctx, draft.Text, r.d.At); err != nil {
		return Answer{}, err
	} else if n > 0 && !k.twice(r, "same") {
		return r.refuse("answer.same", "n", n), nil
	}
	if limit := k.Office.Policy.ApprovalsHour; limit > 0 && k.Count != nil {
		n, err := k.Count(ctx, r.who.ID, r.d.At.Add(-time.Hour))
		if err != nil {
			return Answer{}, fmt.Errorf("counting approvals of %s: %w", r.who.ID, err)
		}
		if n >= limit {
			return r.refuse("answer.budget"), nil
		}
		if n, err = k.Count(ctx, r.who.ID, r.d.At.Add(-time.Minute)); err != nil {
			return Answer{}, fmt.Errorf("counting approvals of %s: %w", r.who.ID, err)
		}
		if n >= fastApprovals && !k.twice(r, "fast") {
			return r.refuse("answer.fast", "n", n), nil
		}
	}
	ch := r.change(cases.Approve)
	ch.WakeAt = &time.Time{}
	ch.Send = []cases.Send{ReplyRow(r.c, draft, r.who.ID, r.d.At.Add(k.Office.Policy.Undo))}
	return k.apply(ctx, r, ch, r.answer("answer.approved", "span", k.Office.Policy.Undo))
}

// ReplyRow is the outbox row of an approved draft: exactly these bytes, under
// exactly this mention.
func ReplyRow(c cases.Case, d cases.Draft, by string, due time.Time) cases.Send {
	m := c.Last()
	key := cases.ReplyKey(c.ID, d.Version)
	return cases.Send{
		Key: key, Kind: cases.SendReply, Case: c.ID, Target: c.Source, By: by, DueAt: due,
		Hash:  cases.HashReply(c.Source, m.ID, d.Text),
		Reply: cases.Reply{Key: key, Case: c.ID, Draft: d.Version, Mention: m, Text: d.Text},
	}
}

// reread puts an old draft before staff again as a new version, so that the
// approval is of something read today.
func (k *Clerk) reread(ctx context.Context, r *request, old cases.Draft) (Answer, error) {
	fresh := old
	fresh.At, fresh.Findings = r.d.At, k.Writer.Look(old.Text, r.c)
	ch := r.change(cases.Revise)
	ch.Draft, ch.Note = &fresh, "too old to approve unread"
	ans := r.refuse("answer.old", "span", k.Office.Policy.MaxAge)
	return k.apply(ctx, r, ch, ans)
}

// confirmed reports whether this person was already told what is wrong with
// this draft and now confirms; the first press only asks.
func (k *Clerk) confirmed(r *request) bool {
	key := fmt.Sprintf("%d/%d/%s", r.c.ID, r.d.Draft, r.who.ID)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked[key] && r.d.Action == ActConfirm {
		return true
	}
	if k.asked == nil || len(k.asked) > 10_000 { // bounded; forgetting only asks again
		k.asked = map[string]bool{}
	}
	k.asked[key] = true
	return false
}

// fastApprovals is how many approvals in a minute look like somebody reading
// what they approve; above it each needs a second press.
const fastApprovals = 5

// twice reports whether this person already pressed once for this draft and
// was asked to look again because of something. Any of the two buttons counts
// as the second press.
func (k *Clerk) twice(r *request, because string) bool {
	key := fmt.Sprintf("%s/%d/%d/%s", because, r.c.ID, r.d.Draft, r.who.ID)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked[key] {
		return true
	}
	if k.asked == nil || len(k.asked) > 10_000 { // bounded; forgetting only asks again
		k.asked = map[string]bool{}
	}
	k.asked[key] = true
	return false
}

func (k *Clerk) findings(r *request, d cases.Draft) phrases.Plain {
	var parts []string
	for _, f := range d.Findings {
		if f.Block {
			parts = append(parts, r.say.Say("finding."+f.Kind)+" ("+Isolate(Visible(f.Words))+")")
		}
	}
	return phrases.Plain(strings.Join(parts, " · "))
}

func (k *Clerk) edit(ctx context.Context, r *request) (Answer, error) {
	text := Clean(r.d.Text)
	if text == "" {
		draft, _ := r.c.Draft()
		return Answer{Text: r.say.Say("answer.empty"), Alert: true, Edit: draft.Text, Ask: ActEdit}, nil
	}
	d := cases.Draft{
		Text: text, By: r.who.ID, Origin: "staff", At: r.d.At,
		Language: r.c.Score.Language, Findings: k.Writer.Look(text, r.c),
	}
	if len(r.c.Score.Topics) > 0 {
		d.Topic = r.c.Score.Topics[0]
	}
	ch := r.change(cases.Revise)
	ch.Draft = &d
	k.wakeAfter(r, &ch)
	ans, err := k.apply(ctx, r, ch, Answer{})
	if err != nil {
		return ans, err
	}
	if d.Blocked() {
		return r.refuse("answer.confirm", "what", k.findings(r, d)), nil
	}
	latest, _ := r.c.Draft()
	return r.answer("answer.edited", "n", latest.Version), nil
}

func (k *Clerk) redraft(ctx context.Context, r *request) (Answer, error) {
	d, err := k.Writer.Draft(ctx, r.c, r.d.At)
	if err != nil {
		k.Log.Warn("no other draft", "case", r.c.ID, "err", err)
		return r.refuse("answer.noredraft"), nil
	}
	for _, old := range r.c.Drafts {
		if old.Text == d.Text {
			return r.refuse("answer.noredraft"), nil
		}
	}
	ch := r.change(cases.Revise)
	ch.Draft = &d
	k.wakeAfter(r, &ch)
	return k.apply(ctx, r, ch, r.answer("answer.redrafted"))
}

func (k *Clerk) undo(ctx context.Context, r *request) (Answer, error) {
	ch := r.change(cases.Undo)
	ch.Withdraw = k.ready(r.c)
	k.wakeAfter(r, &ch)
	ans, err := k.apply(ctx, r, ch, r.answer("answer.undone"))
	if errors.Is(err, cases.ErrStale) && r.c.State == cases.Approved {
		return r.refuse("answer.toolate"), nil
	}
	return ans, err
}

// wakeAfter plans the next step of the chain after a person acted.
func (k *Clerk) wakeAfter(r *request, ch *cases.Change) {
	c := r.c
	c.State = cases.Waiting
	if c.AckedAt.IsZero() {
		c.AckedAt = r.d.At
	}
	wake, why := k.Office.alarm(c, c.Reminds, r.d.At)
	ch.WakeAt, ch.WakeFor = &wake, why
}

// ready names the outbox row of the case's latest draft.
func (k *Clerk) ready(c cases.Case) []string {
	d, ok := c.Draft()
	if !ok {
		return nil
	}
	return []string{cases.ReplyKey(c.ID, d.Version)}
}

// settle is a person's word on an unsure post.
func (k *Clerk) settle(ctx context.Context, r *request) (Answer, error) {
	if r.d.Action == ActThere {
		ch := r.change(cases.Found)
		ch.Receipt = &cases.Receipt{At: r.d.At}
		if d, ok := r.c.Draft(); ok {
			ch.Promises = k.Office.promised(r.c, d.Version, r.d.At)
		}
		ch.WakeAt = &time.Time{}
		return k.apply(ctx, r, ch, r.answer("answer.there"))
	}
	row, ok, err := InDoubt(ctx, k.Sends, r.c.ID)
	if err != nil {
		return Answer{}, err
	}
	if free := row.StartedAt.Add(k.Office.Policy.ResendLock); ok && r.d.At.Before(free) {
		return r.refuse("answer.locked", "time", k.Office.clock(free, r.d.At)), nil
	}
	ch := r.change(cases.NotThere)
	ch.WakeAt = &time.Time{}
	return k.apply(ctx, r, ch, r.answer("answer.resend"))
}

func (k *Clerk) escalate(ctx context.Context, r *request) (Answer, error) {
	level := NextLevel(k.Office, r.c)
	if level == r.c.Level {
		return r.refuse("answer.top"), nil
	}
	none, up := 0, r.c
	up.Level, up.Reminds, up.AckedAt = level, 0, r.d.At
	wake, why := k.Office.alarm(up, 0, r.d.At)
	ch := r.change(cases.Escalate)
	ch.Level, ch.Reminds, ch.Note = &level, &none, Clean(r.d.Text)
	ch.WakeAt, ch.WakeFor = &wake, why
	ch.Rooms, ch.Urgent = k.Office.RoomsFor(r.c, level), true
	return k.apply(ctx, r, ch, r.answer("answer.escalated", "n", level))
}

func (k *Clerk) snooze(ctx context.Context, r *request) (Answer, error) {
	span := k.Office.Policy.SnoozeFor
	if t := strings.TrimSpace(r.d.Text); t != "" {
		if d, err := time.ParseDuration(t); err == nil && d > 0 && d <= 7*24*time.Hour {
			span = d
		}
	}
	wake := r.d.At.Add(span)
	ch := r.change(cases.Snooze)
	ch.WakeAt, ch.WakeFor = &wake, WakeSnooze
	return k.apply(ctx, r, ch, r.answer("answer.snoozed", "time", k.Office.clock(wake, r.d.At)))
}

func (k *Clerk) claim(ctx context.Context, r *request) (Answer, error) {
	held := r.c.ClaimedBy != "" && r.c.ClaimedUntil.After(r.d.At)
	if r.d.Action == ActRelease {
		ch := r.change(cases.Release)
		ch.Claim = &cases.Claimed{}
		k.wakeAfter(r, &ch)
		return k.apply(ctx, r, ch, r.answer("answer.released"))
	}
	if held && r.c.ClaimedBy != r.who.ID {
		return r.refuse("card.claimed", "name", k.Office.NameOf(r.c.ClaimedBy)), nil
	}
	until := r.d.At.Add(k.Office.Policy.ClaimFor)
	ch := r.change(cases.Claim)
	ch.Claim = &cases.Claimed{By: r.who.ID, Until: until}
	ch.WakeAt, ch.WakeFor = &until, WakeClaim
	return k.apply(ctx, r, ch, r.answer("answer.claimed", "time", k.Office.clock(until, r.d.At)))
}

// stale shows the newest card to somebody whose card is old: the message they
// pressed may be a copy that is not kept up to date.
func (k *Clerk) stale(r *request) Answer {
	a := r.refuse("answer.stale")
	if r.room.Chat != nil {
		a.Cards = []Card{k.Office.Card(r.c, r.room, r.d.At, false)}
	}
	return a
}

// moved says what happened to a case that is not where the person saw it.
func (k *Clerk) moved(r *request) Answer {
	draft, ok := r.c.Draft()
	switch {
	case r.c.State == cases.Waiting && ok && r.d.Draft != draft.Version:
		return k.stale(r)
	case r.c.ApprovedBy != "" && r.c.State != cases.Waiting:
		at := r.c.UpdatedAt
		if !r.c.AnsweredAt.IsZero() {
			at = r.c.AnsweredAt
		}
		return r.refuse("answer.decided", "name", k.Office.NameOf(r.c.ApprovedBy), "time", k.Office.clock(at, r.d.At))
	}
	return r.refuse("answer.moved", "state", phrases.Plain(r.say.Say("state."+string(r.c.State))))
}

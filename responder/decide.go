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
	// Over says which budget keeps a reply back; nil: it is not looked at.
	Over func(ctx context.Context, s cases.Send, now time.Time) (string, error)
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
	Stopped(ctx context.Context) (cases.Stop, error)
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
	if r.who.Role < Needs(r.d.Action) {
		return k.mayNot(r), nil
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

// Needs is the role an action asks for.
func Needs(a Action) Role {
	switch a {
	case ActApprove, ActConfirm, ActDismiss, ActUndo, ActThere, ActNotThere, ActHandled, ActResolve, ActReopen, ActSave, CmdForget:
		return Approver
	case CmdResume, ActStatement:
		return Supervisor
	case ActKept, ActFlag, ActEdit, ActRedraft, ActEscalate, ActClaim, ActRelease, ActSnooze,
		CmdInbox, CmdCase, CmdDigest, CmdReport, CmdStop, CmdHelp, CmdWordings:
		return Agent
	case ActRate: // of customers; it never comes here
	}
	return Agent
}

// mayNot refuses, and says whom to ask. When posting stands still and nobody on
// the list may let it go on, the machine's own command does.
func (k *Clerk) mayNot(r *request) Answer {
	var names []string
	for _, p := range k.Office.People {
		if p.Role >= Needs(r.d.Action) {
			names = append(names, Isolate(k.Office.NameOf(p.ID)))
		}
	}
	switch {
	case len(names) > 0:
		return r.refuse("answer.role.ask", "names", phrases.Plain(strings.Join(names[:min(len(names), 5)], " · ")))
	case r.d.Action == CmdResume:
		return r.refuse("answer.role.machine")
	}
	return r.refuse("answer.role")
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
		return k.dismiss(ctx, r)
	case ActHandled:
		return k.handled(ctx, r)
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
	case ActStatement, ActRate, CmdInbox, CmdCase, CmdDigest, CmdReport, CmdStop, CmdResume, CmdHelp, CmdWordings, CmdForget:
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
		return r.refuse("answer.decided", "name", Author(r.say, r.c.ApprovedBy, k.Office.NameOf), "time", k.Office.clock(r.say, at, r.d.At))
	}
	return r.refuse("answer.moved", "state", phrases.Plain(r.say.Say("state."+string(r.c.State))))
}

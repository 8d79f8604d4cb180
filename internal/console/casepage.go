package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

type caseView struct {
	inboxRow
	Said      []said
	Older     []version // earlier drafts, newest first
	History   []cases.Entry
	Sends     []cases.Send
	Notes     []string // what one should know to answer
	Buttons   []responder.Button
	Shelf     bool // it can be put aside
	Writable  bool // staff may write other words
	Snooze    bool
	ByProgram bool // the place takes replies from programs
	Blind     bool
	Private   bool      // the answer goes to the writer alone
	Replaces  bool      // an answer takes the place of an earlier one of ours
	Elsewhere bool      // a colleague answered on the platform itself, not our draft
	Theirs    string    // their words, where they are not among the mentions
	Unlock    time.Time // unsure: no "send again" before; zero when it may be pressed
	Words     string    // what stands in the form of one's own words
	Reason    string    // what stands in the form of the reason
}

// said is one mention with what it said before it was changed.
type said struct {
	cases.Mention
	Before []cases.Mention
}

// version is a draft beside what became of it in the next one.
type version struct {
	cases.Draft
	Next    int
	Changes []Change
}

func (c *Console) showCase(w http.ResponseWriter, r *http.Request) {
	c.caseWith(w, r, http.StatusOK, nil)
}

// typed is what somebody wrote into a form that was not taken: it stays.
type typed struct{ words, reason string }

func (c *Console) caseWith(w http.ResponseWriter, r *http.Request, status int, kept *typed) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	v, err := c.viewCase(r, id)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	if kept != nil {
		if kept.words != "" {
			v.Words = kept.words
		}
		v.Reason = kept.reason
	}
	c.render(w, r, status, "case", v)
}

func (c *Console) viewCase(r *http.Request, id int64) (caseView, error) {
	ctx := r.Context()
	k, err := c.Record.Case(ctx, id)
	if err != nil {
		return caseView{}, err
	}
	v := caseView{inboxRow: c.row(k)}
	if v.History, err = c.Record.History(ctx, id); err != nil {
		return v, err
	}
	if v.Sends, err = c.Detail.Outbox(ctx, id); err != nil {
		return v, err
	}
	for _, m := range k.Mentions {
		s := said{Mention: m}
		if !m.EditedAt.IsZero() {
			if s.Before, err = c.Detail.Before(ctx, m.Num); err != nil {
				return v, err
			}
		}
		v.Said = append(v.Said, s)
	}
	for i := len(k.Drafts) - 2; i >= 0; i-- {
		next := k.Drafts[i+1]
		v.Older = append(v.Older, version{Draft: k.Drafts[i], Next: next.Version, Changes: differences(k.Drafts[i].Text, next.Text)})
	}
	place := c.Office.PlaceOf(k)
	v.ByProgram, v.Blind, v.Private = place.Replier != nil, place.Blind, place.Private
	v.Replaces, v.Elsewhere = c.Office.Replaces(k), k.State == cases.Handled && strings.HasPrefix(k.ClosedBy, cases.Colleague)
	if v.Elsewhere && !slices.ContainsFunc(k.Mentions, func(m cases.Mention) bool { return m.Ours }) {
		v.Theirs = k.ClosedNote
	}
	v.Words = v.Latest.Text
	v.Shelf = k.State.Open() && k.State != cases.Approved && k.State != cases.New
	v.Writable = k.State == cases.Waiting || k.State == cases.Failed
	v.Snooze = v.Writable
	if k.State.Open() {
		v.Notes = c.Office.NotesFor(k, c.languageOf(r))
	}
	c.buttons(r, &v)
	for _, s := range v.Sends {
		if free := s.StartedAt.Add(c.Office.Policy.ResendLock); s.State == cases.InDoubt && free.After(c.Clock()) {
			v.Unlock = free
		}
	}
	return v, nil
}

// buttons takes over the buttons that a card in a chat has now, without those
// that have a form of their own here.
func (c *Console) buttons(r *http.Request, v *caseView) {
	room, _ := c.Office.Room(c.Room)
	room.Language = c.languageOf(r)
	v.Buttons = c.seconds(r, v.State)
	for _, row := range c.Office.Card(v.Case, room, c.Clock(), false).Buttons {
		for _, b := range row {
			if b.URL == "" && b.Action != responder.ActEdit && b.Action != responder.ActDismiss && b.Action != responder.ActSnooze {
				v.Buttons = append(v.Buttons, b)
			}
		}
	}
}

// seconds are the buttons of a case that is over, or was never open: here it
// can be found again, while its card in a chat is long gone.
func (c *Console) seconds(r *http.Request, s cases.State) []responder.Button {
	var action responder.Action
	switch s {
	case cases.Noted:
		action = responder.ActFlag
	case cases.Dismissed, cases.Expired, cases.Resolved:
		action = responder.ActReopen
	default:
		return nil
	}
	return []responder.Button{{Action: action, Label: c.words[c.languageOf(r)].Say("button." + string(action))}}
}

// act takes a press of the page: the same decision as a button in a chat.
func (c *Console) act(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	draft, _ := strconv.Atoi(r.PostFormValue("draft")) // missing: 0, which no draft has
	d := responder.Decision{Action: responder.Action(r.PostFormValue("action")), Case: id, Draft: draft, Text: r.PostFormValue("text")}
	if strings.HasPrefix(string(d.Action), "/") {
		c.problem(w, r, cases.ErrNotFound) // commands have an address of their own
		return
	}
	answer, err := c.decide(r, d)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	if answer.Alert && d.Text != "" && (d.Action == responder.ActEdit || d.Action == responder.ActDismiss) {
		// Not taken as it was: show the case as it is now, with the words kept.
		kept := &typed{}
		if d.Action == responder.ActEdit {
			kept.words = d.Text
		} else {
			kept.reason = d.Text
		}
		c.caseWith(w, r.WithContext(context.WithValue(r.Context(), answerKey{}, answer)), http.StatusConflict, kept)
		return
	}
	c.tell(w, r, answer)
	back := fmt.Sprintf("/case/%d", id)
	if r.PostFormValue("from") == "inbox" {
		back = fmt.Sprintf("/#case-%d", id)
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// command takes what belongs to no case: stop, resume, report, forget.
func (c *Console) command(w http.ResponseWriter, r *http.Request) {
	d := responder.Decision{Action: responder.Action(r.PostFormValue("action")), Text: r.PostFormValue("text")}
	if !strings.HasPrefix(string(d.Action), "/") {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	answer, err := c.decide(r, d)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.tell(w, r, answer)
	back := "/"
	switch {
	case answer.Ask != "":
		back = "/report"
	case d.Action == responder.CmdForget:
		back = "/wordings"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

func (c *Console) decide(r *http.Request, d responder.Decision) (responder.Answer, error) {
	who := person(r)
	d.By = responder.Actor{Platform: "console", ID: who.ID, Name: who.Name}
	d.Room, d.At, d.Language = c.Room, c.Clock(), c.languageOf(r)
	return c.Clerk.Decide(r.Context(), d)
}

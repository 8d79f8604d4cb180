package responder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// inboxShown bounds the lines of /inbox; the page shows them all.
const inboxShown = 15

// command answers what staff type. Every command also works on the console.
func (k *Clerk) command(ctx context.Context, r *request) (Answer, error) {
	switch r.d.Action {
	case CmdInbox:
		return k.inbox(ctx, r)
	case CmdCase:
		return k.showCase(ctx, r)
	case CmdDigest:
		return k.digest(ctx, r)
	case CmdReport:
		return k.report(ctx, r)
	case CmdStop:
		return k.stop(ctx, r)
	case CmdResume:
		return k.resume(ctx, r)
	case CmdHelp:
		return k.help(r), nil
	case CmdWordings:
		return k.wordings(r)
	case CmdForget:
		return k.forget(ctx, r)
	case ActApprove, ActConfirm, ActEdit, ActRedraft, ActEscalate, ActDismiss, ActClaim, ActRelease, ActSnooze,
		ActHandled, ActUndo, ActThere, ActNotThere, ActResolve, ActReopen, ActStatement, ActKept, ActFlag, ActSave, ActRate:
	}
	return r.refuse("answer.unknown"), nil
}

func (k *Clerk) inbox(ctx context.Context, r *request) (Answer, error) {
	first, err := k.inboxIncidents(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	var lines []string
	total := 0
	for _, s := range []cases.State{cases.Unsure, cases.Failed, cases.Waiting} {
		open, err := k.Desk.InState(ctx, s, 500)
		if err != nil {
			return Answer{}, fmt.Errorf("listing %s cases: %w", s, err)
		}
		total += len(open)
		for _, c := range open {
			if len(lines) == inboxShown {
				break
			}
			lines = append(lines, k.inboxLine(r, c))
		}
	}
	if total == 0 && len(first) == 0 {
		return r.answer("inbox.none"), nil
	}
	lines = slices.Concat(first, []string{r.say.Say("inbox.title", "n", total)}, lines)
	if more := total - inboxShown; more > 0 {
		lines = append(lines, r.say.Say("inbox.more", "n", more))
	}
	return Answer{Text: strings.Join(lines, "\n")}, nil
}

func (k *Clerk) inboxLine(r *request, c cases.Case) string {
	topic := "other"
	if len(c.Score.Topics) > 0 {
		topic = c.Score.Topics[0]
	}
	return r.say.Say("inbox.line", "case", c.ID, "severity", plain(r, "severity."+c.Score.Severity.String()),
		"topic", plain(r, "topic."+topic), "name", Excerpt(Visible(c.Author), 30), "age", r.d.At.Sub(c.FlaggedAt))
}

func (k *Clerk) showCase(ctx context.Context, r *request) (Answer, error) {
	if r.d.Case <= 0 {
		return r.refuse("answer.whichcase"), nil
	}
	c, err := k.Desk.Case(ctx, r.d.Case)
	if errors.Is(err, cases.ErrNotFound) {
		return r.refuse("answer.nocase", "case", r.d.Case), nil
	}
	if err != nil {
		return Answer{}, fmt.Errorf("reading case %d: %w", r.d.Case, err)
	}
	stop, err := k.Switch.Stopped(ctx)
	if err != nil {
		return Answer{}, fmt.Errorf("reading the switch: %w", err)
	}
	return Answer{Cards: []Card{k.Office.Card(c, r.room, r.d.At, stop.On)}}, nil
}

func (k *Clerk) digest(ctx context.Context, r *request) (Answer, error) {
	day, period, ok := ReadPeriod(r.d.Text, r.d.At.In(k.Office.Zone))
	if !ok {
		return r.refuse("answer.date"), nil
	}
	text, png, err := k.Digest(ctx, day, period, r.room.Language)
	if err != nil {
		return Answer{}, fmt.Errorf("writing the digest of %s: %w", day.Format(time.DateOnly), err)
	}
	return Answer{Text: text, PNG: png}, nil
}

func (k *Clerk) report(ctx context.Context, r *request) (Answer, error) {
	text := Clean(r.d.Text)
	if text == "" {
		return r.ask("answer.empty", CmdReport, ""), nil
	}
	id, err := k.Report(ctx, r.who, text, r.d.At)
	if err != nil {
		return Answer{}, fmt.Errorf("recording a report: %w", err)
	}
	ans := r.answer("answer.reported", "case", id)
	if text := k.Office.Handoff(ReportSource, k.Office.Language(r.room.Language), r.d.At); text != "" {
		ans.Text += "\n" + r.say.Say("answer.handoff", "text", phrases.Plain(text))
	}
	return ans, nil
}

// Language returns l where there are words in it, and English otherwise.
func (o *Office) Language(l string) string {
	if o.Words[l] != nil {
		return l
	}
	return "en"
}

// Handoff is what to tell a customer whom this channel cannot answer, in their
// language: on the telephone, at the counter, in private. It names the case's
// private channel and when somebody is there; a business that wrote no hours
// down claims none.
func (o *Office) Handoff(source, language string, now time.Time) string {
	say, open := o.words(language), ""
	if cal := o.Calendar(source); cal != nil {
		open = say.Say("handoff.open")
		if at, ok := cal.NextOpen(now); ok && at.After(now) {
			open = say.Say("handoff.closed", "time", phrases.Plain(o.openingWords(source, language, at, now)))
		}
	}
	return strings.TrimSpace(o.Private[language] + " " + open)
}

func (k *Clerk) stop(ctx context.Context, r *request) (Answer, error) {
	stop, err := k.Switch.Stopped(ctx)
	if err != nil {
		return Answer{}, fmt.Errorf("reading the switch: %w", err)
	}
	if stop.On {
		return k.stays(r, stop), nil
	}
	if err := k.Switch.Stop(ctx, r.who.ID, Clean(r.d.Text), r.d.At); err != nil {
		return Answer{}, fmt.Errorf("stopping: %w", err)
	}
	k.Log.Warn("posting stopped", "by", r.who.ID)
	return r.answer("answer.stopped"), nil
}

// stays says that posting is stopped already, and how it goes on: what a file
// stops, no room can start again.
func (k *Clerk) stays(r *request, stop cases.Stop) Answer {
	if stop.By == cases.File {
		return r.refuse("answer.stays", "why", phrases.Plain(WhyStopped(r.say, stop.By, stop.Why)))
	}
	return r.answer("answer.wasstopped", "name", Author(r.say, stop.By, k.Office.NameOf), "time", k.Office.clock(r.say, stop.At, r.d.At))
}

func (k *Clerk) resume(ctx context.Context, r *request) (Answer, error) {
	stop, err := k.Switch.Stopped(ctx)
	if err != nil {
		return Answer{}, fmt.Errorf("reading the switch: %w", err)
	}
	if !stop.On {
		return r.answer("answer.notstopped"), nil
	}
	if err := k.Switch.Resume(ctx, r.who.ID, r.d.At); err != nil {
		return Answer{}, fmt.Errorf("resuming: %w", err)
	}
	if stop, err = k.Switch.Stopped(ctx); err != nil {
		return Answer{}, fmt.Errorf("reading the switch: %w", err)
	}
	if stop.On {
		return k.stays(r, stop), nil
	}
	k.Log.Warn("posting resumed", "by", r.who.ID)
	return r.answer("answer.resumed"), nil
}

func (k *Clerk) help(r *request) Answer {
	lines, edit := []string{r.say.Say("help.title")}, "edit.button"
	if r.room.Platform == "telegram" { // a reply to a card is heard there
		edit = "edit"
	}
	for _, key := range []string{"inbox", "case", "digest", "report", "stop", "resume", "wordings", "forget", edit} {
		lines = append(lines, r.say.Say("help."+key))
	}
	return Answer{Text: strings.Join(lines, "\n")}
}

// plain is a phrase put into another phrase of the same language.
func plain(r *request, key string) phrases.Plain { return phrases.Plain(r.say.Say(key)) }

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
)

// retracter is a reply place where an answer of ours can be taken back. It
// leaves alone what is not ours. Where nothing of ours stands it does nothing and
// returns ErrNotFound; ErrNotSent and ErrRefused say that nothing was deleted.
type retracter interface {
	Retract(ctx context.Context, r cases.Reply) error
}

// retractCommand takes a posted reply back.
func (p *program) retractCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "retract CASE WHY",
		Short: "Take a posted reply back, where the platform lets us",
		Long: `Deletes the reply that rasid posted to a case, and opens the case again: staff see a
new draft and decide anew. What somebody wrote there by hand is left alone. What the
reply promised ends with it: nobody is reminded of it. The history of the case says who
took the reply back, and why.

It works on Trustpilot. Elsewhere it says where the reply stands, to be deleted there.

With SQLite, stop "rasid run" first.`,
		Example: `  rasid retract 412 "wrong branch"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 || args[1] == "" {
				return usageError{errors.New("want the number of a case, and why")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := caseNumber(args[0])
			if err != nil {
				return err
			}
			cfg, err := p.load()
			if err != nil {
				return err
			}
			return p.retract(cmd.Context(), cfg, n, args[1])
		},
	}
	return cmd
}

func (p *program) retract(ctx context.Context, cfg *config.Config, n int64, why string) (err error) {
	h, err := p.open(ctx, cfg)
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w: stop it first", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	c, err := h.store.Case(ctx, n)
	if errors.Is(err, cases.ErrNotFound) {
		return fmt.Errorf("there is no case #%d", n)
	}
	if err != nil {
		return err
	}
	sent, err := h.posted(ctx, c)
	if err != nil {
		return err
	}
	place, ok := h.office.Place(c.Source).Replier.(retracter)
	if !ok {
		return fmt.Errorf("rasid cannot take replies of %s back: delete it there (%s), then open case #%d again", c.Source, sent.Receipt.URL, n)
	}
	// The intention is written down first: whoever finds the reply gone finds
	// in the history who did it.
	if c, err = h.store.Apply(ctx, h.change(c, cases.Note, "takes the reply back: "+why)); err != nil {
		return err
	}
	gone, err := takeBack(ctx, place, sent, n)
	if err != nil {
		return err
	}
	note, said := "took the reply back: ", "retract.done"
	if gone {
		note, said = "the reply was gone already: ", "retract.gone"
	}
	then := cases.Note
	if _, err := cases.Next(c.State, cases.Reopen); err == nil {
		then = cases.Reopen
	}
	// No link leads to what is not there; that there was an answer is remembered.
	end := h.change(c, then, note+why)
	end.Promises, end.Receipt = withdrawn(c, sent.Reply.Draft, end.By, end.At), &cases.Receipt{At: c.Reply.At}
	if c, err = h.store.Apply(ctx, end); err != nil {
		return err
	}
	p.say(p.out, said, "case", n, "state", phrases.Plain(p.words.Say("state."+string(c.State))))
	return nil
}

// takeBack asks for a reply back and reports whether it was gone already. An
// error says whether it may still stand.
func takeBack(ctx context.Context, place retracter, sent cases.Send, n int64) (gone bool, err error) {
	err = place.Retract(ctx, sent.Reply)
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, cases.ErrNotFound):
		return true, nil
	case errors.Is(err, responder.ErrColleague):
		return false, fmt.Errorf("what stands there is not the reply of case #%d; nothing was deleted: %w", n, err)
	case errors.Is(err, cases.ErrNotSent), errors.Is(err, cases.ErrRefused):
		return false, fmt.Errorf("nothing was deleted: %w", err)
	}
	return false, fmt.Errorf("it is not known whether the reply still stands; look there (%s): %w", sent.Receipt.URL, err)
}

// posted is the reply to a case that stands in public.
func (h *house) posted(ctx context.Context, c cases.Case) (cases.Send, error) {
	sends, err := h.store.Outbox(ctx, c.ID)
	if err != nil {
		return cases.Send{}, err
	}
	for _, s := range slices.Backward(sends) {
		if s.Kind == cases.SendReply && s.State == cases.Delivered {
			return s, nil
		}
	}
	return cases.Send{}, fmt.Errorf("rasid posted no reply to case #%d", c.ID)
}

// withdrawn are the promises that end with a reply: nobody reads them any more,
// and nobody is to be reminded of them.
func withdrawn(c cases.Case, draft int, by string, at time.Time) (ended []cases.Promise) {
	for _, p := range c.Owed() {
		if p.Draft == draft {
			ended = append(ended, p.Ended(cases.PromiseVoid, by, at))
		}
	}
	return ended
}

// change is a step of a case in the name of who works at the terminal.
func (h *house) change(c cases.Case, on cases.Event, note string) cases.Change {
	return cases.Change{Case: c.ID, Version: c.Version, Event: on, By: atTerminal + person(), At: h.now(), Note: note}
}

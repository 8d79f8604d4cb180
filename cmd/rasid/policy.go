package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/watchers"
)

// rules turns the rules of the file into the responder's.
func rules(list []config.Rule) []responder.Rule {
	out := make([]responder.Rule, 0, len(list))
	for _, r := range list {
		w := r.When
		rule := responder.Rule{
			Name: r.Name, Do: responder.Do(r.Do.Word), Level: r.Do.Level, EnabledBy: r.EnabledBy, PerDay: r.PerDay,
			When: responder.When{
				Sentiment: plain(w.Sentiment), Severity: plain(w.Severity), Topic: plain(w.Topic), Language: plain(w.Language),
				Source: slices.Clone(w.Source), Stars: slices.Clone(w.Stars), Hours: string(w.Hours), Signals: plain(w.Signals),
			},
		}
		if n := w.AuthorCases; n.Set {
			rule.When.AuthorCases = &responder.CaseCount{From: n.From, To: n.To, Unlimited: n.Unlimited}
		}
		out = append(out, rule)
	}
	return out
}

func plain[T ~string](words []T) []string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return out
}

// policyCommand looks at the written rules.
func (p *program) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Look at the written rules before they decide anything",
		Long: `Looks at the rules under policy.rules of config.yaml, before they decide anything
about real customers. Nothing is sent and nothing is written down.`,
		Example: `  rasid policy dry-run --days 14`,
		Args:    nothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.dryRunCommand())
	return cmd
}

func (p *program) dryRunCommand() *cobra.Command {
	days := 7
	cmd := &cobra.Command{
		Use:   "dry-run",
		Short: "Show what the rules would have sent over the past days; nothing is sent",
		Long: `Goes through what was said over the past days and shows what the rules of
config.yaml would have sent, word for word, and where a limit would have left it
to a person. It reads the records only, and works while "rasid run" does.

Whether a crisis was on and whether posting was stopped at the time is not
replayed: in both cases nothing would have left.`,
		Example: `  rasid policy dry-run
  rasid policy dry-run --days 30
  rasid policy dry-run --lang ar`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || days > 400 {
				return usageError{fmt.Errorf("--days %d: want 1 to 400", days)}
			}
			return p.rehearse(cmd.Context(), days)
		},
	}
	cmd.Flags().IntVar(&days, "days", days, "how many days back")
	return cmd
}

// rehearsal is a dry run under way.
type rehearsal struct {
	out    io.Writer
	writer *responder.Writer
	left   map[string][]time.Time // when replies left, by rule and by author
	daily  int                    // replies an author may get in a day
	sent   int
	held   int
	told   int // acknowledgements
	r      *records
}

// rehearse plays the past days to the rules.
func (p *program) rehearse(ctx context.Context, days int) error {
	return p.look(ctx, func(r *records) error {
		writer, err := p.dryWriter(ctx, r)
		if err != nil {
			return err
		}
		now := p.now()
		said, err := r.store.MentionsBetween(ctx, now.AddDate(0, 0, -days), now)
		if err != nil {
			return err
		}
		re := &rehearsal{out: p.out, writer: writer, left: map[string][]time.Time{}, daily: r.cfg.Policy.Budgets.PerAuthorDay, r: r}
		answered := map[int64]bool{}
		read := 0
		for _, s := range said {
			if s.Case == 0 || s.Score.Label == "" || s.Mention.Ours || s.Mention.Bot || s.Mention.Old || s.Mention.Gone {
				continue
			}
			read++
			c, err := r.store.Case(ctx, s.Case)
			if err != nil {
				return err
			}
			c.Mentions, c.Score, c.Drafts, c.Reply, c.State = []cases.Mention{s.Mention}, s.Score, nil, cases.Receipt{}, cases.Flagged
			if answered[c.ID] {
				continue // one automatic answer for each case
			}
			if answered[c.ID], err = re.play(ctx, c, s.SeenAt); err != nil {
				return err
			}
		}
		re.say("rehearse.sum", "days", days, "n", read, "sent", re.sent, "held", re.held)
		if a := r.cfg.Policy.Acknowledge; a.EnabledBy != "" {
			re.say("rehearse.told", "n", re.told, "name", r.name(a.EnabledBy))
		}
		return nil
	})
}

// dryWriter is the writer of the running program over records that can only be
// read: what it drafts can go nowhere.
func (p *program) dryWriter(ctx context.Context, r *records) (*responder.Writer, error) {
	h := &house{cfg: r.cfg, now: p.now, owner: owner(r.cfg.Data), sources: map[string]watchers.Source{}, secrets: outbound.NewRedactor(), store: r.store}
	h.log = slog.New(slog.DiscardHandler)
	h.net = network(r.cfg, h.log)
	defer h.net.Close()
	for _, part := range []func(context.Context) error{h.makeOffice, h.makeAccounts, h.makePlaces, h.makeWriter} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return h.writer, nil
}

// play shows one case to the rules.
func (re *rehearsal) play(ctx context.Context, c cases.Case, at time.Time) (bool, error) {
	ruling := re.writer.Office.Rule(c, c.Score, at)
	if !ruling.Rule.Automatic() {
		return false, re.acknowledge(c, ruling, at)
	}
	d, err := re.writer.Draft(ctx, c, at)
	author := c.Source + "/" + c.AuthorID
	var why string
	switch {
	case errors.Is(err, responder.ErrDoubtful), errors.Is(err, responder.ErrNoWording):
		why = err.Error()
	case err != nil:
		return false, fmt.Errorf("drafting for case %d: %w", c.ID, err)
	default:
		why = re.writer.Office.Refrain(c, d)
	}
	switch {
	case why != "":
	case re.within(ruling.Rule.By(), at) >= ruling.Rule.PerDay:
		why = fmt.Sprintf("%[1]d of %[1]d replies in 24 hours", ruling.Rule.PerDay)
	case re.within(author, at) >= re.daily:
		why = fmt.Sprintf("over budget: %[1]d of %[1]d replies to this author in 24 hours", re.daily)
	}
	if why != "" {
		re.held++
		re.show(c, at, "", "rehearse.held", "rule", ruling.Rule.Name, "why", re.why(why))
		return false, nil
	}
	re.sent++
	re.left[ruling.Rule.By()] = append(re.left[ruling.Rule.By()], at)
	re.left[author] = append(re.left[author], at)
	re.show(c, at, d.Text, "rehearse.sent", "rule", ruling.Rule.Name, "name", re.r.name(ruling.Rule.EnabledBy))
	return true, nil
}

// say prints a line of the catalogue.
func (re *rehearsal) say(key string, pairs ...any) {
	fmt.Fprintln(re.out, re.r.words.Say(key, pairs...))
}

// show prints what a customer said under a headline, and the reply that would
// have left; "" is none.
func (re *rehearsal) show(c cases.Case, at time.Time, reply, key string, pairs ...any) {
	re.say(key, append(pairs, "time", re.r.clock(at), "case", c.ID)...)
	fmt.Fprintf(re.out, "  %s\n", responder.Isolate(responder.Excerpt(responder.Visible(c.Last().Text), 90)))
	if reply != "" {
		fmt.Fprintf(re.out, "  %s %s\n", re.r.words.Say("doctor.then"), responder.Isolate(reply))
	}
	fmt.Fprintln(re.out)
}

// why says what kept a reply back.
func (re *rehearsal) why(kept string) phrases.Plain {
	return phrases.Plain(responder.Told(re.r.words, kept, re.r.name))
}

// acknowledge shows what a case would have been told outside the hours.
func (re *rehearsal) acknowledge(c cases.Case, ruling responder.Ruling, at time.Time) error {
	office := re.writer.Office
	if !office.Flags(c, c.Score, ruling) {
		return nil
	}
	c.State = cases.Waiting
	row, why, err := re.writer.Acknowledgement(c, at)
	if err != nil || row.Key == "" {
		return err
	}
	// The last part of the key is the opening: once for each author and closing.
	once := c.Source + "/" + c.AuthorID + row.Key[strings.LastIndex(row.Key, "/"):]
	by, most := responder.RuleAcknowledge, office.Policy.Acknowledge.PerDay
	switch {
	case len(re.left[once]) > 0:
		return nil
	case why == "" && re.within(by, at) >= most:
		why = fmt.Sprintf("%d of %d in 24 hours", most, most)
	}
	if why != "" {
		re.show(c, at, "", "rehearse.quiet", "why", re.why(why))
		return nil
	}
	re.told++
	re.left[once], re.left[by] = []time.Time{at}, append(re.left[by], at)
	re.show(c, at, row.Reply.Text, "rehearse.ack", "name", re.r.name(office.Policy.Acknowledge.EnabledBy))
	return nil
}

// within counts what left in the 24 hours before.
func (re *rehearsal) within(who string, at time.Time) int {
	n := 0
	for _, t := range re.left[who] {
		if at.Sub(t) < 24*time.Hour {
			n++
		}
	}
	return n
}

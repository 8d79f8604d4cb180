package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/sentiment"
)

// explainCommand tells the whole story of a case.
func (p *program) explainCommand() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "explain CASE",
		Short: "Tell the whole story of a case: what was said, why it was flagged, who decided",
		Long: `Tells what is known of one case: what the customer said and where, the score with
the words that caused it and the threshold of the policy, every draft with what
the guard found, every decision with who and when, and where the reply stands.

It reads the records only, and works while "rasid run" does.`,
		Example: `  rasid explain 412
  rasid explain --lang ar "#412"`,
		Args: one("the number of a case, like 412"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.look(cmd.Context(), lang, func(r *records) error {
				c, err := r.the(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return r.explain(cmd.Context(), p.out, c)
			})
		},
	}
	langFlag(cmd, &lang)
	return cmd
}

// explain writes a case from the first word to the last decision.
func (r *records) explain(ctx context.Context, w io.Writer, c cases.Case) error {
	history, err := r.store.History(ctx, c.ID)
	if err != nil {
		return err
	}
	sends, err := r.store.Outbox(ctx, c.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "#%d  %s · %s · %s\n", c.ID, r.words.Say("state."+string(c.State)), c.Source, responder.Isolate(responder.Visible(c.Author)))
	fmt.Fprintf(w, "--source %s --author %q\n", c.Source, c.AuthorID)
	for _, m := range c.Mentions {
		fmt.Fprintf(w, "\n%s  %s\n", r.clock(m.PostedAt), m.URL)
		for line := range strings.Lines(responder.Visible(m.Title + "\n" + m.Text)) {
			if line = strings.TrimSpace(line); line != "" {
				fmt.Fprintf(w, "  %s\n", responder.Isolate(line))
			}
		}
	}
	r.explainScore(w, c.Score)
	for _, d := range c.Drafts {
		fmt.Fprintf(w, "\n%d. %s · %s · %s\n  %s\n", d.Version, r.clock(d.At), r.name(d.By), d.Origin, responder.Isolate(responder.Visible(d.Text)))
		for _, f := range d.Findings {
			fmt.Fprintf(w, "  ! %s: %s\n", f.Kind, responder.Isolate(f.Words))
		}
	}
	fmt.Fprintln(w)
	for _, e := range history {
		step := r.words.Say("state." + string(e.To))
		if e.From != "" && e.From != e.To {
			step = r.words.Say("state."+string(e.From)) + " → " + step
		}
		fmt.Fprintf(w, "%s  %s (%s)  %s  %s\n", r.clock(e.At), responder.Happened(r.words, e), step, responder.Author(r.words, e.By, r.name), responder.Remark(r.words, e, r.name))
	}
	for _, s := range sends {
		if s.Kind == cases.SendReply {
			fmt.Fprintf(w, "%s  %s: %s  %s %s\n", r.clock(s.DueAt), s.Key, s.State, s.Receipt.URL, responder.Told(r.words, s.LastError, r.name))
		}
	}
	return nil
}

// explainScore says what the score is, what caused it, and what the policy
// makes of it.
func (r *records) explainScore(w io.Writer, s cases.Score) {
	if s.Label == "" {
		return
	}
	fmt.Fprintf(w, "\nneg %.2f  neu %.2f  pos %.2f · policy.flag_at %.2f · %s · %s %s\n", s.Neg, s.Neu, s.Pos, r.cfg.Policy.FlagAt,
		r.words.Say("severity."+s.Severity.String()), r.words.Say("lang."+s.Language), dialect(r, s.Dialect))
	for _, t := range s.Topics {
		fmt.Fprintf(w, "  %s\n", r.words.Say("topic."+t))
	}
	for _, signal := range s.Signals {
		fmt.Fprintf(w, "  %s\n", r.words.Say("signal."+signal))
	}
	for _, reason := range s.Reasons {
		said := sentiment.Reason{Text: responder.Visible(reason.Text), Weight: reason.Weight, Kind: reason.Kind, By: responder.Visible(reason.By)}
		fmt.Fprintf(w, "  %+.2f  %s\n", reason.Weight, said.Explain(r.words.Language))
	}
}

func dialect(r *records, name string) string {
	if name == "" {
		return ""
	}
	return "· " + r.words.Say("dialect."+name)
}

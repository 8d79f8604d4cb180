package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/sentiment"
)

// explainCommand tells the whole story of a case.
func (p *program) explainCommand() *cobra.Command {
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
			return p.look(cmd.Context(), func(r *records) error {
				c, err := r.the(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return r.explain(cmd.Context(), p.out, c)
			})
		},
	}
	return cmd
}

// explain writes a case from the first word to the last decision.
func (r *records) explain(ctx context.Context, w io.Writer, c cases.Case) error {
	history, sends, err := r.past(ctx, c)
	if err != nil {
		return err
	}
	r.explainHead(w, c)
	for _, m := range c.Mentions {
		r.explainMention(w, m)
	}
	r.explainScore(w, c.Score)
	for _, d := range c.Drafts {
		fmt.Fprintf(w, "\n%d. %s · %s · %s\n  %s\n", d.Version, r.clock(d.At), responder.Author(r.words, d.By, r.name), d.Origin, responder.Isolate(responder.Visible(d.Text)))
		for _, f := range d.Findings {
			fmt.Fprintf(w, "  ! %s: %s\n", r.words.Say("finding."+f.Kind), responder.Isolate(f.Words))
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
		if s.Kind.Public() {
			fmt.Fprintf(w, "%s  %s: %s  %s %s\n", r.clock(s.DueAt), s.Key, s.State, s.Receipt.URL, responder.Told(r.words, s.LastError, r.name))
		}
	}
	return nil
}

// explainHead says which case it is and how it stands, down to what was promised.
func (r *records) explainHead(w io.Writer, c cases.Case) {
	fmt.Fprintf(w, "#%d  %s · %s · %s", c.ID, r.words.Say("state."+string(c.State)), c.Source, responder.Isolate(responder.Visible(c.Author)))
	if c.Level > 0 {
		fmt.Fprintf(w, " · %s", r.words.Say("card.level", "n", c.Level))
	}
	flags := fmt.Sprintf("--source %s --author %q", c.Source, c.AuthorID)
	fmt.Fprintf(w, "\n%s\n", r.words.Say("explain.author", "flags", flags))
	if c.Rating > 0 {
		fmt.Fprintln(w, r.words.Say("card.rated", "stars", phrases.Plain(r.words.Say("card.stars", "n", c.Rating))))
	}
	for _, p := range c.Promises {
		fmt.Fprintf(w, "%s · %s\n", r.words.Say("card.promise", "time", r.clock(p.DueAt), "text", responder.Visible(p.Words)), r.words.Say("promise."+string(p.State)))
	}
}

// explainMention writes what was said, and what it said before its author
// changed it.
func (r *records) explainMention(w io.Writer, m cases.Mention) {
	fmt.Fprintf(w, "\n%s  %s\n", r.clock(m.PostedAt), m.URL)
	for line := range strings.Lines(responder.Visible(m.Title + "\n" + m.Text)) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintf(w, "  %s\n", responder.Isolate(line))
		}
	}
	b := m.Before
	if b == nil {
		return
	}
	if b.Stars != m.Stars {
		fmt.Fprintf(w, "  %s\n", responder.Isolate(fmt.Sprintf("%d★ → %d★", b.Stars, m.Stars)))
	}
	if b.Text != m.Text {
		fmt.Fprintf(w, "  %s\n", r.words.Say("card.before", "text", responder.Visible(b.Text)))
	}
}

// explainScore says what the score is, what caused it, and what the policy
// makes of it.
func (r *records) explainScore(w io.Writer, s cases.Score) {
	if s.Label == "" {
		return
	}
	fmt.Fprintf(w, "\nneg %.2f  neu %.2f  pos %.2f · policy.flag_at %.2f · %s · %s %s\n", s.Neg, s.Neu, s.Pos, r.cfg.Policy.FlagAt,
		r.words.Say("severity."+s.Severity.String()), r.words.Say("lang."+s.Language), dialect(r, s.Dialect))
	r.list(w, "explain.topics", "topic.", s.Topics)
	r.list(w, "explain.signals", "signal.", s.Signals)
	for _, reason := range s.Reasons {
		said := sentiment.Reason{Text: responder.Visible(reason.Text), Weight: reason.Weight, Kind: reason.Kind, By: responder.Visible(reason.By)}
		fmt.Fprintf(w, "  %+.2f  %s\n", reason.Weight, said.Explain(r.words.Language))
	}
}

// list writes a line of words that have phrases, when there are any.
func (r *records) list(w io.Writer, key, prefix string, words []string) {
	if len(words) == 0 {
		return
	}
	said := make([]string, 0, len(words))
	for _, word := range words {
		said = append(said, r.words.Say(prefix+word))
	}
	fmt.Fprintf(w, "  %s\n", r.words.Say(key, "list", phrases.Plain(strings.Join(said, " · "))))
}

func dialect(r *records, name string) string {
	if name == "" {
		return ""
	}
	return "· " + r.words.Say("dialect."+name)
}

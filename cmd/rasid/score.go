package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"rasid/internal/phrases"
	"rasid/sentiment"
)

// scoreOptions are the flags of `rasid score`.
type scoreOptions struct {
	stars     int
	asJSON    bool
	lines     bool // JSON lines from standard input
	noReasons bool
	curve     bool // what thresholds would have flagged
	days      int  // of history for the curve
}

// scoreCommand judges a text and says why.
func (p *program) scoreCommand() *cobra.Command {
	var o scoreOptions
	cmd := &cobra.Command{
		Use:   "score TEXT",
		Short: "Judge a text and say which words decided",
		Long: `Judges a text as if a customer had written it: how likely it is a complaint, how
grave, in which language and dialect, and which words caused that. Nothing is
stored or sent. With - the text is read from standard input.

With --jsonl it reads lines of {"id": …, "text": …, "stars": …} and writes one line
for each, in the same order: {"id", "lang", "label", "neg", "neu", "pos", "reasons"}.
A line that cannot be read is answered by {"id", "error"}, and the rest go on; empty
lines are passed over.

With --curve it judges what the records hold of the past days again, with what
staff taught meanwhile, and shows for each threshold how many mentions flag_at
would have put before staff, and how often that agrees with what they decided.`,
		Example: `  rasid score "طلبي متأخر من ثلاث ايام ومحد يرد علي!!"
  rasid score --lang ar --stars 1 "The coffee was cold"
  rasid score --jsonl --no-reasons < mentions.jsonl > scores.jsonl
  rasid score --curve --days 90`,
		Args: func(_ *cobra.Command, args []string) error { return o.check(args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.curve {
				return p.curve(cmd.Context(), o.days)
			}
			judge, err := newEar()
			if err != nil {
				return err
			}
			if o.lines {
				return judge.Stream(cmd.Context(), p.in, p.out, sentiment.StreamOptions{
					NoReasons: o.noReasons, Lang: p.words.Language, AboutUs: true, Workers: runtime.NumCPU(), Mend: judge.mend,
				})
			}
			return p.score(judge, strings.Join(args, " "), o)
		},
	}
	cmd.Flags().IntVar(&o.stars, "stars", 0, "stars given with the text, 1 to 5")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "answer in JSON")
	cmd.Flags().BoolVar(&o.lines, "jsonl", false, "judge JSON lines from standard input")
	cmd.Flags().BoolVar(&o.curve, "curve", false, "show what each threshold would have flagged on the records")
	cmd.Flags().IntVar(&o.days, "days", 30, "how many days back, with --curve")
	cmd.Flags().BoolVar(&o.noReasons, "no-reasons", false, "leave the reasons out (faster)")
	return cmd
}

// check refuses what does not go together.
func (o scoreOptions) check(args []string) error {
	switch {
	case o.lines && len(args) > 0:
		return usageError{errors.New("with --jsonl the texts come from standard input")}
	case o.curve && (len(args) > 0 || o.lines):
		return usageError{errors.New("with --curve the texts come from the records")}
	case !o.lines && !o.curve && strings.TrimSpace(strings.Join(args, "")) == "":
		return usageError{errors.New("want a text, in quotes")}
	case o.stars < 0 || o.stars > 5:
		return usageError{fmt.Errorf("--stars is 1 to 5, not %d", o.stars)}
	}
	return nil
}

// maxScoreText bounds a text read from standard input.
const maxScoreText = 1 << 20

func (p *program) score(judge ear, text string, o scoreOptions) error {
	if text == "-" {
		b, err := io.ReadAll(io.LimitReader(p.in, maxScoreText))
		if err != nil {
			return fmt.Errorf("reading the text: %w", err)
		}
		text = strings.TrimSpace(string(b))
	}
	r := judge.hear(sentiment.Input{Text: text, Stars: o.stars, AboutUs: true})
	if o.noReasons {
		r.Reasons = nil
	}
	if o.asJSON {
		enc := json.NewEncoder(p.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r.Line(nil, p.words.Language))
	}
	out := bufio.NewWriter(p.out)
	headline(out, p.words, r)
	for _, reason := range r.Reasons {
		fmt.Fprintf(out, "  %+.2f  %s\n", reason.Weight, reason.Explain(p.words.Language))
	}
	return out.Flush()
}

// headline says the verdict in two lines.
func headline(w io.Writer, words *phrases.Catalogue, r sentiment.Result) {
	label := map[sentiment.Label]string{sentiment.Negative: "card.complaint", sentiment.Neutral: "card.remark", sentiment.Positive: "card.praise"}[r.Label]
	severity := []string{"severity.mild", "severity.low", "severity.high", "severity.critical"}[min(max(r.Severity, 0), 3)]
	fmt.Fprintf(w, "%s · %s", words.Say(label), words.Say(severity))
	for _, s := range r.Signals {
		fmt.Fprintf(w, " · %s", words.Say("signal."+s))
	}
	fmt.Fprintf(w, "\nneg %.2f  neu %.2f  pos %.2f · %s", r.Neg, r.Neu, r.Pos, words.Say("lang."+r.Lang))
	if r.Dialect != "" {
		fmt.Fprintf(w, " · %s", words.Say("dialect."+r.Dialect))
	}
	fmt.Fprintln(w)
}

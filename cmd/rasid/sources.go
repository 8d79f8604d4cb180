package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
)

// sourcesCommand says how each source fares.
func (p *program) sourcesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sources",
		Short: "Say how each source fares, from the records",
		Long: `Lists the sources of config.yaml as the records know them: how much was read, when
a platform last answered, what went wrong, what is left of its limit, where answers
appear, what is seen of edits and deletions, and what the platform does not allow. It
asks no platform; "rasid doctor" does.`,
		Example: `  rasid sources`,
		Args:    nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.look(cmd.Context(), "", func(r *records) error {
				known, err := r.store.Statuses(cmd.Context())
				if err != nil {
					return err
				}
				states := map[string]cases.SourceStatus{}
				for _, st := range known {
					states[st.Source] = st
				}
				for _, s := range r.cfg.Sources {
					kind := sourceKinds()[s.Kind]
					fmt.Fprintf(p.out, "%s (%s), answers: %s\n", s.Name, s.Kind, cmp.Or(s.Reply.Kind, kind.reply))
					fmt.Fprintf(p.out, "  %s\n", p.fares(states[s.Name]))
					fmt.Fprintf(p.out, "  %s\n", p.left(states[s.Name].Allowance))
					for _, line := range kind.told() {
						fmt.Fprintf(p.out, "  %s\n", line)
					}
				}
				return nil
			})
		},
	}
}

// told is what people should know of a kind, a line each.
func (k sourceKind) told() []string {
	return []string{"Edits: " + k.edits, "Deletions: " + k.deletions, k.notAllowed()}
}

// left says in one line how much a platform still takes of us.
func (p *program) left(a cases.Allowance) string {
	left, known := a.Now(p.now())
	switch {
	case !known:
		return "Limit left: the platform does not say"
	case a.Most == 0:
		return fmt.Sprintf("Limit left: %d", left)
	case p.now().Before(a.Resets):
		return fmt.Sprintf("Limit left: %d of %d, begins anew in %s", left, a.Most, a.Resets.Sub(p.now()).Round(time.Second))
	}
	return fmt.Sprintf("Limit left: %d of %d", left, a.Most)
}

// fares says in one line how a source stands.
func (p *program) fares(st cases.SourceStatus) string {
	switch {
	case st.LastTry.IsZero():
		return "never asked yet"
	case st.LastError != "":
		return fmt.Sprintf("FAILING: %d errors in a row, last answer %s: %s", st.ErrorsInRow, ago(p.now(), st.LastOK), st.LastError)
	case st.Stalled:
		return fmt.Sprintf("SILENT: nothing new since %s", ago(p.now(), st.LastNew))
	}
	return fmt.Sprintf("%s read, last answer %s", count(int(st.Seen), "mention"), ago(p.now(), st.LastOK))
}

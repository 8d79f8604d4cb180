package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

// sourcesCommand says how each source fares.
func (p *program) sourcesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "Say how each source fares, from the records",
		Long: `Lists the sources of config.yaml as the records know them: how much was read, when
a platform last answered, what went wrong, what is left of its limit, where answers
appear, how it is read, what is seen of edits and deletions, and what the platform does
not allow. It asks no platform; "rasid doctor" does.`,
		Example: `  rasid sources
  rasid sources --lang ar`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.look(cmd.Context(), func(r *records) error {
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
					fmt.Fprintln(p.out, r.words.Say("sources.head", "name", s.Name, "kind", s.Kind, "reply", cmp.Or(s.Reply.Kind, kind.reply)))
					fmt.Fprintf(p.out, "  %s\n", p.fares(states[s.Name], r.words))
					if !kind.handed {
						fmt.Fprintf(p.out, "  %s\n", p.left(states[s.Name].Allowance, r.words))
					}
					for _, line := range kind.told(s.Kind, r.words) {
						fmt.Fprintf(p.out, "  %s\n", line)
					}
				}
				return nil
			})
		},
	}
	return cmd
}

// told is what people should know of a kind, a line each.
func (k sourceKind) told(kind string, words *phrases.Catalogue) (lines []string) {
	for _, x := range []struct{ what, english string }{{"reads", k.reads}, {"edits", k.edits}, {"deletions", k.deletions}} {
		lines = append(lines, words.Say("sources."+x.what, "text", phrases.Plain(words.Told(kind, x.what, x.english))))
	}
	return append(lines, words.Source(kind, k.notAllowed()))
}

// left says in one line how much a platform still takes of us.
func (p *program) left(a cases.Allowance, words *phrases.Catalogue) string {
	left, known := a.Now(p.now())
	switch {
	case !known:
		return words.Say("sources.left.unknown")
	case a.Most == 0:
		return words.Say("sources.left", "n", int(left))
	case p.now().Before(a.Resets):
		return words.Say("sources.left.until", "n", int(left), "most", int(a.Most), "time", a.Resets.Sub(p.now()))
	}
	return words.Say("sources.left.of", "n", int(left), "most", int(a.Most))
}

// fares says in one line how a source of config.yaml stands.
func (p *program) fares(st cases.SourceStatus, words *phrases.Catalogue) string {
	switch {
	case st.LastTry.IsZero():
		return untried(st, words)
	case st.LastError != "" && st.LastOK.IsZero():
		return words.Say("sources.unanswered", "n", st.ErrorsInRow, "why", phrases.Cause(st.LastError))
	case st.LastError != "":
		return words.Say("sources.failing", "n", st.ErrorsInRow, "ago", p.since(st.LastOK, words), "why", phrases.Cause(st.LastError))
	case st.Stalled:
		return words.Say("sources.silent", "ago", p.since(st.LastNew, words))
	}
	return p.brought(st, words)
}

// brought says what a source brought, and when its platform last answered, or
// when we last looked for what programs hand in themselves.
func (p *program) brought(st cases.SourceStatus, words *phrases.Catalogue) string {
	switch {
	case st.LastOK.IsZero():
		return words.Say("sources.mute", "n", int(st.Seen))
	case sourceKinds()[st.Kind].handed:
		return words.Say("sources.handed", "n", int(st.Seen), "ago", p.since(st.LastOK, words))
	}
	return words.Say("sources.well", "n", int(st.Seen), "ago", p.since(st.LastOK, words))
}

// untried says what is known of a source that nobody was ever asked for.
func untried(st cases.SourceStatus, words *phrases.Catalogue) string {
	if st.Seen > 0 {
		return words.Say("sources.never.imported", "n", int(st.Seen))
	}
	return words.Say("sources.never")
}

// beside says what the records hold of a source that is not in config.yaml: what
// staff reported, what came out of a file, and what was watched before.
func (p *program) beside(st cases.SourceStatus, words *phrases.Catalogue) string {
	switch {
	case st.Source == responder.ReportSource:
		return words.Say("sources.reported", "n", int(st.Seen))
	case st.LastTry.IsZero():
		return words.Say("sources.imported", "n", int(st.Seen))
	}
	return words.Say("sources.gone", "text", phrases.Plain(p.brought(st, words)))
}

func (p *program) since(t time.Time, words *phrases.Catalogue) string {
	return words.Say("sources.ago", "time", p.now().Sub(t))
}

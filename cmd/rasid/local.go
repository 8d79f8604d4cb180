package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder/learn"
	"rasid/sentiment"
)

// modelLocalCommand shows what was learned from staff.
func (p *program) modelLocalCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "local",
		Short: "Show what was learned from staff, and whether it is in use",
		Long: `Shows the lessons that decisions of staff gave (set aside as "not a complaint",
reported, answered, solved, opened again), and the versions of the small layer
fitted to them: how each judged mentions it had not seen, beside the table alone.

A version is used only when it judged better; nobody has to approve it, and
"rasid model rollback" takes it away.`,
		Example: `  rasid model local`,
		Args:    nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.look(cmd.Context(), func(r *records) error { return p.showLocal(cmd.Context(), r) })
		},
	}
}

// layersShown bounds the versions that are listed.
const layersShown = 10

func (p *program) showLocal(ctx context.Context, r *records) error {
	taught, err := r.store.Lessons(ctx, learn.Options().Keep)
	if err != nil {
		return err
	}
	layers, err := r.store.Layers(ctx, layersShown)
	if err != nil {
		return err
	}
	s, err := sentiment.New()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(p.out)
	r.showLessons(out, taught)
	if len(layers) == 0 {
		fmt.Fprintln(out, r.words.Say("local.none", "first", learn.Options().MinLabels, "every", learn.Every))
	}
	mark := s.Fingerprint()
	for _, l := range layers {
		if err := r.showLayer(out, l, mark); err != nil {
			return err
		}
	}
	return out.Flush()
}

// showLessons counts lessons by what they say, where they come from and who
// gave them.
func (r *records) showLessons(out *bufio.Writer, taught []cases.Taught) {
	label, origin, by := map[string]int{}, map[string]int{}, map[string]int{}
	for _, t := range taught {
		label[t.Label]++
		origin[string(t.Origin)]++
		by[r.name(t.By)]++
	}
	fmt.Fprintln(out, r.words.Say("local.lessons", "n", len(taught), "neg", label["neg"], "neu", label["neu"], "pos", label["pos"]))
	for _, m := range []map[string]int{origin, by} {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			parts = append(parts, r.words.Name(k)+" "+r.words.Number(m[k]))
		}
		if len(parts) > 0 {
			fmt.Fprintf(out, "  %s\n", strings.Join(parts, " · "))
		}
	}
}

func (r *records) showLayer(out *bufio.Writer, l cases.Layer, mark string) error {
	rep, err := learn.ReadReport(l)
	if err != nil {
		return err
	}
	state := "local.state." + string(l.State)
	if l.State == cases.LayerOn && l.Base != mark {
		state = "local.state.waits"
	}
	fmt.Fprintln(out, r.words.Say("local.version", "n", l.Version, "time", phrases.Plain(r.clock(l.At)), "state", phrases.Plain(r.words.Say(state, "name", phrases.Plain(r.words.Name(r.name(l.By)))))))
	if rep.Strength == "" {
		fmt.Fprintf(out, "  %s\n", r.words.Say("local.few", "n", rep.Used, "of", rep.Given))
		return nil
	}
	better := func(before, after float64) phrases.Plain { // as flag_at, in the digits of config.yaml
		return phrases.Plain(r.words.Name(fmt.Sprintf("%.2f → %.2f", before, after)))
	}
	fmt.Fprintf(out, "  %s\n", r.words.Say("local.fitted", "n", rep.Used, "of", rep.Given, "neg", rep.Complaints,
		"found", better(rep.Before.NegF1, rep.After.NegF1), "precision", better(rep.Before.NegAP, rep.After.NegAP)))
	for _, by := range rep.Doubted {
		fmt.Fprintf(out, "  %s\n", r.words.Say("local.doubted", "name", phrases.Plain(r.words.Name(r.name(by)))))
	}
	return nil
}

// modelRollbackCommand takes the newest layer away.
func (p *program) modelRollbackCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rollback",
		Short: "Take away what was learned last from staff",
		Long: `Takes the layer that is in use away and puts the one before it back, or the table
alone when there is none. The lessons stay; a new layer is fitted only after 20
new ones. A running "rasid run" on PostgreSQL follows within a minute.

With SQLite, stop "rasid run" first.`,
		Example: `  rasid model local      # which version is in use
  rasid model rollback`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.change(cmd.Context(), func(s *store.Store, _ *config.Config) error {
				from, to, err := s.RollBack(cmd.Context(), "console", p.now())
				switch {
				case errors.Is(err, cases.ErrNotFound):
					return errors.New("no layer is in use: nothing was learned yet, or all of it was taken away")
				case err != nil:
					return err
				case to == 0:
					p.say(p.out, "local.off", "from", from)
				default:
					p.say(p.out, "local.back", "from", from, "to", to)
				}
				return nil
			})
		},
	}
}

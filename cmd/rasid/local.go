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
			return p.look(cmd.Context(), "en", func(r *records) error { return p.showLocal(cmd.Context(), r) })
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
		fmt.Fprintf(out, "No layer yet: the first is fitted at %d lessons, the next after every %d.\n", learn.Options().MinLabels, learn.Every)
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
	fmt.Fprintf(out, "%s: complaints %d, neither %d, praise %d\n", count(len(taught), "lesson"), label["neg"], label["neu"], label["pos"])
	for _, m := range []map[string]int{origin, by} {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			parts = append(parts, fmt.Sprintf("%s %d", k, m[k]))
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
	state := string(l.State)
	switch {
	case l.State == cases.LayerOn && l.Base != mark:
		state = "waits to be fitted again: it belongs to another version of the program"
	case l.State == cases.LayerRolledBack:
		state = "rolled back by " + r.name(l.By)
	}
	fmt.Fprintf(out, "version %d  %s  %s\n", l.Version, r.clock(l.At), state)
	if rep.Strength == "" {
		fmt.Fprintf(out, "  too little to learn from: %d of %s count\n", rep.Used, count(rep.Given, "lesson"))
		return nil
	}
	fmt.Fprintf(out, "  fitted to %s (%d complaints) of %d; on those it had not seen, F1 of complaints %.2f → %.2f, average precision %.2f → %.2f\n",
		count(rep.Used, "lesson"), rep.Complaints, rep.Given, rep.Before.NegF1, rep.After.NegF1, rep.Before.NegAP, rep.After.NegAP)
	for _, by := range rep.Doubted {
		fmt.Fprintf(out, "  %s mostly says the contrary of the others: those lessons hardly count\n", r.name(by))
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
					fmt.Fprintf(p.out, "Version %d is out of use; mentions are judged by the table alone.\n", from)
				default:
					fmt.Fprintf(p.out, "Version %d is out of use, version %d is back.\n", from, to)
				}
				return nil
			})
		},
	}
}

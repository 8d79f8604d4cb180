package eval

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"

	"rasid/sentiment"
	"rasid/sentiment/train"
)

// RunOptions say what to measure and how to print it.
type RunOptions struct {
	Data     []string // folders or files with labelled texts
	Baseline []string // files of predictions to compare with, as "name=path" or a path
	Tau      float64
	Workers  int
	Only     func(source string) bool // measure these sources only; nil for all
	Pred     io.Writer                // receives the predictions as id, label, p_neg, p_neu, p_pos; may be nil
}

// Gold is one labelled text without its text.
type Gold struct {
	ID, Lang, Source, Domain string
	Label                    int
}

// Scored is a labelled text and its prediction.
type Scored struct {
	Gold
	Pred Pred
}

// Run scores all texts, prints the measures per source, per language and together, and the same for each baseline.
func Run(ctx context.Context, s *sentiment.Scorer, o RunOptions, w io.Writer) error {
	all, err := Predict(ctx, s, o)
	if err != nil {
		return err
	}
	if o.Pred != nil {
		if err := WritePreds(o.Pred, all); err != nil {
			return err
		}
	}
	out := &strings.Builder{}
	Print(out, "rasid", all, o)
	for _, b := range o.Baseline {
		name, path, ok := strings.Cut(b, "=")
		if !ok {
			name, path = b, b
		}
		preds, err := ReadPreds(path)
		if err != nil {
			return err
		}
		Print(out, name, join(all, preds), o)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing the measures: %w", err)
	}
	return nil
}

func join(all []Scored, preds map[string]Pred) []Scored {
	out := slices.Clone(all)
	for i := range out {
		p, ok := preds[out[i].ID]
		if !ok {
			p = Pred{Label: None}
		}
		out[i].Pred = p
	}
	return out
}

const block = 512

// Predict scores all texts of o.Data in their order, on o.Workers goroutines.
func Predict(ctx context.Context, s *sentiment.Scorer, o RunOptions) ([]Scored, error) {
	files, err := train.Files(o.Data...)
	if err != nil {
		return nil, err
	}
	var out []Scored
	var texts []string
	for _, f := range files {
		err := train.ReadFile(f, func(r train.Row) error {
			if o.Only != nil && !o.Only(r.Source) {
				return nil
			}
			out = append(out, Scored{Gold: Gold{r.ID, r.Lang, r.Source, r.Domain, int(r.Label)}})
			texts = append(texts, r.Text)
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(o.Workers, 1) {
		wg.Go(func() {
			for from := range next {
				for i := from; i < min(from+block, len(out)); i++ {
					r := s.Quick(sentiment.Input{Text: texts[i]})
					out[i].Pred = Pred{Label: slices.Index(Labels[:], string(r.Label)), P: [3]float64{r.Neg, r.Neu, r.Pos}, HasP: true}
				}
			}
		})
	}
	for from := 0; from < len(out); from += block {
		next <- from
	}
	close(next)
	wg.Wait()
	return out, nil
}

// smallSource is the size below which a source is printed but kept out of the means: with fewer texts its figures move
// by several points from one text to the next.
const smallSource = 150

// Print writes the table of one scorer: a line per source, the means per language, everything together, the confusion.
func Print(w io.Writer, name string, all []Scored, o RunOptions) {
	bySource, lang, order := groups(all)
	say(w, "%s\n", name)
	for _, l := range []string{"ar", "en"} {
		var reps, big []Report
		for _, src := range order {
			if lang[src] != l {
				continue
			}
			rep, ok := Measure(bySource[src], Options{Tau: o.Tau})
			if !ok {
				continue
			}
			say(w, "%s\n", Line(src, rep))
			reps = append(reps, rep)
			if rep.N >= smallSource {
				big = append(big, rep)
			}
		}
		if len(reps) > 0 {
			say(w, "%s\n%s\n", Mean("MEAN "+l+" all", reps), Mean("MEAN "+l, big))
		}
	}
	rep, ok := Measure(Items(all), Options{Tau: o.Tau})
	if !ok {
		return
	}
	say(w, "%s\n\nconfusion (rows gold, columns predicted)\n%6s%8s%8s%8s%8s\n", Line("TOTAL", rep), "", "neg", "neu", "pos", "none")
	for g, row := range rep.Confusion {
		say(w, "%6s%8d%8d%8d%8d\n", Labels[g], row[0], row[1], row[2], row[3])
	}
	say(w, "\n")
}

// Items are the labels and predictions alone.
func Items(all []Scored) []Item {
	out := make([]Item, len(all))
	for i, s := range all {
		out[i] = Item{s.Label, s.Pred}
	}
	return out
}

func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...) // w is a buffer
}

func groups(all []Scored) (map[string][]Item, map[string]string, []string) {
	by, lang := map[string][]Item{}, map[string]string{}
	var order []string
	for _, s := range all {
		if _, ok := by[s.Source]; !ok {
			order = append(order, s.Source)
			lang[s.Source] = s.Lang
		}
		by[s.Source] = append(by[s.Source], Item{s.Label, s.Pred})
	}
	slices.Sort(order)
	return by, lang, order
}

// Line is one row of the table.
func Line(name string, r Report) string {
	g := r.Label[0]
	s := fmt.Sprintf("%-22s n=%6d acc=%.3f macroF1=%.3f macroR=%.3f F1pn=%.3f | neg P=%.3f R=%.3f F1=%.3f",
		cut(name, 22), r.N, r.Acc, r.MacroF1, r.MacroRecall, r.F1PN, g.P, g.R, g.F1)
	if r.HasP && !math.IsNaN(r.NegAP) {
		s += fmt.Sprintf(" | AP=%.3f ECEtop=%.3f ECEneg=%.3f R@P95=%.2f R@P90=%.2f", r.NegAP, r.ECETop, r.ECENeg, r.RecallAtP95, r.RecallAtP90)
	}
	if r.Tau > 0 {
		s += fmt.Sprintf(" | tau=%.2f P=%.3f R=%.3f F1=%.3f", r.Tau, r.Flag.P, r.Flag.R, r.Flag.F1)
	}
	if r.Missing > 0 {
		s += fmt.Sprintf(" MISSING=%d", r.Missing)
	}
	return s
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

// Mean is the unweighted mean over sources of the figures that the reach is set in.
func Mean(name string, reps []Report) string {
	var m [5]float64
	ap, sum := 0, 0.0
	for _, r := range reps {
		for i, v := range []float64{r.Acc, r.MacroF1, r.Label[0].F1, r.ECETop, r.ECEChance} {
			m[i] += v / float64(len(reps))
		}
		if !math.IsNaN(r.NegAP) {
			sum += r.NegAP
			ap++
		}
	}
	return fmt.Sprintf("%-22s sources=%d acc=%.4f macroF1=%.4f negF1=%.4f negAP=%.4f ECEtop=%.4f chance=%.4f", name, len(reps), m[0], m[1], m[2], sum/float64(max(ap, 1)), m[3], m[4])
}

// Means picks the lines of means out of a printed report.
func Means(report string) []string {
	var out []string
	for l := range strings.Lines(report) {
		if strings.HasPrefix(l, "MEAN ") {
			out = append(out, strings.TrimRight(l, "\n"))
		}
	}
	return out
}

// Package holdout measures what to expect of texts of a kind never seen, and what labels of a place itself then bring:
// families of sources are left out of the training and judged.
package holdout

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"rasid/sentiment"
	"rasid/sentiment/eval"
	"rasid/sentiment/local"
	"rasid/sentiment/model"
	"rasid/sentiment/train"
)

// Labels is how many labels of a source itself a layer is fitted to.
const Labels = 200

// enough is the number of texts a source must have to be judged with a layer; with fewer chance has the last word.
const enough = 150

// Run learns a table without each family of sources in learn.Data in turn. It prints, as eval.Run does, how these tables
// judge the texts of o.Data that belong to the families left out, and then how they do with a layer fitted to Labels
// texts of the same source, taken from learn.Data: the layer counts only where it would have been switched on. Progress
// goes to progress.
func Run(ctx context.Context, learn train.Options, o eval.RunOptions, w, progress io.Writer) error {
	known, err := train.Sources()
	if err != nil {
		return err
	}
	lessons, err := sample(learn.Data)
	if err != nil {
		return err
	}
	var all []eval.Scored
	var taught []gain
	err = train.LeaveOut(ctx, learn, progress, func(families []string, t *model.Table) error {
		s, err := sentiment.With(t)
		if err != nil {
			return err
		}
		part := o
		part.Only = func(source string) bool { return slices.Contains(families, known[source].Family) }
		got, err := eval.Predict(ctx, s, part)
		if err != nil {
			return err
		}
		all = append(all, got...)
		gs, err := teach(ctx, s, got, lessons, part)
		taught = append(taught, gs...)
		return err
	})
	if err != nil {
		return err
	}
	if o.Pred != nil {
		if err := eval.WritePreds(o.Pred, all); err != nil {
			return err
		}
	}
	out := &strings.Builder{}
	eval.Print(out, "rasid, each family of sources judged by a table that never saw it", all, o)
	printGains(out, taught)
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing the measures: %w", err)
	}
	return nil
}

// sample takes Labels texts of each source, evenly spread over its rows, as the lessons of staff.
func sample(dirs []string) (map[string][]local.Example, error) {
	files, err := train.Files(dirs...)
	if err != nil {
		return nil, err
	}
	all := map[string][]local.Example{}
	for _, f := range files {
		err := train.ReadFile(f, func(r train.Row) error {
			n := len(all[r.Source])
			all[r.Source] = append(all[r.Source], local.Example{
				Text: r.Text, Label: sentiment.Label(train.Labels[r.Label]), By: fmt.Sprint("staff", n%3), Author: r.ID,
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for source, es := range all {
		if len(es) < Labels {
			delete(all, source)
			continue
		}
		var some []local.Example
		for k := range Labels {
			some = append(some, es[k*len(es)/Labels])
		}
		all[source] = some
	}
	return all, nil
}

// gain is what the lessons brought for one source.
type gain struct {
	source, lang  string
	before, after eval.Report
	noise         float64 // standard error of what the F1 of complaints gains
	fit           local.Report
}

func teach(ctx context.Context, s *sentiment.Scorer, judged []eval.Scored, lessons map[string][]local.Example, o eval.RunOptions) ([]gain, error) {
	by := map[string][]eval.Scored{}
	var order []string
	for _, j := range judged {
		if by[j.Source] == nil {
			order = append(order, j.Source)
		}
		by[j.Source] = append(by[j.Source], j)
	}
	var out []gain
	for _, source := range order {
		if len(by[source]) < enough || lessons[source] == nil {
			continue
		}
		layer, rep, err := local.Fit(ctx, s, lessons[source], local.Defaults())
		if err != nil {
			return nil, fmt.Errorf("fitting a layer to %s: %w", source, err)
		}
		after := by[source]
		if rep.Better {
			only := o
			only.Only = func(name string) bool { return name == source }
			if after, err = eval.Predict(ctx, s.WithLayer(layer), only); err != nil {
				return nil, err
			}
		}
		g := gain{source: source, lang: by[source][0].Lang, fit: rep}
		g.before, _ = eval.Measure(eval.Items(by[source]), eval.Options{})
		g.after, _ = eval.Measure(eval.Items(after), eval.Options{})
		g.noise = noise(eval.Items(by[source]), eval.Items(after))
		out = append(out, g)
	}
	return out, nil
}

func printGains(w io.Writer, gs []gain) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) } // w is a buffer
	say("with %d labels of the source itself: macro-F1 / F1 / AP of complaints, before and after\n", Labels)
	slices.SortFunc(gs, func(a, b gain) int { return strings.Compare(a.lang+a.source, b.lang+b.source) })
	var sum [6]float64
	worse := 0
	for _, g := range gs {
		row := [6]float64{g.before.MacroF1, g.before.Label[0].F1, ap(g.before), g.after.MacroF1, g.after.Label[0].F1, ap(g.after)}
		state := "stays off"
		if g.fit.Better {
			state = fmt.Sprintf("on, %s × %g", g.fit.Strength, g.fit.Share)
		}
		if row[4] < row[1]-2*g.noise {
			state += ", WORSE than chance explains"
			worse++
		}
		say("%-22s %s n=%5d  %.3f / %.3f / %.3f  ->  %.3f / %.3f / %.3f  (F1 %+.3f ± %.3f)  %s\n", g.source, g.lang, g.before.N, row[0], row[1], row[2], row[3], row[4], row[5], row[4]-row[1], g.noise, state)
		for i, v := range row {
			sum[i] += v / float64(len(gs))
		}
	}
	if len(gs) > 0 {
		say("MEAN of %d sources             %.3f / %.3f / %.3f  ->  %.3f / %.3f / %.3f\n", len(gs), sum[0], sum[1], sum[2], sum[3], sum[4], sum[5])
		say("worse by more than two standard errors: %d\n", worse)
	}
}

// draws is how many samples the standard error of a difference is read from.
const draws = 200

// noise is the standard error of the difference in the F1 of complaints between two judgements of the same texts: how
// much it varies over texts drawn from these again and again. The draws are the same every time.
func noise(before, after []eval.Item) float64 {
	r := rand.New(rand.NewPCG(1, uint64(len(before))))
	var sum, squares float64
	for range draws {
		var a, b [3]float64 // right, said in vain, missed
		for range before {
			i := r.IntN(len(before))
			note(&a, before[i])
			note(&b, after[i])
		}
		d := f1(b) - f1(a)
		sum += d
		squares += d * d
	}
	mean := sum / draws
	return math.Sqrt(max(squares/draws-mean*mean, 0))
}

func note(c *[3]float64, it eval.Item) {
	switch is, said := it.Gold == 0, it.Pred.Label == 0; {
	case is && said:
		c[0]++
	case said:
		c[1]++
	case is:
		c[2]++
	}
}

func f1(c [3]float64) float64 { return 2 * c[0] / max(2*c[0]+c[1]+c[2], 1) }

// ap is 0 where there is no complaint at all.
func ap(r eval.Report) float64 {
	if math.IsNaN(r.NegAP) {
		return 0
	}
	return r.NegAP
}

package train

import (
	_ "embed" // the table of sources is part of the program
	"fmt"
	"math"
	"strconv"
	"strings"
)

//go:embed sources.tsv
var sourceTable string

// Source is what is known of one set of labelled texts.
type Source struct {
	Name, Family, Licence, Status string
	Weight                        float64
}

// Sources reads the table of known sources.
func Sources() (map[string]Source, error) {
	out := map[string]Source{}
	n := 0
	for l := range strings.Lines(sourceTable) {
		n++
		l = strings.TrimRight(l, "\n")
		if l == "" || l[0] == '#' {
			continue
		}
		c := strings.Split(l, "\t")
		if len(c) != 5 {
			return nil, fmt.Errorf("reading sources.tsv:%d: %d columns instead of 5", n, len(c))
		}
		w, err := strconv.ParseFloat(c[1], 64)
		if err != nil || w < 0 {
			return nil, fmt.Errorf("reading sources.tsv:%d: weight %q is not a number from 0", n, c[1])
		}
		out[c[0]] = Source{Name: c[0], Weight: w, Family: c[2], Licence: c[3], Status: c[4]}
	}
	return out, nil
}

const (
	fullRows      = 5000 // from here on a source's rows share a weight that grows with the root only
	englishWeight = 1.3  // there is less of it that looks like mentions of businesses
	largestShare  = 0.25 // of the weight of a language that one source may have …
	manySources   = 5    // … where there are at least so many
	fewRows       = 200_000
	maxOwnTimes   = 2 // keeps a handful of texts of a user from drowning in our own
)

// ownTimes is how many times more our own sentences count where there is little else to learn from.
func ownTimes(rows int) float64 { return min(max(fewRows/float64(max(rows, 1)), 1), maxOwnTimes) }

// weigh gives each row its weight: by source, by the size of the source, by language. Rows of a left-out source or
// family weigh nothing.
func weigh(rows []Row, known map[string]Source, leave map[string]bool) []float32 {
	n := map[string]int{}
	for i := range rows {
		n[rows[i].Source]++
	}
	own := ownTimes(len(rows))
	out := make([]float32, len(rows))
	for i := range rows {
		r := &rows[i]
		s, ok := known[r.Source]
		if !ok {
			s = Source{Weight: 1}
		}
		if leave[r.Source] || s.Family != "" && leave[s.Family] {
			continue
		}
		w := s.Weight
		if k := n[r.Source]; k > fullRows {
			w *= math.Sqrt(float64(fullRows) / float64(k))
		}
		if r.Lang == "en" {
			w *= englishWeight
		}
		if isOwn(r.Source) {
			w *= own
		}
		out[i] = float32(w)
	}
	capShares(rows, out)
	return out
}

// place is a source in one language.
type place struct{ lang, source string }

// capShares takes weight from a source that has more than largestShare of its language: what is odd about it would
// otherwise pass for what the language is like.
func capShares(rows []Row, weight []float32) {
	sum, total, count := map[place]float64{}, map[string]float64{}, map[string]int{}
	for i := range rows {
		if weight[i] == 0 {
			continue
		}
		at := place{rows[i].Lang, rows[i].Source}
		if sum[at] == 0 {
			count[at.lang]++
		}
		sum[at] += float64(weight[i])
		total[at.lang] += float64(weight[i])
	}
	for i := range rows {
		at := place{rows[i].Lang, rows[i].Source}
		if count[at.lang] < manySources || sum[at] <= largestShare*total[at.lang] {
			continue
		}
		rest := total[at.lang] - sum[at]
		weight[i] *= float32(rest * largestShare / (1 - largestShare) / sum[at])
	}
}

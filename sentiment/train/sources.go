package train

import (
	"cmp"
	_ "embed" // the table of sources is part of the program
	"fmt"
	"math"
	"slices"
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

// capShares takes weight from sources that have more than largestShare of their language: what is odd about one would
// otherwise pass for what the language is like.
func capShares(rows []Row, weight []float32) {
	sum, most := map[place]float64{}, map[string]float64{}
	for i := range rows {
		if weight[i] > 0 {
			sum[place{rows[i].Lang, rows[i].Source}] += float64(weight[i])
		}
	}
	of := map[string][]float64{}
	for at, v := range sum {
		of[at.lang] = append(of[at.lang], v)
	}
	for lang, sums := range of {
		most[lang] = mostOf(sums)
	}
	for i := range rows {
		at := place{rows[i].Lang, rows[i].Source}
		if limit := most[at.lang]; sum[at] > limit {
			weight[i] *= float32(limit / sum[at])
		}
	}
}

// mostOf is the weight that none of the sources of a language may exceed, so that none has more than largestShare of what
// they have together then.
func mostOf(sums []float64) float64 {
	if len(sums) < manySources {
		return math.Inf(1)
	}
	slices.SortFunc(sums, func(a, b float64) int { return cmp.Compare(b, a) })
	rest := 0.0
	for _, v := range sums {
		rest += v
	}
	for k, v := range sums {
		// k of them have the most each, and the others rest.
		if most := rest * largestShare / (1 - largestShare*float64(k)); v <= most {
			return most
		}
		rest -= v
	}
	return math.Inf(1)
}

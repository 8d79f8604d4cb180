package config

import (
	"slices"
	"strconv"

	"rasid/internal/cases"
)

// dims is how many conditions a rule can have.
const dims = 9

// piece is a set of mentions: all that have one of the values in every
// dimension. Rules are compared as pieces, which is exact, because every
// dimension has few values. A mention with several signals counts as one of
// each.
type piece struct {
	rule int
	dim  [dims][]string
}

// everything is the piece of all mentions.
func (r *reader) everything(c *Config) piece {
	var sources []string
	for _, s := range c.Sources {
		sources = append(sources, s.Name)
	}
	// Case numbers above five are not looked at: see Counts.
	return piece{dim: [dims][]string{
		{"pos", "neu", "neg"}, harms(), numbers(0, 5), cases.Topics(), cases.Languages(), sources, numbers(0, 5),
		{"open", "closed"}, append(cases.Signals(), noSignal),
	}}
}

func numbers(from, to int) []string {
	var out []string
	for n := from; n <= min(to, 5); n++ {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// cut leaves of p what a rule asks for.
func (p piece) cut(w When) piece {
	if len(w.Sentiment) > 0 {
		p.dim[0] = words(w.Sentiment)
	}
	if len(w.Severity) > 0 {
		p.dim[1] = words(w.Severity)
	}
	if len(w.Stars) > 0 {
		p.dim[2] = nil
		for _, n := range w.Stars {
			p.dim[2] = append(p.dim[2], strconv.Itoa(n))
		}
	}
	if len(w.Topic) > 0 {
		p.dim[3] = words(w.Topic)
	}
	if len(w.Language) > 0 {
		p.dim[4] = words(w.Language)
	}
	if len(w.Source) > 0 {
		p.dim[5] = w.Source
	}
	if n := w.AuthorCases; n.Set {
		to := n.To
		if n.Unlimited {
			to = 5
		}
		p.dim[6] = numbers(n.From, to)
	}
	if w.Hours != "" {
		p.dim[7] = []string{string(w.Hours)}
	}
	if len(w.Signals) > 0 {
		p.dim[8] = words(w.Signals)
	}
	return p
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// covers reports whether p holds everything q does.
func (p piece) covers(q piece) bool {
	for d := range dims {
		for _, v := range q.dim[d] {
			if !slices.Contains(p.dim[d], v) {
				return false
			}
		}
	}
	return true
}

// without is what is left of p when q is taken away: for each dimension the
// part outside q, within q in the dimensions before it.
func (p piece) without(q piece) []piece {
	var out []piece
	for d := range dims {
		var inside, outside []string
		for _, v := range p.dim[d] {
			if slices.Contains(q.dim[d], v) {
				inside = append(inside, v)
			} else {
				outside = append(outside, v)
			}
		}
		if len(inside) == 0 {
			return []piece{p} // nothing in common
		}
		if len(outside) > 0 {
			rest := p
			rest.dim[d] = outside
			out = append(out, rest)
		}
		p.dim[d] = inside
	}
	return out
}

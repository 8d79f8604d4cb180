package console

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

// Part is a piece of a mention's text, coloured when a reason points at it.
type Part struct {
	Text string
	Kind string // "", "bad" or "good"
	Why  string
}

// faintest is the share of the strongest weight below which a word is not
// marked: a page on which every word is marked explains nothing.
const faintest = 0.25

// highlight cuts a text at the spans of its reasons. Spans that overlap or do
// not fit the text are left out.
func highlight(text string, reasons []cases.Reason) []Part {
	var parts []Part
	at := 0
	strongest := 0.0
	for _, r := range reasons {
		if r.Text != "" {
			strongest = max(strongest, math.Abs(r.Weight))
		}
	}
	byStart := slices.SortedStableFunc(slices.Values(reasons), func(a, b cases.Reason) int { return a.Start - b.Start })
	for _, r := range byStart {
		if math.Abs(r.Weight) < strongest*faintest || r.Start < at || r.End > len(text) || r.Start >= r.End || text[r.Start:r.End] != r.Text {
			continue
		}
		if r.Start > at {
			parts = append(parts, Part{Text: responder.Visible(text[at:r.Start])})
		}
		kind := "good"
		if r.Weight < 0 {
			kind = "bad"
		}
		why := strings.Replace(strconv.FormatFloat(r.Weight, 'f', 1, 64), "-", "−", 1)
		if r.By != "" {
			why += " · " + responder.Visible(r.By)
		}
		parts = append(parts, Part{Text: responder.Visible(r.Text), Kind: kind, Why: why})
		at = r.End
	}
	if at < len(text) {
		parts = append(parts, Part{Text: responder.Visible(text[at:])})
	}
	return parts
}

// cutoff shortens a text to n letters; offsets into what is left stay true.
func cutoff(n int, s string) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}

// A text beyond these may be taller than its box on a telephone.
const (
	longBytes = 600
	longLines = 12
)

// long reports whether a text may have to be scrolled in its box, which must
// then be reached with the keys.
func long(s string) bool { return len(s) > longBytes || strings.Count(s, "\n") > longLines }

// chips are the n strongest reasons that name words; the page keeps the rest
// behind a fold.
func chips(n int, reasons []cases.Reason) []cases.Reason {
	var named []cases.Reason
	for _, r := range reasons {
		if strings.TrimSpace(r.Text) != "" {
			named = append(named, r)
		}
	}
	slices.SortStableFunc(named, func(a, b cases.Reason) int {
		switch x, y := math.Abs(a.Weight), math.Abs(b.Weight); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return named[:min(n, len(named))]
}

// explain says in the page's language what kind of reason it is.
func explain(say *phrases.Catalogue, r cases.Reason) string {
	key := "reason." + r.Kind
	if !say.Has(key) {
		key = "reason.word"
	}
	return say.Say(key, "by", responder.Visible(r.By))
}

// Change is a stretch of words that two drafts share, or that only one has.
type Change struct {
	Text string
	Kind string // "", "ins" or "del"
}

// mostWords bounds a comparison; longer texts are shown whole.
const mostWords = 600

// differences compares two texts word by word (longest common subsequence).
func differences(before, after string) []Change {
	a, b := cut(before), cut(after)
	if len(a) > mostWords || len(b) > mostWords {
		return []Change{{before, "del"}, {after, "ins"}}
	}
	// long[i][j] is the length of the longest common subsequence of a[i:], b[j:].
	long := make([][]int, len(a)+1)
	for i := range long {
		long[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	var out []Change
	add := func(text, kind string) {
		if n := len(out); n > 0 && out[n-1].Kind == kind {
			out[n-1].Text += text
			return
		}
		out = append(out, Change{text, kind})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add(a[i], "")
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && long[i+1][j] >= long[i][j+1]:
			add(a[i], "del")
			i++
		default:
			add(b[j], "ins")
			j++
		}
	}
	return out
}

// cut splits a text into words and the spaces between them; together they are
// the text again.
func cut(s string) []string {
	var out []string
	start, space := 0, false
	for i, r := range s {
		if is := unicode.IsSpace(r); i > start && is != space {
			out = append(out, s[start:i])
			start = i
			space = is
		} else if i == start {
			space = is
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

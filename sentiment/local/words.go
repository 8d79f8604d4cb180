package local

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rasid/sentiment"
)

// What a layer learned is told in words that several customers used: nobody is quoted.
const (
	tellFrom  = 3    // customers that must have used the word
	tellMost  = 4    // words told for each side
	tellSided = 0.75 // share of those customers that must stand on one side
	tellShift = 0.05 // of the score, below which the layer hardly knows the word
)

// learned names the words that mean something else in this shop than they do to the embedded table: those of complaints
// that it does not take for one, and those of the rest that it does. The strongest come first.
func learned(base *sentiment.Scorer, l *sentiment.Layer, items []item) (complaint, calm []string) {
	type use struct{ neg, other int }
	uses, told := map[string]*use{}, map[string]bool{}
	for i := range items {
		for _, w := range wordsOf(items[i].text) {
			who := w + "\n" + cmp.Or(items[i].author, items[i].text)
			if items[i].doubted || told[who] {
				continue
			}
			told[who] = true
			if uses[w] == nil {
				uses[w] = &use{}
			}
			if items[i].label == 0 {
				uses[w].neg++
			} else {
				uses[w].other++
			}
		}
	}
	shift := map[string]float64{}
	for w, u := range uses {
		n := u.neg + u.other
		side := float64(max(u.neg, u.other)) >= tellSided*float64(n)
		if n < tellFrom || !side {
			continue
		}
		d := shiftOf(base, l, w)
		known := base.Quick(sentiment.Input{Text: w}).Label == sentiment.Negative
		switch isComplaint := u.neg > u.other; {
		case isComplaint && d < -tellShift && !known:
			complaint = append(complaint, w)
		case !isComplaint && d > tellShift && known:
			calm = append(calm, w)
		default:
			continue
		}
		shift[w] = math.Abs(d)
	}
	return strongest(complaint, shift), strongest(calm, shift)
}

// shiftOf is by how much the layer's words move the score of a word alone, towards praise.
func shiftOf(base *sentiment.Scorer, l *sentiment.Layer, word string) float64 {
	ev := base.Evidence(sentiment.Input{Text: word})
	sum := 0.0
	for _, s := range ev.Slots {
		c := l.Cells[sentiment.LayerSlot(s)]
		sum += float64(c[1] - c[0])
	}
	return sum * invRoot(ev.Count)
}

func strongest(ws []string, by map[string]float64) []string {
	slices.SortFunc(ws, func(a, b string) int { return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b)) })
	return ws[:min(len(ws), tellMost)]
}

// wordsOf are the different words of a text, of three letters and more.
func wordsOf(text string) []string {
	seen := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if utf8.RuneCountInString(w) >= 3 {
			seen[w] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

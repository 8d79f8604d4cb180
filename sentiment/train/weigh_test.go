package train

import (
	"fmt"
	"math"
	"testing"
)

// rowsOf are n rows of each source named, in English.
func rowsOf(n map[string]int) []Row {
	var out []Row
	for source, k := range n {
		for range k {
			out = append(out, Row{Lang: "en", Source: source})
		}
	}
	return out
}

// sharesOf is the share of each source in the weight of all rows.
func sharesOf(rows []Row) map[string]float64 {
	out, total := map[string]float64{}, 0.0
	for i, w := range weigh(rows, nil, nil) {
		out[rows[i].Source] += float64(w)
		total += float64(w)
	}
	for s := range out {
		out[s] /= total
	}
	return out
}

func TestOneOfManySourcesNeverOutweighsTheLanguage(t *testing.T) {
	many := map[string]int{"flood": 5000}
	for k := range 6 {
		many[fmt.Sprint("brook", k)] = 100
	}
	if got := sharesOf(rowsOf(many))["flood"]; math.Abs(got-largestShare) > 0.001 {
		t.Errorf("a source of 5000 rows beside six of 100 has %.3f of the weight, want %.3f", got, largestShare)
	}
	many["tide"] = 5000
	if got := sharesOf(rowsOf(many)); math.Abs(got["flood"]-largestShare) > 0.001 || math.Abs(got["tide"]-largestShare) > 0.001 {
		t.Errorf("of two sources of 5000 rows beside six of 100 one has %.3f of the weight and one %.3f, want %.3f", got["flood"], got["tide"], largestShare)
	}
	if got := sharesOf(rowsOf(map[string]int{"flood": 5000, "brook": 100}))["flood"]; got < 0.9 {
		t.Errorf("one of two sources has only %.3f of the weight: its texts are lost", got)
	}
}

func TestOurOwnSentencesCountMoreWhereThereIsLittleElse(t *testing.T) {
	weightOfOwn := func(others int) float32 {
		rows := append([]Row{{Lang: "en", Source: ownSource}}, rowsOf(map[string]int{"other": others})...)
		return weigh(rows, nil, nil)[0]
	}
	few, some, many := weightOfOwn(10), weightOfOwn(fewRows*2/3), weightOfOwn(fewRows)
	if !(few > some && some > many) || few > maxOwnTimes*many*1.001 {
		t.Errorf("one of our own counts %.2f beside 10 texts, %.2f beside %d, %.2f beside %d", few, some, fewRows*2/3, many, fewRows)
	}
}

package sentiment

import (
	"slices"

	"rasid/sentiment/internal/features"
)

var dialects = []string{"msa", "gulf", "egyptian", "levantine", "maghrebi", "iraqi", "sudanese"}

// dialect counts the words that belong to one dialect; a word shared by several counts a part for each. It stays
// silent when two dialects are equally likely.
func dialect(p *features.Page, lang string) (string, []string) {
	if lang == "en" || lang == "other" {
		return "", nil
	}
	var votes [7]float64
	var cues [7][]string
	for i := range p.Hits {
		h := &p.Hits[i]
		n := 0
		for _, t := range h.Entry.Tags {
			if slices.Contains(dialects, t) {
				n++
			}
		}
		for k, d := range dialects {
			if n > 0 && h.Entry.Tagged(d) {
				votes[k] += 1 / float64(n)
				cues[k] = append(cues[k], p.Doc.Source[p.Doc.Tok[h.Tok].Start:p.Doc.Tok[h.Tok+h.N-1].End])
			}
		}
	}
	best, second := 0, 0.0
	for k, v := range votes {
		if v > votes[best] {
			best = k
		}
	}
	for k, v := range votes {
		if k != best {
			second = max(second, v)
		}
	}
	if votes[best] < 0.5 || votes[best] <= second {
		return "", nil
	}
	return dialects[best], cues[best]
}

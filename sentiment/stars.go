package sentiment

import "strings"

// starLogits is what stars alone say, as shares of log(neg/neu) and log(pos/neu): on review pages about nine of ten
// one-star texts are complaints, three stars say little.
func starLogits(stars int) (neg, pos float64) {
	switch stars {
	case 1:
		return 2.6, -1.2
	case 2:
		return 1.7, -0.8
	case 3:
		return 0.2, -0.3
	case 4:
		return -0.9, 1.0
	case 5:
		return -1.4, 2.0
	}
	return 0, 0
}

// starReason is the reason of the stars; it says so when the words before it point the other way.
func starReason(stars int, w float64, words []Reason) Reason {
	r := Reason{Text: strings.Repeat("★", stars), Weight: w, Kind: KindStars}
	sum := 0.0
	for _, x := range words {
		sum += x.Weight
	}
	if stars <= 2 && sum > 0.5 || stars >= 4 && sum < -0.5 {
		r.Kind = KindConflict
	}
	return r
}

// Drawn is the rating of a text that is nothing but drawn stars, 1 to 5: ⭐⭐ is
// two, ★☆☆☆☆ is one. It is 0 when there is anything else, or no star at all.
func Drawn(text string) int {
	full, empty := 0, 0
	for _, r := range text {
		switch r {
		case '⭐', '★', '🌟', '✭', '✮':
			full++
		case '☆', '✩', '⚝':
			empty++
		case ' ', '\n', '\t', '\r', '\ufe0f', '\u200f', '\u200e':
		default:
			return 0
		}
	}
	if full < 1 || full+empty > 5 {
		return 0
	}
	return full
}

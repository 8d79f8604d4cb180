package sentiment

import (
	"strings"

	"rasid/sentiment/internal/features"
)

// target estimates whether a complaint in the text is about us. Our own page and replies to us are; a text that names
// us is likely; a text that names nobody is open.
func target(_ *features.Page, in Input, _ *Result) float64 {
	if in.AboutUs {
		return 0.97
	}
	low := strings.ToLower(in.Text)
	for _, b := range in.Brand {
		if b != "" && strings.Contains(low, strings.ToLower(b)) {
			return 0.8
		}
	}
	if len(in.Brand) > 0 {
		return 0.3
	}
	return 0.5
}

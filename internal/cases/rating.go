package cases

import (
	"regexp"
	"strings"
)

// The ratings a customer can give.
const (
	LowestRating  = 1
	HighestRating = 5
)

var (
	// A number alone, however it is dressed: 4, ٤, 4/5, 4 من 5, 4 stars, ٤ نجوم.
	ratedNumber = regexp.MustCompile(`^([1-5])\x{FE0F}?\x{20E3}?\s*(?:(?:/|من|out of|of)\s*5)?\s*(?:stars?|نجوم|نجمات|نجمة|نجمه)?[.!]*$`)
	addressed   = regexp.MustCompile(`^(?:@\S+\s+)+`) // who is answered, as some platforms put it in front
	ratedFaces  = map[string]int{"😡": 1, "😠": 1, "🤬": 1, "😞": 2, "🙁": 2, "☹": 2, "😕": 2, "😐": 3, "🙂": 4, "😊": 4, "😀": 5, "😍": 5, "🤩": 5}
	westernise  = strings.NewReplacer("٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9",
		"۱", "1", "۲", "2", "۳", "3", "۴", "4", "۵", "5", "\u200f", "", "\u200e", "", "\u061c", "")
)

// RatingOf reads an answer to "how satisfied are you, from 1 to 5?". It reports
// false for any other text, which must not be swallowed as a rating.
func RatingOf(text string) (int, bool) {
	s := addressed.ReplaceAllString(strings.TrimSpace(strings.ToLower(westernise.Replace(text))), "")
	if m := ratedNumber.FindStringSubmatch(s); m != nil {
		return int(m[1][0] - '0'), true
	}
	bare := strings.ReplaceAll(s, "\uFE0F", "")
	if n, ok := ratedFaces[bare]; ok {
		return n, true
	}
	full := strings.Count(bare, "⭐") + strings.Count(bare, "★") + strings.Count(bare, "🌟")
	if rest := strings.Trim(bare, "⭐★🌟☆ "); rest == "" && full >= LowestRating && full <= HighestRating {
		return full, true
	}
	return 0, false
}

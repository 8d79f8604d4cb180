package responder

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"strings"
	"unicode"

	"rasid/internal/fold"
)

// A fingerprint is a MinHash: the share of equal places in two of them
// estimates how much of two texts is the same (Jaccard, over stretches of five
// letters). 24 places tell 0.8 from 0.3 well enough to count copies, and fit
// in 96 bytes.
const (
	places    = 24
	stretch   = 5
	alike     = 0.6 // from here two texts are copies of each other
	fewWords  = 4   // below, equal words mean nothing: "bad service" is no campaign
	fewLetter = 18
)

// fingerprint returns the fingerprint of a text, or nil when it is too short
// to compare. Spelling, digits, punctuation and emoji do not count.
func fingerprint(text string) []byte {
	letters := strings.Join(strings.FieldsFunc(fold.Text(text), func(r rune) bool { return !unicode.IsLetter(r) }), " ")
	runes := []rune(letters)
	if len(runes) < fewLetter || strings.Count(letters, " ") < fewWords-1 {
		return nil
	}
	var least [places]uint32
	for i := range least {
		least[i] = math.MaxUint32
	}
	for i := 0; i+stretch <= len(runes); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(runes[i : i+stretch])))
		sum := h.Sum64()
		for p := range least {
			// Odd multipliers permute; the high half is the well-mixed one.
			mixed := (sum ^ uint64(p)*0x9e3779b97f4a7c15) * (2*uint64(p)*0xbf58476d1ce4e5b9 + 0x94d049bb133111eb)
			mixed ^= mixed >> 29
			least[p] = min(least[p], uint32(mixed*0xff51afd7ed558ccd>>32)) // the high half is meant
		}
	}
	out := make([]byte, 0, places*4)
	for _, v := range least {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// sameWords reports whether two fingerprints are of nearly the same words.
func sameWords(a, b []byte) bool {
	if len(a) != places*4 || len(b) != places*4 {
		return false
	}
	equal := 0
	for i := range places {
		if [4]byte(a[4*i:]) == [4]byte(b[4*i:]) {
			equal++
		}
	}
	return float64(equal) >= alike*places
}

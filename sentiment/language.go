package sentiment

import "strings"

// foreignArabic holds letters that Persian, Urdu, Kurdish and Pashto write and Arabic does not. Arabic writers do type
// Persian kaf and yeh by accident, and چ گ پ ڤ in loan words, so those are not here.
const foreignArabic = "ژٹڈڑےںھۆێڵڕەټډړښڼۍې"

// Language tells the language of a text from its letters and commonest words: "ar", "en", "mixed" (both), "arabizi"
// (Arabic in Latin letters) or "other".
func Language(text string) string {
	var ar, la, foreign int
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			la++
		case r >= 0x0621 && r <= 0x06FF:
			if strings.ContainsRune(foreignArabic, r) {
				foreign++
			}
			ar++
		case r >= 0xC0 && r < 0x600 || r > 0x900 && r < 0x2000 || r >= 0x3040 && r < 0xD7A4:
			foreign++
		}
	}
	switch {
	case ar+la == 0, foreign*8 > ar+la:
		return "other"
	case ar > 0 && la > 0 && min(ar, la)*5 >= max(ar, la):
		return "mixed"
	case ar >= la:
		return "ar"
	}
	return latin(text)
}

// latin separates English from Arabic in Latin letters by digits inside words (3ajbni, 7ilw).
func latin(text string) string {
	words, arabizi := 0, 0
	for w := range strings.FieldsSeq(strings.ToLower(text)) {
		words++
		if strings.ContainsAny(w, "23579") && strings.IndexFunc(w, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0 {
			arabizi++
		}
	}
	if arabizi*4 >= words && arabizi > 0 {
		return "arabizi"
	}
	return "en"
}

package fold

// variants folds one lower-case rune to the letter it stands for.
func variants(r rune) (rune, bool) {
	if r >= 0x0600 && r <= 0x06FF {
		to, ok := arabic[r]
		return to, ok
	}
	to, ok := lookalike[r]
	return to, ok
}

// arabic holds the letters people write for one another. Sources: Unicode
// block 0600–06FF; the pairs are those Arabic search engines fold (alef, yeh,
// ta marbuta, hamza seats) and the Persian and Urdu letters used for the same
// sounds in Arabic brand names. Decomposition has already split آ أ إ ؤ ئ.
var arabic = map[rune]rune{
	'ٱ': 'ا', 'ٲ': 'ا', 'ٳ': 'ا', 'ٵ': 'ا',
	'ى': 'ي', 'ی': 'ي', 'ې': 'ي', 'ے': 'ي', 'ۍ': 'ي', 'ٸ': 'ي',
	'ٶ': 'و', 'ۆ': 'و', 'ۇ': 'و', 'ۈ': 'و', 'ۋ': 'و',
	'ة': 'ه', 'ۃ': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ە': 'ه', 'ۀ': 'ه', 'ۂ': 'ه',
	'گ': 'ك', 'ک': 'ك', 'ڪ': 'ك', 'ڭ': 'ك', 'ګ': 'ك',
	'پ': 'ب', 'ڤ': 'ف', 'ڨ': 'ق', 'چ': 'ج', 'ژ': 'ز', 'ڜ': 'ش',
	'ٹ': 'ت', 'ڈ': 'د', 'ڑ': 'ر', 'ں': 'ن', 'ڵ': 'ل',
	'،': ',', '؛': ';', '؟': '?', '٪': '%', '٫': '.', '٬': ',',
}

// lookalike holds the lower-case letters that stand in for Latin ones. Sources:
// the single-letter pairs of Unicode's confusables.txt whose upper or lower
// case looks the same; both cases go one way, so Cyrillic and Greek words still
// find themselves.
var lookalike = map[rune]rune{
	// Cyrillic
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'н': 'h', 'і': 'i', 'ј': 'j',
	'к': 'k', 'ӏ': 'l', 'м': 'm', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'ѕ': 's', 'т': 't', 'ѵ': 'v',
	'ԝ': 'w', 'х': 'x', 'у': 'y', 'ү': 'y',
	// Greek
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'μ': 'm', 'ν': 'v', 'ο': 'o',
	'ρ': 'p', 'ς': 's', 'σ': 's', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ζ': 'z', 'γ': 'y', 'ω': 'w', 'ϲ': 'c',
	// Latin beyond ASCII
	'ı': 'i', 'ɩ': 'i', 'ɪ': 'i', 'ɑ': 'a', 'ɡ': 'g', 'ſ': 's', 'ł': 'l', 'ø': 'o', 'đ': 'd',
	'ħ': 'h', 'ŧ': 't', 'ȷ': 'j', 'ʋ': 'v', 'ᴏ': 'o', 'ᴠ': 'v', 'ᴡ': 'w', 'ᴢ': 'z', 'ǀ': 'l',
	// punctuation people type for one another
	'’': '\'', '‘': '\'', 'ʼ': '\'', '′': '\'', '“': '"', '”': '"', '«': '"', '»': '"',
	'‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '−': '-',
}

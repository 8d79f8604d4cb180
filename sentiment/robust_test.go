package sentiment

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// changes keep what a text says. Each must leave the label alone.
var changes = []struct {
	name string
	do   func(string) string
}{
	{"composed letters", norm.NFC.String},
	{"decomposed letters", norm.NFD.String},
	{"compatibility letters", norm.NFKC.String},
	{"tatweel inside Arabic words", between(func(a, b rune) string {
		if unicode.Is(unicode.Arabic, a) && unicode.Is(unicode.Arabic, b) && unicode.IsLetter(a) && unicode.IsLetter(b) {
			return "ـ"
		}
		return ""
	})},
	{"zero-width signs inside words", between(func(a, b rune) string {
		if unicode.IsLetter(a) && unicode.IsLetter(b) {
			return "\u200b"
		}
		return ""
	})},
	{"direction marks around the text", func(s string) string { return "\u202b" + s + "\u202c\u200f" }},
	{"spaces doubled", func(s string) string { return " " + strings.ReplaceAll(s, " ", "  ") + " " }},
	{"no-break spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
	{"hamza on alef dropped", strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا").Replace},
	{"vowel marks", between(func(a, _ rune) string {
		if unicode.Is(unicode.Arabic, a) && unicode.IsLetter(a) {
			return "\u064e"
		}
		return ""
	})},
	{"escaped for a page", strings.NewReplacer("&", "&amp;", "<", "&lt;", "\"", "&quot;", "'", "&#39;").Replace},
	{"Latin letters imitated by Cyrillic ones", imitate},
	{"Arabic digits", strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩").Replace},
	{"vowels drawn out further", func(s string) string {
		return strings.NewReplacer("ااا", "اااااا", "ووو", "وووووو", "ooo", "oooooo", "aaa", "aaaaaa", "!!", "!!!!").Replace(s)
	}},
	{"words turned and turned back", between(insideWords("\u202e\u202c"))},
	{"isolates around words", func(s string) string { return "\u2067" + strings.ReplaceAll(s, " ", "\u2069 \u2067") + "\u2069" }},
	{"joiners inside words", between(insideWords("\u200d"))},
	{"non-joiners, soft hyphens and byte order marks inside words", between(insideWords("\u200c\u00ad\ufeff"))},
	{"tag letters inside words", between(insideWords("\U000E0061"))},
	{"floods of combining marks", between(func(a, _ rune) string {
		switch {
		case unicode.Is(unicode.Arabic, a) && unicode.IsLetter(a):
			return "\u0651\u064e\u0670\u06d6"
		case unicode.IsLetter(a):
			return "\u0336\u0337\u0301\u0316"
		}
		return ""
	})},
	{"Greek letters for Latin ones", strings.NewReplacer("o", "ο", "v", "ν", "A", "Α", "E", "Ε", "O", "Ο", "T", "Τ").Replace},
	{"every letter that has a Cyrillic twin", strings.NewReplacer("a", "а", "e", "е", "o", "о", "p", "р", "c", "с", "x", "х", "y", "у", "i", "і", "s", "ѕ").Replace},
	{"full width", shifted('！'-'!', '！'-'!')},
	{"letters of mathematics", shifted('𝐚'-'a', '𝐀'-'A')},
	{"Arabic presentation forms", strings.NewReplacer("لا", "ﻻ", "ا", "ﺍ", "ب", "ﺑ", "ت", "ﺘ", "س", "ﺴ", "م", "ﻣ", "ن", "ﻧ", "ي", "ﻴ", "و", "ﻭ", "ر", "ﺭ", "ل", "ﻟ", "ه", "ﻫ", "ع", "ﻌ").Replace},
	{"Persian letters and digits", strings.NewReplacer("ي", "ی", "ك", "ک", "ه", "ہ", "0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵").Replace},
	{"new lines for spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\n") }},
	{"every character as an entity", func(s string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, "&#%d;", r)
		}
		return b.String()
	}},
}

func insideWords(sign string) func(a, b rune) string {
	return func(a, b rune) string {
		if unicode.IsLetter(a) && unicode.IsLetter(b) {
			return sign
		}
		return ""
	}
}

// shifted moves small and large ASCII letters to another block.
func shifted(small, large rune) func(string) string {
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return r + small
			case r >= 'A' && r <= 'Z':
				return r + large
			}
			return r
		}, s)
	}
}

// between inserts what f says between two neighbouring runes.
func between(f func(a, b rune) string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		last := ' '
		for _, r := range s {
			b.WriteString(f(last, r))
			b.WriteRune(r)
			last = r
		}
		return b.String()
	}
}

// imitate replaces one letter of each longer Latin word by its Cyrillic twin.
func imitate(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		latin := 0
		for _, r := range w {
			if r < utf8.RuneSelf && unicode.IsLetter(r) {
				latin++
			}
		}
		if latin >= 4 {
			for _, p := range [][2]string{{"a", "а"}, {"o", "о"}, {"e", "е"}} {
				if strings.Contains(w[1:], p[0]) {
					words[i] = w[:1] + strings.Replace(w[1:], p[0], p[1], 1)
					break
				}
			}
		}
	}
	return strings.Join(words, " ")
}

func TestChangesThatKeepTheMeaningKeepTheLabel(t *testing.T) {
	s := scorer(t)
	ms := mentions(t)
	was := make([]Result, len(ms))
	for i := range ms {
		was[i] = s.Quick(Input{Text: ms[i].Text})
	}
	for k, c := range changes {
		n, flips := 0, 0
		for i := k % 2; i < len(ms); i += 2 { // more than 2,000 each
			was := was[i]
			is := s.Quick(Input{Text: c.do(ms[i].Text)})
			n++
			if was.Label != is.Label {
				flips++
				t.Logf("%s: %q is %s, %q is %s", c.name, ms[i].Text, was.Label, c.do(ms[i].Text), is.Label)
			}
		}
		t.Logf("%s: %d of %d labels flip", c.name, flips, n)
		if flips*50 > n {
			t.Errorf("%s: %d of %d labels flip, at most 2 %% may", c.name, flips, n)
		}
	}
}

// TestReasonsOfDisguisedTextsAreSpansOfWhatWasWritten looks at bytes of the original: decomposed letters, signs within
// words, entities and emoji joined together move every offset.
func TestReasonsOfDisguisedTextsAreSpansOfWhatWasWritten(t *testing.T) {
	s := scorer(t)
	ms := mentions(t)
	for k, c := range changes {
		wrong, tried := 0, 0
		for i := k; i < len(ms); i += len(changes) {
			text := "👨‍👩‍👧‍👦 " + c.do(ms[i].Text) + " 🤦🏽‍♀️"
			res := s.Score(Input{Text: text})
			sum, first := 0.0, true
			for _, r := range res.Reasons {
				sum += r.Weight
				if r.Start == r.End {
					continue
				}
				if text[r.Start:r.End] != r.Text || !utf8.ValidString(r.Text) {
					t.Fatalf("%s: %q: reason %q is not the span %d-%d", c.name, text, r.Text, r.Start, r.End)
				}
				if first {
					first = false
					tried++
					without := s.Quick(Input{Text: text[:r.Start] + text[r.End:]})
					wrong += b2i((res.Raw-without.Raw)*r.Weight <= 0)
				}
			}
			if math.Abs(sum-res.Raw) > 1e-9 {
				t.Errorf("%s: %q: reasons add up to %v, raw is %v", c.name, text, sum, res.Raw)
			}
		}
		if wrong > 0 || tried == 0 {
			t.Errorf("%s: %d of %d strongest reasons point the wrong way", c.name, wrong, tried)
		}
	}
}

func TestAMegabyteIsScoredInLinearWork(t *testing.T) {
	s := scorer(t)
	for _, text := range []string{
		strings.Repeat("a", 1<<20), strings.Repeat("سيئة ", 1<<17), strings.Repeat("&amp;", 1<<18), strings.Repeat("Ø§", 1<<18),
		strings.Repeat("😡", 1<<18), strings.Repeat("@", 1<<20), strings.Repeat("not ", 1<<18), strings.Repeat(":(", 1<<19), strings.Repeat("http://", 1<<17),
	} {
		res := s.Score(Input{Text: text})
		if math.IsNaN(res.Raw) || len(res.Reasons) > maxReasons+4 {
			t.Errorf("%.20q…: raw %v, %d reasons", text, res.Raw, len(res.Reasons))
		}
	}
}

func TestAnEmptyTextIsJudgedCalmly(t *testing.T) {
	for _, text := range []string{"", " ", "\n", "...", "\u200f", "\xff\xfe"} {
		if res := scorer(t).Score(Input{Text: text}); res.Severity != Calm {
			t.Errorf("%q has severity %d (P(neg) %.2f)", text, res.Severity, res.Neg)
		}
	}
}

func FuzzScore(f *testing.F) {
	s := scorer(f)
	for _, text := range []string{"", "great 😡", "مو زين", "a\u202eb", "\xff\xfe\xfd", "&amp;amp;quot;", "Ø³ÙŠØ¦", "x&#x1F621;y", ":-( :'(", "@user_1 http://a.b/c", "ﷺ ﻻ"} {
		f.Add(text, 0)
	}
	f.Fuzz(func(t *testing.T, text string, stars int) {
		res := s.Score(Input{Text: text, Stars: stars, Brand: []string{"Noran", ""}})
		sum := 0.0
		for _, r := range res.Reasons {
			if r.Start < 0 || r.End > len(text) || r.Start > r.End || r.Start != r.End && text[r.Start:r.End] != r.Text {
				t.Fatalf("reason %+v is no span of %q", r, text)
			}
			sum += r.Weight
		}
		if math.Abs(sum-res.Raw) > 1e-6 || math.Abs(res.Neg+res.Neu+res.Pos-1) > 1e-9 || math.IsNaN(res.Score) {
			t.Fatalf("%q: raw %v, reasons %v, probabilities %v %v %v", text, res.Raw, sum, res.Neg, res.Neu, res.Pos)
		}
	})
}

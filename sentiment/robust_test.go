package sentiment

import (
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
	for _, c := range changes {
		n, flips := 0, 0
		for i := range ms {
			was := s.Quick(Input{Text: ms[i].Text})
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

package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokens splits a text into folded words: letters and digits, with apostrophes
// inside. Arabic and other letters that touch are two words: people write
// "بـNoor".
func tokens(s string) []string {
	s = folded(s)
	var out []string
	start, last := -1, rune(0)
	end := func(i int) {
		if start >= 0 {
			out = append(out, strings.TrimRight(s[start:i], "'"))
			start = -1
		}
	}
	for i, r := range s {
		switch {
		case r == '\'' && start >= 0: // "noor's"; a closing quote is trimmed
		case !wordy(r):
			end(i)
		case start < 0:
			start = i
		case unicode.IsLetter(r) && last != 0 && arabic(r) != arabic(last):
			end(i)
			start = i
		}
		if unicode.IsLetter(r) {
			last = r
		} else if !wordy(r) {
			last = 0
		}
	}
	end(len(s))
	return out
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func arabic(r rune) bool { return unicode.Is(unicode.Arabic, r) }

// phrase is one or more words in a row.
type phrase struct {
	raw   string
	words []word
	whole word // the words written as one, as in #noorcoffee; empty for one word
}

func newPhrase(raw string) phrase {
	ts := tokens(raw)
	p := phrase{raw: raw}
	for _, t := range ts {
		p.words = append(p.words, newWord(t))
	}
	if len(ts) > 1 {
		p.whole = newWord(strings.Join(ts, ""))
	}
	return p
}

// String returns the phrase as a query would write it.
func (p phrase) String() string { return quoted(p.raw) }

// in reports whether the words hold the phrase. Only its first word may carry
// particles, only its last one 's.
func (p phrase) in(ts []string) bool {
	for i := range ts {
		if p.whole.is(ts[i], true, true) {
			return true
		}
		if len(ts)-i >= len(p.words) && p.at(ts[i:]) {
			return true
		}
	}
	return false
}

func (p phrase) at(ts []string) bool {
	for i, w := range p.words {
		if !w.is(ts[i], i == 0, i == len(p.words)-1) {
			return false
		}
	}
	return len(p.words) > 0
}

// word is one folded word to look for.
type word struct {
	text  string
	plain string // without its apostrophe: people leave it out of "mcdonald's"
	stem  string // what follows ال; "" when the word has no article
	short bool   // too short to carry particles without becoming another word
	ar    bool
}

// carries is how many letters a word needs to be looked for behind particles:
// "ب" before two letters is too often a word of its own.
const carries = 3

func newWord(t string) word {
	first, _ := utf8.DecodeRuneInString(t)
	w := word{text: t, plain: strings.ReplaceAll(t, "'", ""), ar: arabic(first), short: utf8.RuneCountInString(t) < carries}
	if stem, ok := strings.CutPrefix(t, "ال"); ok && utf8.RuneCountInString(stem) >= 2 {
		w.stem = stem
	}
	return w
}

// is reports whether the token is the word, with what may be written onto it
// before (particles) and after (possessive).
func (w word) is(tok string, before, after bool) bool {
	if w.text == "" || tok == "" {
		return false
	}
	if w.same(tok, before) {
		return true
	}
	if base, ok := strings.CutSuffix(tok, "'s"); ok && after {
		return w.same(base, before)
	}
	return false
}

func (w word) same(tok string, before bool) bool {
	switch {
	case tok == w.text || tok == w.plain:
		return true
	case drawn(tok) && squeezed(tok) == squeezed(w.text):
		return true
	case w.ar && before && !w.short:
		return w.behind(tok)
	}
	return false
}

// behind reports whether tok is the word with particles before it.
func (w word) behind(tok string) bool {
	if p, ok := strings.CutSuffix(tok, w.text); ok && particles(p, w.stem == "") {
		return true
	}
	if w.stem == "" {
		return false
	}
	// ل before ال swallows the alef: الأمل, للأمل; and before الليل a lam too: لليل.
	rest := strings.TrimPrefix(strings.TrimPrefix(tok, "و"), "ف")
	if len(tok)-len(rest) > len("و") {
		return false
	}
	return rest == "لل"+w.stem || strings.HasPrefix(w.stem, "ل") && rest == "ل"+w.stem
}

// particles reports whether p is what Arabic writes onto the front of a word: a
// conjunction, then a preposition, then, for a word without one, the article.
// The last ones are of the dialects: هالمطعم, عالمطعم.
func particles(p string, article bool) bool {
	for _, conj := range []string{"و", "ف"} {
		if rest, ok := strings.CutPrefix(p, conj); ok {
			p = rest
			break
		}
	}
	switch p {
	case "", "ب", "ك", "ل":
		return true
	case "ال", "بال", "كال", "لل", "لال", "هال", "عال", "بهال", "عهال":
		return article
	case "ه", "ع", "به", "عه":
		return !article
	}
	return false
}

// drawn reports whether somebody drew a letter out: نووووور, noooor.
func drawn(s string) bool {
	run, last := 0, rune(-1)
	for _, r := range s {
		if r != last {
			run, last = 0, r
		}
		if run++; run >= 3 && unicode.IsLetter(r) {
			return true
		}
	}
	return false
}

// squeezed writes every run of a letter once.
func squeezed(s string) string {
	last := rune(-1)
	return strings.Map(func(r rune) rune {
		if r == last {
			return -1
		}
		last = r
		return r
	}, s)
}

package guard

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
)

// invisible finds characters that hide text or turn it around (the attacks of
// CVE-2021-42574). Direction marks that keyboards insert are advice only;
// joiners between letters or emoji shape what is seen and are fine.
func (l *look) invisible() {
	var last rune
	for i, r := range l.text {
		_, size := utf8.DecodeRuneInString(l.text[i:])
		next, _ := utf8.DecodeRuneInString(l.text[i+size:])
		switch {
		case r == utf8.RuneError || r == '\n' || r == '\t' || r == '\r':
		case (r == '\u200C' || r == '\u200D') && shaped(last) && shaped(next):
		case r == '\u200E' || r == '\u200F' || r == '\u061C':
			l.add(cases.Finding{Kind: "invisible", Words: around(l.text, i)})
		case hidden(r):
			l.add(cases.Finding{Kind: "invisible", Words: around(l.text, i), Block: true})
		}
		last = r
	}
}

// hidden reports characters nobody sees: formats, controls, and the letters
// that fonts show as nothing.
func hidden(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0', '\u2800', '\u2028', '\u2029', '\u034F':
		return true
	}
	return unicode.Is(unicode.Cf, r) && (r < 0x0600 || r > 0x0605) || unicode.IsControl(r)
}

// shaped reports what a joiner may stand between: letters of scripts that
// join, and emoji with their modifiers.
func shaped(r rune) bool {
	return unicode.Is(unicode.Arabic, r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == '\uFE0F' || unicode.In(r, unicode.Devanagari, unicode.Bengali)
}

// around is the word that a character stands in.
func around(text string, at int) string {
	start := strings.LastIndexFunc(text[:at], unicode.IsSpace) + 1
	if start > 0 {
		_, n := utf8.DecodeRuneInString(text[start-1:])
		start += n - 1
	}
	end := len(text)
	_, n := utf8.DecodeRuneInString(text[at:])
	if i := strings.IndexFunc(text[at+n:], unicode.IsSpace); i >= 0 {
		end = at + n + i
	}
	return text[start:end]
}

var (
	exclaim = regexp.MustCompile(`[!?]*![!?]+|[!?]+![!?]*|(?:! ?){3,}`)
	capital = regexp.MustCompile(`\b[A-Z][A-Z']+\b`)
	// strong are words that are not written in capitals but to shout them.
	strong = regexp.MustCompile(`^(?:NOT|NEVER|STOP|ALL|READ|ALWAYS|ENOUGH|LIES|YOU|YOUR|DID|DO|DON'T|DIDN'T|WE|ARE|NOW|TRUE|FALSE|LISTEN|PLEASE|WRONG|YESTERDAY|TODAY|TIMES|WHAT|WHY|WAIT|NOBODY|EVERYONE|AGAIN|ONLY|OUR|NOTHING|IS|WAS|FAKE|LIE|THE|POLICY|BEFORE)$`)
)

// shouting finds piles of exclamation marks, words in capitals and stretched
// letters.
func (l *look) shouting() {
	for _, at := range exclaim.FindAllStringIndex(l.folded.Text, -1) {
		l.tell("tone-shouting", at[0], at[1], true)
	}
	for sentence := range strings.FieldsFuncSeq(l.text, func(r rune) bool { return strings.ContainsRune(".!?؟\n", r) }) {
		if words := capitals(sentence); words != "" {
			l.add(cases.Finding{Kind: "tone-shouting", Words: words, Block: true})
		}
	}
	for word := range strings.FieldsSeq(l.text) {
		if stretched(word) {
			l.add(cases.Finding{Kind: "tone-shouting", Words: word, Block: true})
		}
	}
}

// capitals returns the shouted part of a sentence: three capital words in a
// row, or two words nobody writes in capitals otherwise.
func capitals(sentence string) string {
	all := capital.FindAllStringIndex(sentence, -1)
	shouted, from, row := 0, 0, 0
	for i, at := range all {
		if i == 0 || strings.TrimLeft(sentence[all[i-1][1]:at[0]], " ,") != "" {
			row = i
		}
		if strong.MatchString(sentence[at[0]:at[1]]) {
			if shouted++; shouted == 1 {
				from = at[0]
			}
		}
		switch {
		case i-row >= 3, i-row >= 2 && shouted > 0:
			return sentence[all[row][0]:at[1]]
		case shouted >= 2:
			return sentence[from:at[1]]
		}
	}
	return ""
}

// stretched reports a letter drawn out: four times in Latin, three in Arabic.
// Sizes (XXXL), numerals (XIII) and addresses (www) are not.
func stretched(word string) bool {
	run, last := 0, rune(0)
	for _, r := range word {
		if r != last {
			run, last = 0, r
		}
		run++
		switch {
		case !unicode.IsLetter(r) || strings.ContainsRune("xXiIwW", r):
		case unicode.Is(unicode.Arabic, r) && run >= 3 && r != 'ل' && r != 'ه':
			return true
		case run >= 4:
			return true
		}
	}
	return false
}

// maxWords is the length from which a sentence is hard to follow; style guides
// for plain language ask for 15 to 25 words, so 35 is certainly too long.
const maxWords = 35

// plain finds sentences that are too long.
func (l *look) plain() {
	for sentence := range strings.FieldsFuncSeq(l.text, func(r rune) bool { return strings.ContainsRune(".!?؟;؛:\n", r) }) {
		words := strings.Fields(sentence)
		if len(words) > maxWords {
			l.add(cases.Finding{Kind: "plain", Words: first(sentence, 6)})
		}
	}
}

// first is the beginning of a text, as written, up to the end of the nth word.
func first(text string, n int) string {
	text = strings.TrimSpace(text)
	inWord := false
	for i, r := range text {
		space := unicode.IsSpace(r)
		if inWord && space {
			if n--; n == 0 {
				return text[:i]
			}
		}
		inWord = !space
	}
	return text
}

var link = regexp.MustCompile(`(?i)https?://\S+|www\.\S+|\S+@\S+|[@#]\S+`)

// wrongLanguage compares scripts: an Arabic speaker answered in English, or the
// reverse. Links, handles,
// contacts and numbers have no language.
func (l *look) wrongLanguage(language string) {
	if language != "ar" && language != "en" {
		return
	}
	bare := link.ReplaceAllString(string(l.buf), " ")
	arabic, latin := 0, 0
	for _, r := range bare {
		switch {
		case scripts["ar"](r):
			arabic++
		case scripts["en"](r):
			latin++
		}
	}
	if language == "ar" && latin > arabic || language == "en" && arabic > latin {
		l.add(cases.Finding{Kind: "language", Words: first(l.text, 6)})
	}
}

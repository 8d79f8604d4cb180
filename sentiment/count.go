package sentiment

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rasid/sentiment/internal/text"
)

// count is what a text is made of.
type count struct {
	ar, la, accents, foreign, doubt, strange int // letters
	votes                                    [voteOther + 1]int
	digits                                   int // Latin words with a digit that stands for an Arabic letter
	words                                    int // Latin words

	names      [voteOther + 1]int // votes of names in Latin letters, which count only where every word looks like one
	nameDigits int                // as above
	capitals   int                // how many look like one
	brands     int                // Latin words with a capital letter or a digit that are not English

	arWords, arTies, arVotes, arForeign int // words in Arabic letters; those that make a sentence, that are listed, of another language

	at     int   // words of the sentence so far
	quoted bool  // inside quotation marks
	before uint8 // the vote of the word just before, 0 after a mark
	run    int   // words in Arabic letters just before
	led    bool  // … begin where a name may stand
	loose  int   // runs of words in Arabic letters that stand where no name does
}

// word is the word being read.
type word struct {
	hash          uint64 // of its letters in lower case
	from, n       int    // the byte where it begins, and how many letters and digits it has
	latin, arabic bool
	digits        int
	capitals      int  // letters
	capital       bool // it begins with one
}

// emptyWord is the hash of a word of no letters.
const emptyWord = 1469598103934665603

// add appends a letter that stands at byte i.
func (w *word) add(r rune, i int) {
	if w.n == 0 {
		w.from = i
	}
	w.hash = text.Step(w.hash, text.Code(r))
	w.n++
}

// run appends the small Latin letters that s has from byte i on, which are most of an English text, and gives the first
// byte after them.
func (w *word) run(s string, i int) int {
	h, from := w.hash, i
	for i < len(s) && s[i] >= 'a' && s[i] <= 'z' {
		h = text.Step(h, uint64(s[i]))
		i++
	}
	w.hash, w.n = h, w.n+i-from
	return i
}

// arabicRun does the same for the letters of Arabic, which take two bytes each.
func (w *word) arabicRun(s string, i int) int {
	h, from := w.hash, i
	for i+1 < len(s) && s[i]&^1 == 0xD8 && s[i+1]&0xC0 == 0x80 {
		r := rune(s[i]&1)<<6 | rune(s[i+1]&0x3F) | 0x600
		if r < 0x0621 || r > lastOwnArabic || r == 0x0640 {
			break
		}
		h = text.Step(h, text.Code(r))
		i += 2
	}
	w.hash, w.n = h, w.n+(i-from)/2
	return i
}

// end counts the word, which ends before byte i of s, and begins the next.
func (c *count) end(w *word, list wordVotes, s string, i int) {
	if w.n == 0 {
		return
	}
	v := list.of(w.hash)
	switch {
	case !w.latin:
		if w.arabic {
			c.arabicWord(v)
		}
		w.arabic, w.digits = false, 0
	case c.run == 0 && !w.arabic && w.capitals+w.digits == 0: // most words of an English text
		c.words++
		c.at++
		c.before = v
		c.votes[v]++
		w.latin = false
	default:
		if w.arabic {
			c.arabicWord(v)
		}
		c.latinWord(w, v, s[w.from:i])
		*w = word{}
	}
	w.hash, w.n = emptyWord, 0
}

// arabicWord counts a word with Arabic letters.
func (c *count) arabicWord(v uint8) {
	c.arWords++
	switch v {
	case voteAr:
		c.arTies += b2i(!c.quoted)
		c.arVotes++
	case voteThing:
		c.arVotes++
	case voteOther:
		c.arForeign++
	}
	if c.before != voteAr {
		c.endRun(false)
		c.led = c.quoted || c.before == voteLead || c.before == voteEither || c.before == voteAux && c.at == 1
	}
	c.run++
	c.at++
	c.before = voteAr
}

// endRun ends a run of words in Arabic letters; followed says that a word comes before which a name may stand.
func (c *count) endRun(followed bool) {
	if c.run > longName || c.run > 0 && !c.led && !followed {
		c.loose++
	}
	c.run = 0
}

// latinWord counts a word with Latin letters.
func (c *count) latinWord(w *word, v uint8, word string) {
	c.words++
	if c.run > 0 {
		c.endRun(c.before == voteAr && (v == voteAux || v == voteEither))
	}
	name, english := w.capital && w.capitals < w.n, v >= voteEn && v <= voteEither
	begins := c.at == 0
	c.before = v
	c.at++
	if english {
		c.votes[v]++
		return
	}
	letter := w.digits > 0 && w.digits <= fewDigits && !isMeasure(word) && !isCode(word)
	c.brands += b2i(w.capitals > 0 || w.digits > 0)
	if name && begins && letter {
		c.votes[voteArabizi]++ // half a sign
		return
	}
	if name && !begins {
		c.capitals++
		c.names[v]++
		c.nameDigits += b2i(letter)
		return
	}
	if !w.arabic {
		c.votes[v]++
	}
	c.digits += b2i(letter)
}

// mark takes note of what is neither letter nor digit.
func (c *count) mark(r rune) {
	switch r {
	case '.', '!', '?', '؟', '\n', '\r', ':', ';', '؛', '…':
		c.before, c.at = 0, 0
	case ',', '،', '-', '–', '—', '/', '|', '+':
		c.before = 0
	case '"':
		c.quoted = !c.quoted
	case '«', '“':
		c.quoted = true
	case '»', '”':
		c.quoted = false
	case '#':
		c.before = voteLead // what follows is called so
	}
}

// suspect counts a letter that Arabic hardly writes.
func (c *count) suspect(r rune) {
	if r > lastOwnArabic {
		c.foreign += b2i(strings.ContainsRune(foreignArabic, r))
		c.doubt += b2i(strings.ContainsRune(doubtful, r))
	}
}

// read walks over the letters and looks each word up without allocating.
func (c *count) read(s string) {
	list := words()
	w := word{hash: emptyWord}
	skip := 0 // bytes of an address or name
	for next := 0; next < len(s); {
		i, r, size := next, rune(s[next]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		next += size
		if w.n == 0 && i >= skip && (s[i] == '@' || s[i]|0x20 == 'h' || s[i]|0x20 == 'w') {
			skip = i + address(s[i:])
		}
		if i < skip {
			continue
		}
		switch {
		case r == ' ':
			c.end(&w, list, s, i)
			continue
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
			w.capital = w.capital || w.n == 0
			w.capitals++
			fallthrough
		case r >= 'a' && r <= 'z':
			w.latin = true
			w.add(r, i)
			next = w.run(s, next)
			c.la += next - i
			continue
		case r >= 0xC0 && r < 0x250:
			c.la++
			c.accents++
			w.latin = true
			if r >= 0xC0 && r <= 0xDE {
				r += 0x20
			}
		case r >= 0x0621 && r <= 0x06FF && (r < 0x064B || r > 0x0670) && r != 0x0640:
			w.arabic = true
			c.suspect(r)
			w.add(r, i)
			next = w.arabicRun(s, next)
			c.ar += (next - i) / 2 // two bytes each
			continue
		case r == '2' || r == '3' || r == '5' || r == '6' || r == '7' || r == '9':
			w.digits++
		case r == '\'' || r == '’':
			r = '\''
			if w.arabic {
				c.end(&w, list, s, i) // an English ending of a name
			}
			if w.n == 0 {
				continue
			}
		case r >= 0x370 && r < 0x600 || r > 0x780 && r < 0x2000 || r >= 0x3040 && r < 0xD7A4:
			c.strange++
			continue
		case r >= 0x064B && r <= 0x0670, r == 0x0640, r == 0x200B, r >= 0x200D && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069:
			continue // marks and invisible signs are not part of the listed words; U+200C does part Persian ones
		default:
			c.end(&w, list, s, i)
			c.mark(r)
			continue
		}
		w.add(r, i)
	}
	c.end(&w, list, s, len(s))
	c.endRun(false)
}

// fewDigits is how many digits a word may have in which each stands for an Arabic letter.
const fewDigits = 2

// measures are what a number may be written together with.
var measures = []string{
	"st", "nd", "rd", "th", "am", "pm", "k", "m", "b", "x", "d", "g", "s", "h", "p", "c", "f", "w", "v", "a", "mb", "gb", "tb", "kb",
	"km", "kg", "cm", "mm", "ml", "hr", "hrs", "min", "mins", "sec", "secs", "yr", "yrs", "mo", "star", "stars",
}

// currencies may stand on both sides of a number.
var currencies = []string{"sar", "sr", "aed", "dhs", "dh", "kd", "kwd", "bd", "bhd", "qar", "qr", "omr", "jd", "jod", "egp", "le", "mad", "tnd", "usd", "eur", "rs"}

const figures = "0123456789"

// isMeasure says whether a word is a number with what it counts: 2nd, 9am, 5k, 3d, sar25.
func isMeasure(word string) bool {
	is := func(list []string, s string) bool {
		return slices.ContainsFunc(list, func(m string) bool { return strings.EqualFold(m, s) })
	}
	unit := strings.TrimLeft(word, figures)
	return len(unit) < len(word) && (is(measures, unit) || is(currencies, unit)) || is(currencies, strings.TrimRight(word, figures))
}

// isCode says whether a word is a capital letter or some with a number: B3, PS5, MP3.
func isCode(word string) bool {
	letters := strings.TrimRight(word, figures)
	return len(letters) < len(word) && letters == strings.ToUpper(letters) && !strings.ContainsAny(letters, figures)
}

// address is how many bytes of a link or of the name of an account s begins with, where it begins with @, h or w: neither is
// written in any language. A telephone begins a text with a capital letter.
func address(s string) int {
	begins := func(with string) bool { return len(s) >= len(with) && strings.EqualFold(s[:len(with)], with) }
	if !begins("@") && !begins("http://") && !begins("https://") && !begins("www.") {
		return 0
	}
	if end := strings.IndexFunc(s, unicode.IsSpace); end >= 0 {
		return end
	}
	return len(s)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

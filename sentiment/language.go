package sentiment

import (
	_ "embed" // the word lists are part of the program
	"html"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rasid/sentiment/internal/text"
)

//go:embed words.tsv
var wordLists string

// The languages words vote for.
const (
	voteEn = iota + 1
	voteArabizi
	voteAr
	voteOther
)

// wordVotes are the languages of the listed words, at the place of the hash of each or the next one free.
type wordVotes struct {
	list []uint64
	mask uint64 // of a place
}

// The lowest bits of a hash give way to the vote.
const voteBits = 7

// words gives the language of each listed word. It is parsed on first use and never changes. A word listed under two
// languages votes for none, unless one of them is English or Arabic: those lists hold what is common there.
var words = sync.OnceValue(func() wordVotes {
	code := map[string]uint8{"en": voteEn, "arabizi": voteArabizi, "ar": voteAr, "other": voteOther}
	out := map[string]uint8{}
	for l := range strings.Lines(wordLists) {
		name, list, ok := strings.Cut(strings.TrimRight(l, "\n"), "\t")
		if !ok || code[name] == 0 {
			continue
		}
		for w := range strings.FieldsSeq(list) {
			switch was := out[w]; {
			case was == 0 || was == code[name]:
				out[w] = code[name]
			case was != voteEn && was != voteAr:
				out[w] = 0
			}
		}
	}
	return votesOf(out)
})

func votesOf(list map[string]uint8) wordVotes {
	size, mask := 1, uint64(0)
	for size <= 2*len(list) { // half of the places stay free
		size, mask = 2*size, 2*mask+1
	}
	t := wordVotes{make([]uint64, size), mask}
	for w, v := range list {
		hash := text.More(emptyWord, []rune(w))
		t.list[t.place(hash)] = hash&^voteBits | uint64(v)
	}
	return t
}

// place is where the word of a hash stands, or where it would.
func (t wordVotes) place(hash uint64) uint64 {
	for i := text.Mix(hash) & t.mask; ; i = (i + 1) & t.mask {
		if t.list[i] == 0 || t.list[i]&^voteBits == hash&^voteBits {
			return i
		}
	}
}

// of is the language a word votes for, 0 for one that is not listed.
func (t wordVotes) of(hash uint64) uint64 { return t.list[t.place(hash)] & voteBits }

// foreignArabic holds letters that Persian, Urdu, Kurdish and Pashto write and Arabic does not. Arabic writers do type
// Persian kaf and yeh by accident, and چ گ پ ڤ in loan words, so those count for little.
const (
	foreignArabic = "ژٹڈڑےںھہۆێڵڕەۇټډړښڼۍېڌڎ"
	doubtful      = "چگپکی"
	lastOwnArabic = 'ي' // every letter of the two stands behind those of Arabic
)

// count is what a text is made of.
type count struct {
	ar, la, accents, foreign, doubt, strange int // letters
	votes                                    [voteOther + 1]int
	digits                                   int // Latin words with a digit that stands for an Arabic letter
	words                                    int // Latin words
	arVotes, arForeign                       int // words in Arabic letters
}

// Language tells the language of a text from its letters and commonest words: "ar", "en", "mixed" (Arabic and English),
// "arabizi" (Arabic in Latin letters) or "other". Character references count as what they stand for.
func Language(s string) string {
	var c count
	c.read(html.UnescapeString(html.UnescapeString(s))) // some sources escape twice
	switch {
	case c.ar+c.la == 0, c.strange > c.ar+c.la:
		return "other"
	case c.foreignScript() && c.ar >= c.la:
		return "other"
	case c.ar > 0 && c.la > 0 && c.la*8 >= c.ar && c.ar*8 >= c.la && c.words > 0:
		return "mixed"
	case c.ar >= c.la:
		return "ar"
	}
	return c.latin()
}

// foreignScript says whether the Arabic letters write another language.
func (c *count) foreignScript() bool {
	f := 3*c.foreign + c.doubt
	switch {
	case c.arForeign > c.arVotes:
		return true
	case f*12 >= c.ar && c.arVotes == 0 && f >= 2:
		return true
	}
	return c.foreign*16 > c.ar && c.arForeign > 0
}

// latin decides between English, Arabic in Latin letters and everything else.
func (c *count) latin() string {
	en, az, other := c.votes[voteEn], c.votes[voteArabizi]+2*c.digits, c.votes[voteOther]
	switch {
	case az > en && az >= other && az*5 >= c.words:
		return "arabizi"
	case other > en, c.accents*20 > c.la && en*3 < c.words:
		return "other"
	case en == 0 && c.words >= 4 && az == 0:
		return "other"
	case az > 0 && az >= en:
		return "arabizi"
	}
	return "en"
}

// word is the word being read.
type word struct {
	hash          uint64 // of its letters in lower case
	from, n       int    // the byte where it begins, and how many letters and digits it has
	latin, arabic bool
	digits        int
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

// end counts the word, which ends before byte i of s, and begins the next.
func (c *count) end(w *word, list wordVotes, s string, i int) {
	if w.n > 0 {
		v := list.of(w.hash)
		switch {
		case w.arabic:
			c.arVotes += b2i(v == voteAr)
			c.arForeign += b2i(v == voteOther)
		case w.latin:
			c.votes[v]++
		}
	}
	if w.latin {
		c.words++
		c.digits += b2i(w.digits > 0 && w.digits <= fewDigits && !isMeasure(s[w.from:i]))
	}
	w.hash, w.n, w.latin, w.digits, w.arabic = emptyWord, 0, false, 0, false
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
		if w.n == 0 && i >= skip {
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
			c.ar++
			w.arabic = true
			if r > lastOwnArabic {
				c.foreign += b2i(strings.ContainsRune(foreignArabic, r))
				c.doubt += b2i(strings.ContainsRune(doubtful, r))
			}
		case r == '2' || r == '3' || r == '5' || r == '6' || r == '7' || r == '9':
			w.digits++
		case r == '\'' || r == '’':
			r = '\''
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
			continue
		}
		w.add(r, i)
	}
	c.end(&w, list, s, len(s))
}

// fewDigits is how many digits a word may have in which each stands for an Arabic letter.
const fewDigits = 2

// measures are what a number may be written together with.
var measures = []string{
	"st", "nd", "rd", "th", "am", "pm", "k", "m", "b", "x", "d", "g", "s", "h", "p", "c", "f", "w", "v", "a", "mb", "gb", "tb", "kb",
	"km", "kg", "cm", "mm", "ml", "hr", "hrs", "min", "mins", "sec", "secs", "yr", "yrs", "mo", "star", "stars",
}

// isMeasure says whether a word that begins with a digit is a number with what it counts: 2nd, 9am, 5k, 3d.
func isMeasure(word string) bool {
	rest := strings.TrimLeft(word, "0123456789")
	return len(rest) < len(word) && slices.ContainsFunc(measures, func(m string) bool { return strings.EqualFold(rest, m) })
}

// address is how many bytes of a link or of the name of an account s begins with: neither is written in any language.
func address(s string) int {
	switch s[0] {
	case '@':
	case 'h', 'H', 'w', 'W': // a telephone begins a text with a capital letter
		begins := func(with string) bool { return len(s) >= len(with) && strings.EqualFold(s[:len(with)], with) }
		if !begins("http://") && !begins("https://") && !begins("www.") {
			return 0
		}
	default:
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

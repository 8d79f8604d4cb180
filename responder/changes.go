package responder

import (
	"slices"
	"strings"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/fold"
)

// A customer who mends a spelling says nothing new; one who puts a second
// complaint beside the first does. What follows finds, in the words of now, what
// the words of before did not say.

// passage is a stretch of a text between two marks, with its folded words and
// where each of them stands.
type passage struct {
	text  string
	words []string
	from  []int // of each word, in text
	to    []int
}

// passages cuts a text at its marks and line ends; what has no word is none.
func passages(text string) []passage {
	var list []passage
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || strings.ContainsRune(".!?;:,؟؛،…", r) }) {
		c := passage{text: part}
		start := -1
		end := func(at int) {
			if start >= 0 {
				c.words, c.from, c.to = append(c.words, fold.Text(part[start:at])), append(c.from, start), append(c.to, at)
			}
			start = -1
		}
		for at, r := range part {
			switch inWord := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r); {
			case !inWord:
				end(at)
			case start < 0:
				start = at
			}
		}
		end(len(part))
		if len(c.words) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// near reports whether two folded words are the same but for one slip of the
// finger: a letter too many, too few, another, or two in the wrong order. In
// short words one letter makes another word ("not", "hot"; "ever", "never").
func near(a, b string) bool {
	if a == b {
		return true
	}
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 5 || len(y)-len(x) > 1 || unicode.IsDigit(x[0]) {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	rest := func(n, m int) bool { return n <= len(x) && m <= len(y) && string(x[n:]) == string(y[m:]) }
	if len(x) < len(y) {
		return rest(i, i+1)
	}
	return rest(i+1, i+1) || i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && rest(i+2, i+2)
}

// What is compared of two texts: whoever writes a book, or a thousand sentences of
// one word, must not keep the program busy. Stars, signals and severity are judged
// of the whole.
const (
	longestCompared = 8000 // bytes
	mostPassages    = 150
	mostWords       = 1000 // looked through for slips; of the rest a slip is another word
)

// compared is the part of a text that is compared.
func compared(text string) []passage {
	list := passages(strings.ToValidUTF8(text[:min(len(text), longestCompared)], ""))
	return list[:min(len(list), mostPassages)]
}

// vocabulary is the words of a text.
type vocabulary struct {
	all  map[string]bool
	list []string
}

func vocabularyOf(list []passage) vocabulary {
	v := vocabulary{all: map[string]bool{}}
	for _, c := range list {
		for _, w := range c.words {
			if !v.all[w] {
				v.all[w], v.list = true, append(v.list, w)
			}
		}
	}
	return v
}

// has reports whether a text knows a word, give or take a slip.
func (v vocabulary) has(word string) bool {
	if v.all[word] {
		return true
	}
	return slices.ContainsFunc(v.list[:min(len(v.list), mostWords)], func(w string) bool { return near(w, word) })
}

// samePassage reports whether two passages say the same word by word.
func samePassage(a, b passage) bool {
	return slices.EqualFunc(a.words, b.words, near)
}

// reworded is a passage that says something in other words than any passage
// before, and the passage before that is most like it; nil when none is.
type reworded struct {
	now, before *passage
}

// fewAdded is how many new words are enough for a thing of their own.
const fewAdded = 3

// compare finds what a text says that an earlier one did not: what was put to it,
// as it stands there, and the passages that were changed a little.
func compare(before, now string) (added string, changed []reworded) {
	was, is := compared(before), compared(now)
	known := vocabularyOf(was)
	var parts []string
	fresh := 0
	for i := range is {
		c := &is[i]
		if slices.ContainsFunc(was, func(p passage) bool { return samePassage(p, *c) }) {
			continue
		}
		var first, last, n int
		for w, word := range c.words {
			if known.has(word) {
				continue
			}
			if n++; n == 1 {
				first = w
			}
			last = w
		}
		if 2*n >= len(c.words) {
			parts, fresh = append(parts, strings.TrimSpace(c.text[c.from[first]:c.to[last]])), fresh+n
		}
		if 2*n < len(c.words) || n < fewAdded {
			changed = append(changed, reworded{now: c, before: closest(was, *c)})
		}
	}
	if fresh < fewAdded {
		parts = nil // a word in the place of another: judged within its passage
	}
	return strings.Join(parts, ". "), changed
}

// closest is the passage before that has most of the words of another, and at
// least half of the shorter one's; nil when none has.
func closest(list []passage, p passage) (best *passage) {
	most := 0
	for i := range list {
		known, n := vocabularyOf(list[i:i+1]), 0
		for _, w := range p.words {
			if known.has(w) {
				n++
			}
		}
		if n > most && 2*n >= min(len(list[i].words), len(p.words)) {
			best, most = &list[i], n
		}
	}
	return best
}

// saidAnew reports whether words differ at all, but for slips, marks and spaces.
func saidAnew(before, now cases.Said) bool {
	if before.Stars != now.Stars {
		return true
	}
	a, b := passages(before.Title+"\n"+before.Text), passages(now.Title+"\n"+now.Text)
	return !samePassage(flat(a), flat(b))
}

// flat is a text as one passage.
func flat(list []passage) (all passage) {
	for _, c := range list {
		all.words = append(all.words, c.words...)
	}
	return all
}

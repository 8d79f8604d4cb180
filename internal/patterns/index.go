package patterns

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// index tells in one pass over a text which patterns can be in it at all: nearly
// none are, and an expression costs a thousand times as much to try.
type index struct {
	words  []string           // letters that some match needs, each once
	within [][]int            // for each word the groups that it stands in
	groups map[string]int     // places of groups by their words
	begins map[uint32][]int   // words by their first bytes
	few    []int              // words of fewer bytes
	may    [1 << mayBits]bool // hashes of first bytes: what is not here begins no word
}

const (
	keyBytes = 4
	mayBits  = 12
)

// mayBe is where the first bytes of a word stand in index.may.
func mayBe(key uint32) uint32 { return key * 2654435761 >> (32 - mayBits) }

// add takes in the groups of a pattern and returns their places. Short words
// are passed over where there are longer ones: they stand in most texts.
func (x *index) add(groups [][]string) (places []int) {
	if x.groups == nil {
		x.groups, x.begins = map[string]int{}, map[uint32][]int{}
	}
	weak := func(g []string) bool { return shortest(g) < keyBytes }
	if slices.ContainsFunc(groups, func(g []string) bool { return !weak(g) }) {
		groups = slices.DeleteFunc(groups, weak)
	}
	for _, g := range groups {
		name := strings.Join(g, "\x00")
		at, ok := x.groups[name]
		if !ok {
			at = len(x.groups)
			x.groups[name] = at
			for _, w := range g {
				n := x.word(w)
				x.within[n] = append(x.within[n], at)
			}
		}
		places = append(places, at)
	}
	return places
}

// word returns the place of a word, which it takes in if it is new.
func (x *index) word(w string) int {
	if at := slices.Index(x.words, w); at >= 0 {
		return at
	}
	n := len(x.words)
	x.words, x.within = append(x.words, w), append(x.within, nil)
	if len(w) < keyBytes {
		x.few = append(x.few, n)
		return n
	}
	key := uint32(0)
	for i := range keyBytes {
		key = key<<8 | uint32(w[i])
	}
	x.begins[key] = append(x.begins[key], n)
	x.may[mayBe(key)] = true
	return n
}

// find tells of each group whether one of its words stands in a text.
func (x *index) find(text string) []bool {
	has := make([]bool, len(x.groups))
	take := func(w int) {
		for _, g := range x.within[w] {
			has[g] = true
		}
	}
	for _, w := range x.few {
		if strings.Contains(text, x.words[w]) {
			take(w)
		}
	}
	key := uint32(0)
	for end := range len(text) {
		key = key<<8 | uint32(text[end])
		if end < keyBytes-1 || !x.may[mayBe(key)] {
			continue
		}
		for _, w := range x.begins[key] {
			if strings.HasPrefix(text[end+1-keyBytes:], x.words[w]) {
				take(w)
			}
		}
	}
	return has
}

// present tells of each pattern whether a text has what it needs; nil is none.
func (l *List) present(text string) (live []bool) {
	has := l.index.find(text)
	for i, p := range l.patterns {
		if !slices.ContainsFunc(p.needs, func(g int) bool { return !has[g] }) {
			if live == nil {
				live = make([]bool, len(l.patterns))
			}
			live[i] = true
		}
	}
	return live
}

// needs lists groups of letters; of each group one stands in every match.
func needs(re *syntax.Regexp) [][]string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return needs(re.Sub[0])
	case syntax.OpAlternate:
		var one []string
		for _, sub := range re.Sub {
			some := telling(needs(sub))
			if len(some) == 0 {
				return nil
			}
			one = append(one, some...)
		}
		return [][]string{one}
	case syntax.OpConcat:
		var all [][]string
		for rest := re.Sub; len(rest) > 0; {
			words, n := spelt(rest)
			if shortest(words) > 0 {
				all = append(all, words)
			}
			if n == 0 {
				all, n = append(all, needs(rest[0])...), 1
			}
			rest = rest[n:]
		}
		return all
	case syntax.OpLiteral:
		return [][]string{{string(re.Rune)}}
	default: // nothing is known of what they need
		return nil
	}
}

// mostSpelt bounds the words that one part is spelt out as.
const mostSpelt = 200

// spelt spells out the parts that follow one another and can be: "p(ress|apers)"
// are press and papers. It returns how many parts these are.
func spelt(parts []*syntax.Regexp) (words []string, n int) {
	words = []string{""}
	for _, p := range parts {
		ends := spell(p)
		if len(ends) == 0 || len(words)*len(ends) > mostSpelt {
			return words, n
		}
		var longer []string
		for _, w := range words {
			for _, e := range ends {
				longer = append(longer, w+e)
			}
		}
		words, n = longer, n+1
	}
	return words, n
}

// spell lists all that an expression matches; none: too much, or unknown.
func spell(re *syntax.Regexp) (words []string) {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCapture:
		return spell(re.Sub[0])
	case syntax.OpQuest:
		if words = spell(re.Sub[0]); len(words) > 0 {
			words = append(words, "")
		}
		return words
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			some := spell(sub)
			if len(some) == 0 {
				return nil
			}
			words = append(words, some...)
		}
		return words
	case syntax.OpConcat:
		if all, n := spelt(re.Sub); n == len(re.Sub) {
			return all
		}
		return nil
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 8 {
				return nil
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				words = append(words, string(r))
			}
		}
		return words
	default:
		return nil
	}
}

// telling is the group that says most: the one whose shortest word is longest.
func telling(groups [][]string) (best []string) {
	for _, some := range groups {
		if shortest(some) > shortest(best) || shortest(some) == shortest(best) && len(some) < len(best) {
			best = some
		}
	}
	return best
}

// shortest is the length of the shortest of some letters, 0 without any.
func shortest(of []string) int {
	if len(of) == 0 {
		return 0
	}
	return len(slices.MinFunc(of, func(a, b string) int { return len(a) - len(b) }))
}

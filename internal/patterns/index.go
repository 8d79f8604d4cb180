package patterns

import (
	"maps"
	"math/bits"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// index tells in one pass over a text which patterns can be in it at all: nearly
// none are, and an expression costs a thousand times as much to try.
type index struct {
	words  []string                  // letters that some match needs, each once, in order
	within table                     // for each word the groups that it stands in
	leads  table                     // for each group the patterns of which it tells most
	needs  table                     // for each pattern its groups: of each a word must be there
	free   []int32                   // the patterns that need none
	few    []int32                   // words of fewer bytes than a key, in groups that lead
	short  table                     // for each other group its words of that kind
	heads  []head                    // keys at the place of their hash, or the next ones free
	shift  int                       // from a mixed key to its place
	may    [1 << mayBits / 64]uint64 // a bit for every key, by its hash: what is not here begins no word
}

// head is where the words are that begin with a key.
type head struct {
	key   uint32 // their first bytes
	first int32  // 1 and the place of the first; 0 is no key
}

const (
	keyBytes = 4
	mayBits  = 15
)

// keyOf is the key that a text of some length begins with.
func keyOf(text string) (key uint32) {
	for i := range keyBytes {
		key = key<<8 | uint32(text[i])
	}
	return key
}

// mix spreads a key over all bits.
func mix(key uint32) uint32 { return key * 2654435761 }

// table is rows of numbers, one behind the other.
type table struct{ ends, all []int32 }

// row is one row.
func (t *table) row(i int32) []int32 {
	from := int32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from:t.ends[i]]
}

// tableOf puts rows together.
func tableOf(rows [][]int32) table {
	t := table{ends: make([]int32, len(rows)), all: slices.Concat(rows...)}
	n := 0
	for i, r := range rows {
		n += len(r)
		t.ends[i] = int32(n) // the files are far below 2 GiB
	}
	return t
}

// gathering is an index being made.
type gathering struct {
	groups       map[string]int32   // by their words
	words        map[string][]int32 // and their groups
	leads, needs [][]int32
}

// indexOf makes the index of patterns that need groups of letters.
func indexOf(patterns [][][]string) index {
	g := gathering{groups: map[string]int32{}, words: map[string][]int32{}}
	var x index
	for i, groups := range patterns {
		n := int32(i) // the files are far below 2 GiB
		if lead := g.add(groups); lead >= 0 {
			g.leads[lead] = append(g.leads[lead], n)
		} else {
			x.free = append(x.free, n)
		}
	}
	x.leads, x.needs = tableOf(g.leads), tableOf(g.needs)
	x.take(g.words)
	return x
}

// add takes in the groups of the next pattern and returns the one that tells most,
// -1 without any.
func (g *gathering) add(groups [][]string) (lead int32) {
	for _, words := range groups {
		for i, w := range words {
			words[i] = string(space(nil, w))
		}
	}
	groups = slices.DeleteFunc(groups, func(words []string) bool { return slices.Contains(words, " ") })
	var all []int32
	for _, words := range groups {
		all = append(all, g.group(words))
	}
	g.needs = append(g.needs, all)
	if len(all) == 0 {
		return -1
	}
	return g.group(telling(groups))
}

// group is the number of a group, a new one when it is not there.
func (g *gathering) group(words []string) int32 {
	name := strings.Join(words, "\x00")
	n, ok := g.groups[name]
	if !ok {
		n = int32(len(g.leads)) // as above
		g.groups[name], g.leads = n, append(g.leads, nil)
		for _, w := range words {
			g.words[w] = append(g.words[w], n)
		}
	}
	return n
}

// take takes in all words, as parts of one string.
func (x *index) take(groups map[string][]int32) {
	words := slices.Sorted(maps.Keys(groups))
	whole := strings.Join(words, "")
	x.words = make([]string, len(words))
	within, short := make([][]int32, len(words)), make([][]int32, len(x.leads.ends))
	var keys []head
	for i, w := range words {
		x.words[i], whole = whole[:len(w)], whole[len(w):]
		within[i] = groups[w]
		n := int32(i) // as above
		if len(w) >= keyBytes {
			if k := keyOf(w); len(keys) == 0 || keys[len(keys)-1].key != k {
				keys = append(keys, head{k, n + 1})
			}
			continue
		}
		if slices.ContainsFunc(groups[w], func(g int32) bool { return len(x.leads.row(g)) > 0 }) {
			x.few = append(x.few, n)
		}
		for _, g := range groups[w] {
			if len(x.leads.row(g)) == 0 {
				short[g] = append(short[g], n)
			}
		}
	}
	x.within, x.short = tableOf(within), tableOf(short)
	x.index(keys)
}

// index puts the keys in their places, of which a third is free at least.
func (x *index) index(keys []head) {
	size := max(bits.Len(uint(len(keys)+len(keys)/2)), 1)
	x.heads, x.shift = make([]head, 1<<size), 32-size
	for _, k := range keys {
		m := mix(k.key)
		i := m >> x.shift
		for x.heads[i].first != 0 {
			i = (i + 1) & (1<<size - 1)
		}
		x.heads[i] = k
		m >>= 32 - mayBits
		x.may[m/64] |= 1 << (m % 64)
	}
}

// first is the place of the first word with a key, the number of all where there is none.
func (x *index) first(key uint32) int {
	m := mix(key)
	if b := m >> (32 - mayBits); x.may[b/64]>>(b%64)&1 == 0 {
		return len(x.words)
	}
	for i := m >> x.shift; x.heads[i].first != 0; i = (i + 1) & uint32(len(x.heads)-1) { // a power of two below 2^32
		if x.heads[i].key == key {
			return int(x.heads[i].first) - 1
		}
	}
	return len(x.words)
}

// live lists the patterns that can be in a text, in order.
func (x *index) live(text string) []int32 {
	text = spaced(text)
	has := make([]bool, len(x.leads.ends))
	var there []int32
	take := func(word int32) {
		for _, g := range x.within.row(word) {
			if !has[g] {
				has[g], there = true, append(there, g)
			}
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
		if end < keyBytes-1 {
			continue
		}
		rest := text[end+1-keyBytes:]
		for i := x.first(key); i < len(x.words) && strings.HasPrefix(x.words[i], rest[:keyBytes]); i++ {
			if strings.HasPrefix(rest, x.words[i]) {
				take(int32(i)) // as above
			}
		}
	}
	live := slices.Clone(x.free)
	for _, g := range there {
		for _, p := range x.leads.row(g) {
			if !slices.ContainsFunc(x.needs.row(p), func(g int32) bool { return !has[g] && !x.shortly(g, text) }) {
				live = append(live, p)
			}
		}
	}
	slices.Sort(live)
	return live
}

// shortly reports whether one of the short words of a group stands in a text. They
// stand in most, and are looked for when all else is there.
func (x *index) shortly(group int32, text string) bool {
	return slices.ContainsFunc(x.short.row(group), func(w int32) bool { return strings.Contains(text, x.words[w]) })
}

// spaced is a text as the index reads it, with a space at each end.
func spaced(text string) string {
	return string(space(space(append(make([]byte, 0, len(text)+2), ' '), text), " "))
}

// space appends a text to what is there already. All that stands between letters,
// between two words for instance, is one space.
func space(out []byte, text string) []byte {
	for i := 0; i < len(text); {
		from, b := i, text[i]
		i++
		if b >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(text[from:])
			i = from + n
			if r < 'ء' || r > 'ي' {
				b = ' '
			}
		}
		switch {
		case b >= utf8.RuneSelf || b >= 'a' && b <= 'z' || b >= '0' && b <= '9':
			out = append(out, text[from:i]...)
		case len(out) == 0 || out[len(out)-1] != ' ':
			out = append(out, ' ')
		}
	}
	return out
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
	case syntax.OpPlus:
		if c := re.Sub[0]; c.Op == syntax.OpCharClass && c.Rune[0] == 0 {
			return []string{" "} // a gap: no letter is the first of all signs
		}
		return nil
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

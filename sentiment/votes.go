package sentiment

import (
	_ "embed" // the word lists are part of the program
	"strings"
	"sync"

	"rasid/sentiment/internal/text"
)

//go:embed words.tsv
var wordLists string

// What words vote for.
const (
	voteEn      = iota + 1
	voteTie     // English, and it makes a sentence
	voteLead    // … and a name may stand behind it
	voteAux     // … and a name may stand before it
	voteEither  // … and on both sides
	voteAr      // in Arabic letters, and it makes a sentence
	voteThing   // in Arabic letters, anything else
	voteArabizi // Arabic in Latin letters
	voteOther
)

// codes are the names of the votes in words.tsv.
var codes = map[string]uint8{
	"en": voteEn, "tie": voteTie, "lead": voteLead, "aux": voteAux, "either": voteEither,
	"ar": voteAr, "thing": voteThing, "arabizi": voteArabizi, "other": voteOther,
}

// common says whether a vote is for English or Arabic: those lists hold what is common there.
func common(vote uint8) bool { return vote >= voteEn && vote <= voteThing }

// wordVotes are the votes of the listed words, at the place of the hash of each or the next one free.
type wordVotes struct {
	list []uint32 // a part of the hash, and the vote
	mask uint64   // of a place
}

// The lowest bits of what is remembered of a hash give way to the vote.
const voteBits = 15

// words gives what each listed word votes for. It is parsed on first use and never changes. A word listed twice votes for
// none, unless English or Arabic is one of the two.
var words = sync.OnceValue(func() wordVotes {
	out := map[string]uint8{}
	for l := range strings.Lines(wordLists) {
		name, list, ok := strings.Cut(strings.TrimRight(l, "\n"), "\t")
		code := codes[name]
		if !ok || code == 0 {
			continue
		}
		for w := range strings.FieldsSeq(list) {
			switch was := out[w]; {
			case was == 0 || common(code) && !common(was):
				out[w] = code
			case was != code && !common(was):
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
	t := wordVotes{make([]uint32, size), mask}
	for w, v := range list {
		place, part := t.place(text.More(emptyWord, []rune(w)))
		t.list[place] = part | uint32(v)
	}
	return t
}

// place is where the word of a hash stands, or where it would, and the part of the hash that is remembered.
func (t wordVotes) place(hash uint64) (at uint64, part uint32) {
	hash = text.Mix(hash)
	part = uint32(hash>>32) &^ voteBits
	for at = hash & t.mask; ; at = (at + 1) & t.mask {
		if t.list[at] == 0 || t.list[at]&^voteBits == part {
			return at, part
		}
	}
}

// of is what a word votes for, 0 when it is not listed.
func (t wordVotes) of(hash uint64) uint8 {
	hash = text.Mix(hash)
	for at := hash; ; at++ {
		if e := t.list[at&t.mask]; e == 0 || e&^voteBits == uint32(hash>>32)&^voteBits {
			return uint8(e & voteBits)
		}
	}
}

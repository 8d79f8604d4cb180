package features

// Kind is what a feature is made of; it keeps the kinds apart in one table.
type Kind uint8

// The kinds of features. Their order is part of every trained table.
const (
	WordFeat       Kind = iota // a word
	PairFeat                   // two neighbours
	SkipFeat                   // two words with one between them
	LettersFeat                // three to six letters of a word
	NegLettersFeat             // the same of a negated word
	StemFeat                   // the light stem of an Arabic word
	NumberFeat                 // a number, by its length
	EmojiFeat                  // an emoji
	RepeatFeat                 // an emoji repeated
	MarkFeat                   // a mark such as !!
	LinkFeat                   // a web address
	UserFeat                   // a name with @
	FaceFeat                   // an emoticon
	GoodFeat                   // how many good entries of the lexicon there are
	BadFeat                    // how many bad ones
	DiffFeat                   // their difference
	SumFeat                    // the sum of all after the rules
	FirstHitFeat               // the value of the first entry
	LastHitFeat                // and of the last
	FirstFeat                  // the first word
	LastFeat                   // the last word
	SeamFeat                   // the end of a word with the start of the next
	TagFeat                    // a tag of an entry
	HitFeat                    // the value of an entry
	PhraseFeat                 // the value of an entry of several words
	HitPairFeat                // the values of two entries in a row
	DensityFeat                // good less bad entries per word
	FrameFeat                  // an Arabic word without its weak letters
	StemPairFeat               // two neighbouring stems
	CoupleFeat                 // two letters of a word
	NegCoupleFeat              // the same of a negated word
	Kinds                      // how many there are
)

// Salts of the first kind. Texts with Arabic words and texts without have no feature in common: an emoji, a mark or a
// count of lexicon entries tells other things in one than in the other, and what one learns does not move the other.
const (
	arabicSalt = 0x51
	latinSalt  = arabicSalt + 0x80
)

// saltOf is the salt of texts with Arabic words, or without.
func saltOf(arabic bool) uint64 {
	if arabic {
		return arabicSalt
	}
	return latinSalt
}

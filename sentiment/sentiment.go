// Package sentiment judges one public mention of a business, in Arabic, English or both: how likely it is a complaint,
// how grave, in which language and dialect, and why. It is pure: text in, score and reasons out; no network, no files.
//
// A score has two visible parts, a hand-written lexicon with rules and a learned table over hashed words and letters.
// Both are sums, so every word's share is known and the reasons add up to the score before calibration.
package sentiment

// Input is one mention to judge.
type Input struct {
	Text    string
	Stars   int      // 1..5, 0 where the platform has none
	Lang    string   // a hint such as "ar" or "en"; may be empty
	AboutUs bool     // written on our own page, or in reply to us
	Brand   []string // names of the business; may be nil
}

// Label is the class a text is put in: the most likely one, but a complaint wins over a class that is hardly likelier,
// because a missed complaint costs more than one looked at in vain.
type Label string

// The three labels.
const (
	Negative Label = "neg"
	Neutral  Label = "neu"
	Positive Label = "pos"
)

// The signals, from the tags of the lexicon.
const (
	SignalChurn    = "churn"
	SignalLegal    = "legal"
	SignalPress    = "press"
	SignalSafety   = "safety"
	SignalSelfHarm = "selfharm"
	SignalThreat   = "threat"
	SignalAbuse    = "abuse"
	SignalBoycott  = "boycott"
)

// Severity levels.
const (
	Calm = iota
	Low
	High
	Critical
)

// Result is the judgement.
type Result struct {
	Label         Label
	Neg, Neu, Pos float64  // probabilities, sum 1
	Score         float64  // Pos-Neg, from -1 to 1
	Severity      int      // Calm … Critical
	Signals       []string // sorted, each once
	Lang          string   // "ar", "en", "mixed", "arabizi" or "other"
	Dialect       string   // "", "msa", "gulf", "egyptian", "levantine", "maghrebi", "iraqi" or "sudanese"
	DialectCues   []string // the words that gave the dialect
	Target        float64  // probability that a complaint in it is about us
	Raw           float64  // before calibration: the sum of the weights of Reasons
	Reasons       []Reason // strongest first; the last ones may stand for the whole text
}

// Reason is one share of the score.
type Reason struct {
	Start, End int     // bytes of the original text; both 0 for a reason that is no span, such as stars
	Text       string  // the span as written
	Weight     float64 // signed share of Raw
	Kind       string  // one of the Kind constants
	By         string  // the negating or intensifying word, may be empty
}

// Kinds of reasons.
const (
	KindWord     = "word"     // one entry of the lexicon
	KindPhrase   = "phrase"   // an entry of several words
	KindNegated  = "negated"  // an entry turned by By
	KindStronger = "stronger" // an entry made stronger or weaker by By
	KindEmoji    = "emoji"
	KindStars    = "stars"
	KindConflict = "conflict" // stars and words disagree
	KindLearned  = "learned"  // words the learned table knows
	KindBase     = "base"     // how texts of this shape lean before any word is read
	KindRest     = "rest"     // all weaker words together
)

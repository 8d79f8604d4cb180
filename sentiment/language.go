package sentiment

import "html"

// foreignArabic holds letters that Persian, Urdu, Kurdish and Pashto write and Arabic does not. Arabic writers do type
// Persian kaf and yeh by accident, and چ گ پ ڤ in loan words, so those count for little.
const (
	foreignArabic = "ژٹڈڑےںھہۆێڵڕەۇټډړښڼۍېڌڎ"
	doubtful      = "چگپکی"
	lastOwnArabic = 'ي' // every letter of the two stands behind those of Arabic
)

// Language tells the language of a text from its letters and commonest words: "ar", "en", "mixed" (Arabic and English),
// "arabizi" (Arabic in Latin letters) or "other". A name in the letters of the other language makes no text mixed.
// Character references count as what they stand for.
func Language(s string) string {
	var c count
	c.read(unescaped(s))
	return c.language()
}

// NamesOnly says whether a text is English and has words in Arabic letters, which then only name something.
func NamesOnly(s string) bool {
	var c count
	c.read(unescaped(s))
	return c.arWords > 0 && c.language() == "en"
}

func (c *count) language() string {
	switch {
	case c.ar+c.la == 0, c.strange > c.ar+c.la:
		return "other"
	case c.foreignScript() && c.ar >= c.la:
		return "other"
	case c.named():
		return c.latin()
	case c.ar > 0 && c.la > 0 && c.la*8 >= c.ar && c.ar*8 >= c.la && c.words > 0 && !c.branded():
		return "mixed"
	case c.ar >= c.la, c.branded():
		return "ar"
	}
	return c.latin()
}

// Frame tells in which language the sentences of a text are that has words of Arabic and of another language, "ar" or "en":
// in that one its writer is answered. Arabic in Latin letters is Arabic, and so is what has sentences of both.
func Frame(s string) string {
	var c count
	c.read(unescaped(s))
	latin := c.latin()
	switch {
	case c.la+c.strange == 0 || c.la > 0 && latin == "arabizi" || c.branded():
		return "ar"
	case c.ar == 0 || c.named():
		return "en"
	case c.la >= mostly*c.ar && (latin == "other" || c.ties() > 0):
		return "en"
	case c.ties() >= sentence && c.words >= 2*c.arWords+c.arTies:
		return "en"
	}
	return "ar"
}

const (
	mostly   = 4 // so many letters of another script for each Arabic one make a text that only names something in Arabic
	sentence = 3 // so many English words that tie others together make a sentence
	longName = 4 // words
	allNames = 6 // words of all names in a text
)

// unescaped is a text with what its character references stand for.
func unescaped(s string) string {
	return html.UnescapeString(html.UnescapeString(s)) // some sources escape twice
}

// ties is how many words make English sentences.
func (c *count) ties() int {
	return c.votes[voteTie] + c.votes[voteLead] + c.votes[voteAux] + c.votes[voteEither]
}

// named says whether the words in Arabic letters only name somebody or something in English sentences: each run of them
// stands where a name does, and none of them makes a sentence.
func (c *count) named() bool {
	ties := c.ties()
	return c.arWords > 0 && c.loose == 0 && c.arTies == 0 && ties > 0 && ties+c.votes[voteEn] >= 2 &&
		c.words > c.arWords && c.arWords <= allNames
}

// branded says whether the words in Latin letters only name something in an Arabic text.
func (c *count) branded() bool {
	return c.ar > 0 && c.words > 0 && c.brands == c.words && c.words <= 3*c.arWords
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

// latin decides between English, Arabic in Latin letters and everything else. The nouns that every language borrows from
// English count half beside the words that make a sentence.
func (c *count) latin() string {
	if 2*c.capitals > c.words { // a title, or every word is written so
		for v, n := range c.names {
			c.votes[v] += n
		}
		c.digits += c.nameDigits
		c.capitals, c.names, c.nameDigits = 0, [voteOther + 1]int{}, 0
	}
	ties := c.ties()
	en, az, other := ties+c.votes[voteEn], c.votes[voteArabizi]+2*c.digits, c.votes[voteOther]
	signs := c.votes[voteArabizi] + c.digits // words
	switch {
	case signs > 0 && 2*az > en+ties && az >= other && c.carried(az, ties, signs):
		return "arabizi"
	case other > en, c.accents*20 > c.la && en*3 < c.words, en == 0 && c.words >= 4:
		return "other"
	}
	return "en"
}

// carried says whether so many signs of Arabic carry a text in Latin letters: a single word beside one that makes an English
// sentence is a name or a greeting.
func (c *count) carried(az, ties, signs int) bool {
	if ties > 0 {
		return (signs > 1 || c.digits > 0) && az*5 >= c.words
	}
	return az*5 >= c.words || c.accents == 0 && az*8 >= c.words
}

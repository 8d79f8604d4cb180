package responder

import (
	"regexp"
	"slices"

	"rasid/internal/fold"
)

// Praise that counts what its author had to bear is seldom meant: thanks for a
// wait of three hours, applause for the fourth call that nobody answered. No
// word of it says so, the count does. The expressions read folded text.
const (
	countEN = `(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|half an?|several|many|countless)`
	spanEN  = `\b` + countEN + `[- ](?:\w+[- ])?(?:minute|min|hour|hr|day|week|month)s?\b`
	waitEN  = `\b(?:wait\w*|queu\w*|hold|in line|stood|standing|stuck|delay\w*|late)\b`
	manyEN  = `\b(?:[2-9]|\d\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens? of|several|countless)`
	burden  = `(?:calls?|e-?mails?|messages?|attempts?|tries|tickets?|complaints?|reminders?|apologies|transfers|excuses|cancellations)`

	countAR = `(?:\d+|نصف|نص|ثلاث\p{L}*|تلات\p{L}*|اربع\p{L}*|خمس\p{L}*|ست\p{L}*|سبع\p{L}*|ثمان\p{L}*|تمن\p{L}*|تسع\p{L}*|عشر\p{L}*|كم|عده)`
	spanAR  = `(?:ساعتين|يومين|اسبوعين|شهرين|` + countAR + ` (?:دقيقه|دقايق|ساعه|ساعات|يوم|ايام|اسبوع|اسابيع|شهر|شهور|اشهر))`
	waitAR  = `(?:انتظ\p{L}*|الانتظار|نستني|استن\p{L}*|طابور|الطابور|الدور|واقف\p{L}*|علي الخط|تاخير|تاخر\p{L}*|متاخر\p{L}*)`
	loadAR  = `(?:مكالمتين|محاولتين|رسالتين|اتصالين|` + countAR + ` (?:مكالمات|محاولات|رسايل|اتصالات|شكاوي|ايميلات|اعذار))`
)

var (
	// endures finds a span of time beside a word of waiting, and a number of
	// things that went wrong.
	endures = regexp.MustCompile(spanEN + `[^.!?\n]{0,25}` + waitEN + `|` + waitEN + `[^.!?\n]{0,25}` + spanEN +
		`|` + manyEN + ` (?:\w+ )?` + burden + `\b|` +
		spanAR + `[^.!؟\n]{0,25}` + waitAR + `|` + waitAR + `[^.!؟\n]{0,25}` + spanAR + `|` + loadAR)
	// spared is what is said of a wait that was short, or was none.
	spared = regexp.MustCompile(`\b(?:no|not|never|without|instead of|didn't|did not|don't|less than|under|barely|hardly|answer\w*|repl\w+|saved?|spared?|despite|worth)\b|` +
		`\bfrom (?:you|your|their)\b|\b(?:[1-9]|10|an?|one|two|three|four|five|ten) min|(?:ما|لم|مو|مش) \p{L}*(?:نتظ|ستن|تاخر|طول)|(?:بدون|بلا|دون|اقل من|رغم|ردوا|رديتوا|رددتم|بدل|يستاهل|تستاهل) `)
	// clause is what stands around a find, up to the ends of its sentence.
	clause = regexp.MustCompile(`[^.!?؟\n]+`)
)

// endured reports whether somebody counts what they had to bear, in a sentence
// that does not say that it was little.
func endured(said string) bool {
	return slices.ContainsFunc(clause.FindAllString(fold.Text(said), -1), func(sentence string) bool {
		return endures.MatchString(sentence) && !spared.MatchString(sentence)
	})
}

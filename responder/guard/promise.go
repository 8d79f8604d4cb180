package guard

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/patterns"
)

// A time is promised by a sentence that speaks of what we will do and names a
// span or a day. What was, what may be and what the customer may do is no
// promise. Everything is matched on folded text.
var (
	sentences = regexp.MustCompile(`[^.!?;,\n]+`)
	commits   = regexp.MustCompile(`\b(?:will|shall|expect|promise|guarantee|going to|allow us|give us|be ready|let you know|get back)\b|'ll\b|` +
		`(?:^|[^ء-ي])(?:و|ف)?(?:سوف|راح|رح|حا?ن[ء-ي]{2,}|س(?:ن|ي|ت|ا)[ء-ي]{2,}|(?:ب|ه|من)[نيت][ء-ي]{2,}|` +
		`ن(?:عود|رد|تواصل|واف|رسل|رجع|حل|صلح|كلم|تصل|بلغ|خبر|جهز|سلم|وصل|عيد|عد|طمن|فيد|بعث|بعت|حول|نهي|ستبدل|ركب|كمل|شحن|تعهد|عالج|عاود|ضمن)[ء-ي]*|` +
		`[يت](?:صل|وصلك|كلمك|تواصل|تصل|عود|رجع|رد|جهز|زورك|كون|نحل|نتهي|م)[ء-ي]*|امهلنا|اعطنا|عطنا|امنحنا|انتظر|توقع|جاهز[ء-ي]*|منتهي|عندك)(?:$|[^ء-ي])`)
	excused = regexp.MustCompile(`\b(?:can'?t|cannot|can not|unable|won'?t|not able|not yet|if you|if the|you can|you may|last (?:week|month|time|year)|yesterday|ago|was|were|took|had|warranty|offer ends|open|opens|closes|closed)\b|` +
		`(?:^|[^ء-ي])(?:و|ف)?(?:لا نستطيع|لا نقدر|ما نقدر|ما بنقدر|منقدرش|مش هنقدر|لا نعد|لا يمكن|لا نعرف|اذا|لو|كان|كانت|كنا|منذ|الماضي|الماضيه|امس|مبارح|يمكنك|بامكانك|متاح|الاستبدال|الارجاع|الضمان|دوام|دوامنا|نعمل|تفتح|يفتح|يغلق|تغلق|مغلق|مغلقه|العرض|مجانيه|مجاني|شغال)(?:$|[^ء-ي])`)
	span = regexp.MustCompile(`\b([0-9]+|an?|the|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|twenty[ -]four|thirty|forty[ -]eight|sixty|seventy[ -]two|half an?|few|couple of)\s+(?:more\s+)?(business |working )?(min|minute|hr|hour|day|week|month)s?\b|` +
		`(?:^|[^ء-ي])(?:(?:([0-9]+|نصف|نص|ربع|ثلاث[هت]?|تلات[هت]?|اربع[هت]?|خمس[هت]?|ست[هت]?|سبع[هت]?|ثمان[يه]?[هت]?|تسع[هت]?|عشر[هت]?|اثنت[ي]? عشره|بضع[هت]?|عده|كم|عشرين|ثلاثين|اربع وعشرين|ثمان واربعين)\s+)?ب?(دقيقه|دقايق|دقايق|دقيقتين|ساعه|ساعات|ساعتين|ساعتان|يوم|يوما|ايام|يومين|يومان|يومي|اسبوع|اسبوعا|اسبوعين|اسابيع|شهر|شهرا|شهرين|اشهر))(\s+عمل)?(?:$|[^ء-ي])`)
	led   = regexp.MustCompile(`(?:within|in|under|next|after|than|up to|maximum|most|us|about|around|for|خلال|غضون|بغضون|ظرف|بعد|من|بعدها|الا|عطنا|اعطنا|امهلنا|امنحنا|حدود|بحدود|اقصاه|اقصاها|تتجاوز|يتجاوز|تتعدي|في|ب)\s*(?:the\s+|about\s+|around\s+|a\s+|maximum\s+|max\s+|less than\s+|اقل من\s+|حوالي\s+|مده\s+|اقصاها\s+|اقصاه\s+)?$`)
	today = regexp.MustCompile(`^[وفب]?(?:today|tonight|this (?:evening|afternoon|morning)|اليوم|النهارده|هاليوم|الليله)$`)
	day   = regexp.MustCompile(`\b(?:(?:by|before|on|until|than|this|next|from)\s+(?:(?:this|next|the end of|the coming)\s+)?(?:the\s+)?(?:sunday|monday|tuesday|wednesday|thursday|friday|saturday|weekend|week|month|noon|midnight|(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+[0-9]{1,2}|evening|morning|[0-9]{1,2}(?::[0-9]{2})?\s?(?:am|pm)|[0-9]{1,2}\s+(?:january|february|march|april|may|june|july|august|september|october|november|december)|end of (?:the )?(?:day|week|month))|(?:the )?day after tomorrow|tomorrow|tonight|today|this (?:evening|afternoon|morning)|end of (?:the )?(?:day|week|month)|next (?:week|month))\b|` +
		`(?:^|[^ء-ي])[وفب]?((?:بعد )?(?:غدا?|الغد|بكر[ها]|بكرا|باجر|باكر|اليوم|النهارده|هاليوم|الليله|الليله|المساء|هالاسبوع)|(?:يوم|صباح|مساء|عصر|ظهر|نهار)\s+(?:احد|حد)|(?:(?:يوم|قبل|حتي|لحد|بحلول|الي|صباح|مساء|عصر|ظهر|نهار)\s+){1,2}(?:(?:ال)(?:احد|حد)|(?:ال)?(?:اثنين|اتنين|ثلاثاء?|تلات|اربعاء?|اربع|خميس|جمعه|سبت|ظهر|عصر|مغرب|عشاء?|غد|[0-9]{1,2}))|(?:نهايه|اخر|نهايت) (?:ال|ها)?(?:يوم|اسبوع|شهر|دوام|نهار)|(?:الاسبوع|الشهر) (?:القادم|الجاي|الجاي|المقبل|التالي|الياي)|الاسبوع هذا|هذا الاسبوع)(?:$|[^ء-ي])`)
)

// lead is how far before a span its preposition is looked for.
const lead = 60

// promises finds times that the policy does not allow.
func (g *Guard) promises(l *look) {
	if len(g.policy.Times) == 0 {
		return
	}
	text := string(l.buf)
	for _, s := range sentences.FindAllStringIndex(text, -1) {
		sentence := text[s[0]:s[1]]
		if !commits.MatchString(sentence) || excused.MatchString(sentence) {
			continue
		}
		for _, m := range span.FindAllStringSubmatchIndex(sentence, -1) {
			start, end := trim(sentence, m[0], m[1])
			if start > 0 && !led.MatchString(sentence[max(0, start-lead):start]) {
				continue
			}
			part := func(n int) string {
				if m[2*n] < 0 {
					return ""
				}
				return sentence[m[2*n]:m[2*n+1]]
			}
			working := part(2) != "" || part(6) != ""
			d := length(part(1)+part(4), part(3)+part(5))
			if working || !slices.Contains(g.policy.Times, d) {
				l.tell("promise", s[0]+start, s[0]+end, true)
			}
		}
		for _, m := range day.FindAllStringIndex(sentence, -1) {
			start, end := trim(sentence, m[0], m[1])
			// "Today" is sooner than any commitment: hard to keep, but not another one.
			l.tell("promise", s[0]+start, s[0]+end, !today.MatchString(sentence[start:end]))
		}
	}
}

// trim takes what an expression needed to see around the words off again.
func trim(s string, start, end int) (int, int) {
	cut := s[start:end]
	start += len(cut) - len(strings.TrimLeftFunc(cut, notLetter))
	return start, start + len(strings.TrimFunc(cut, notLetter))
}

func notLetter(r rune) bool { return !patterns.Letter(r) }

// numbers are the words for numbers, folded.
var numbers = map[string]float64{
	"a": 1, "an": 1, "the": 1, "one": 1, "two": 2, "couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty four": 24, "twenty-four": 24, "thirty": 30, "forty eight": 48, "forty-eight": 48,
	"sixty": 60, "seventy two": 72, "seventy-two": 72, "half a": .5, "half an": .5, "نصف": .5, "نص": .5, "ربع": .25, "": 1,
	"ثلاث": 3, "تلات": 3, "اربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثمان": 8, "تسع": 9, "عشر": 10, "عشرين": 20, "ثلاثين": 30,
	"اربع وعشرين": 24, "ثمان واربعين": 48,
}

// length reads a span; 0 when it is not a definite one.
func length(number, unit string) time.Duration {
	n, ok := numbers[number]
	if !ok {
		n, ok = numbers[strings.TrimRight(number, "هتي")]
	}
	if v, err := strconv.ParseFloat(number, 64); err == nil {
		n, ok = v, true
	}
	if !ok {
		return 0
	}
	if strings.HasSuffix(unit, "تين") || strings.HasSuffix(unit, "تان") || strings.HasSuffix(unit, "مين") || strings.HasSuffix(unit, "مان") ||
		unit == "يومي" || strings.HasSuffix(unit, "عين") || strings.HasSuffix(unit, "رين") {
		n *= 2 // the Arabic dual
	}
	units := []struct {
		starts string
		is     time.Duration
	}{
		{"min", time.Minute}, {"دقي", time.Minute}, {"دقا", time.Minute}, {"h", time.Hour}, {"سا", time.Hour}, {"d", day24}, {"يوم", day24}, {"ايام", day24},
		{"w", 7 * day24}, {"اسا", 7 * day24}, {"اسب", 7 * day24}, {"month", 30 * day24}, {"شهر", 30 * day24}, {"اشهر", 30 * day24},
	}
	for _, u := range units {
		if strings.HasPrefix(unit, u.starts) {
			return time.Duration(n * float64(u.is))
		}
	}
	return 0
}

const day24 = 24 * time.Hour

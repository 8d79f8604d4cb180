package guard

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"rasid/internal/lines"
)

// The shapes of private data, over folded text: digits are ASCII, letters lower
// case, full-width signs plain.
const (
	tld  = `(?:com|net|org|edu|gov|info|biz|io|co|me|app|dev|shop|store|sa|ae|eg|kw|qa|bh|om|jo|lb|iq|sy|ye|ma|dz|tn|ly|sd|ps|uk|us|de|fr|tr|example|test|invalid|كوم|نت|اورج|اورغ)`
	open = `[([{<"]\s*`
	shut = `\s*[)\]}>"]`
	dotW = `(?:\.|dot|نقطه|دوت)`
	user = `[\pL0-9][\pL0-9._%+-]*`
	site = `[\pL0-9][\pL0-9-]*`
	dots = `(?:\.|\s*` + open + dotW + shut + `\s*|\s(?:dot|نقطه|دوت)\s)`
)

var (
	// email knows the sign itself, written-out signs in brackets, and bare words
	// only where a written-out dot, or a name that is no word, makes it clear.
	email = regexp.MustCompile(
		user + `(?:@|\s@\s|\s*` + open + `(?:@|at|ات|ايت)` + shut + `\s*)` + site + `(?:` + dots + site + `)+(?:\s?\.\s?` + tld + `\b)?` +
			`|` + user + `(?:@|\s@\s|\s*` + open + `(?:@|at|ات|ايت)` + shut + `\s*)` + site + `(?:\s?\.\s?` + tld + `)+` +
			`|` + user + `\s(?:at|ات|ايت)\s` + site + `(?:(?:\s*` + open + dotW + shut + `\s*|\s(?:dot|نقطه|دوت)\s)` + site + `)+` +
			`|[a-z0-9._-]*[0-9._-][a-z0-9._-]*\s(?:at|ات|ايت)\s` + site + `(?:\s?\.\s?` + site + `)*\s?\.\s?` + tld + `\b`)
	ibanStart = regexp.MustCompile(`\b[a-z]{2}[ -]?[0-9]{2}[ -]?[a-z0-9]`)
	// long is a run of digits with the signs people put between them.
	long = regexp.MustCompile(`\+?[0-9(](?:[ .()-]{0,3}[0-9]){5,24}`)
	date = regexp.MustCompile(`\b(?:[0-3]?[0-9][.-][01]?[0-9][.-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[.-][01]?[0-9][.-][0-3]?[0-9])\b`)

	orderNoun = `(?:orders?|invoice|ticket|booking|reservation|shipments?|parcel|package|tracking|waybill|awb|consignment|receipt|reference|ref|case|complaint|contract|policy|membership|appointment|transaction|request|` +
		`(?:[وفبلك]|لل)?(?:ال)?(?:طلب|طلبيه|طلبيت|اوردر|فاتور[هت]|حجز|تذكر[هت]|شحن[هت]|طرد|بوليص[هت]|تتبع|مرجع|مرجعي|عقد|عضوي[هت]|اشتراك|بلاغ|شكوي|موعد|معامل[هت]|عملي[هت]|ايصال|الرقم المرجعي))(?:ك|كم|ه|ها|كي)?`
	orderLead = `(?:[\s:,"(-]*(?:number|num|no\.?|nr\.?|id|code|ref\.?|reference|is|was|with|رقمه|رقمها|رقم|الرقم|برقم|ذو|ذات|صاحب|هو|هي|كود|كوده|بالرقم))*[\s:,"(-]*`
	// A bare number behind the noun needs five digits: four are often a year or
	// a price. A sign, a letter or the word "number" makes four enough.
	order = regexp.MustCompile(`(?:^|[^\pL\pN])(?:` +
		orderNoun + orderLead + `(?:#|no\.?|number|id|رقمه|رقمها|رقم|برقم)\s*:?\s*#?\s*([a-z]{0,4}[-/ ]?[0-9][0-9-]{3,15}[0-9a-z]?)` +
		`|` + orderNoun + orderLead + `([a-z]{1,4}[-/]?[0-9][0-9-]{3,15})` +
		`|` + orderNoun + orderLead + `([0-9][0-9-]{3,14}[0-9])` +
		`|(?:#)\s?([a-z]{0,4}-?[0-9][0-9-]{4,14})` +
		`|((?:ord|order|inv|tkt|bkg|awb|shp|trk|po|so)[-#][0-9][0-9-]{3,14})` +
		`|([a-z]{2}[0-9]{9}[a-z]{2}))(?:$|[^\pL\pN])`) // the last: UPU S10 tracking numbers
	papers  = regexp.MustCompile(`(?:passport|national id|id|iqama|residence|licen[cs]e|جواز|جوازك|هويه|هويتك|اقامه|اقامتك|الرقم القومي|الرقم الوطني|الرقم المدني|رقم الجواز|رخصتك)(?: (?:number|no|card|رقم|رقمه|سفرك|السفر))?[\s:.#]*([a-z]{0,2}[0-9]{6,12})\b`)
	dialCue = regexp.MustCompile(`(?:phone|mobile|whats ?app|call(?:ed|ing)?|text(?:ed)?|sms|ring|rang|dial(?:led)?|جوال|جوالك|هاتف|هاتفك|موبايل|موبايلك|تلفون|تلفونك|واتس\pL*|اتصل\pL*|كلمناك|دقينا|رقمك)(?:[^\pL\pN]+[\pL']+){0,4}[^\pL\pN+]*$`)
)

// private finds personal data: e-mail, bank account, order number, card,
// identity and telephone number.
func (g *Guard) private(l *look) {
	each := func(kind string, re *regexp.Regexp, group func(m []int) (int, int)) {
		for _, m := range re.FindAllStringSubmatchIndex(string(l.buf), -1) {
			if start, end := group(m); start >= 0 {
				l.tell(kind, start, end, true)
				l.take(start, end)
			}
		}
	}
	each("privacy-email", email, func(m []int) (int, int) { return m[0], m[1] })
	for _, m := range ibanStart.FindAllStringIndex(string(l.buf), -1) {
		if end := ibanEnd(string(l.buf), m[0]); end > 0 {
			l.tell("privacy-iban", m[0], end, true)
			l.take(m[0], end)
		}
	}
	for _, m := range date.FindAllStringIndex(string(l.buf), -1) {
		l.take(m[0], m[1])
	}
	// Numbers of known shape come before order numbers: "your booking carries
	// the ID 1066051507" tells more than an order.
	g.numbersIn(l)
	each("privacy-order", order, lastGroup)
	each("privacy-id", papers, lastGroup)
}

// lastGroup is the one group of alternatives that matched.
func lastGroup(m []int) (start, end int) {
	for i := len(m) - 2; i > 0; i -= 2 {
		if m[i] >= 0 {
			return m[i], m[i+1]
		}
	}
	return -1, -1
}

// numbersIn looks at every run of digits, first whole, then at the groups in it,
// because two numbers may stand side by side.
func (g *Guard) numbersIn(l *look) {
	text := string(l.buf)
	for _, run := range long.FindAllStringIndex(text, -1) {
		start, end := run[0], run[1]
		if start > 0 && (text[start-1] == '-' || text[start-1] == '.' || text[start-1] == '#' || text[start-1] == '/' || letterBefore(text, start)) && text[start] != '+' {
			continue // the tail of a code, not a number of its own
		}
		if g.ours(digitsOf(text[start:end])) {
			l.take(start, end)
			continue
		}
		if kind := numberKind(text[start:end]); kind != "" {
			l.tell(kind, start, end, true)
			l.take(start, end)
			continue
		}
		if n := len(digitsOf(text[start:end])); (n == 7 || n == 8 || n == 9) && dialCue.MatchString(text[max(0, start-120):start]) {
			l.tell("privacy-phone", start, end, true)
			l.take(start, end)
			continue
		}
		g.groupsIn(l, start, end)
	}
}

// groupsIn tries the groups of digits inside a run that is nothing as a whole.
// A run has at most 25 digits, so the work is bounded.
func (g *Guard) groupsIn(l *look, start, end int) {
	run := string(l.buf[start:end])
	var groups [][2]int
	for i := 0; i < len(run); i++ {
		if run[i] < '0' || run[i] > '9' {
			continue
		}
		j := i
		for j < len(run) && run[j] >= '0' && run[j] <= '9' {
			j++
		}
		groups = append(groups, [2]int{i, j})
		i = j
	}
	for i := 0; i < len(groups); i++ {
		for j := len(groups) - 1; j >= i; j-- {
			part := run[groups[i][0]:groups[j][1]]
			kind := numberKind(part)
			if kind == "" || g.ours(digitsOf(part)) {
				continue
			}
			l.tell(kind, start+groups[i][0], start+groups[j][1], true)
			l.take(start+groups[i][0], start+groups[j][1])
			i = j
			break
		}
	}
}

// ours reports a telephone number of the business, with or without its
// country's prefix.
func (g *Guard) ours(digits string) bool {
	for _, n := range g.numbers {
		short := min(len(n), len(digits))
		if short >= 7 && (n == digits || short >= 8 && n[len(n)-8:] == digits[len(digits)-8:]) {
			return true
		}
	}
	return false
}

// numberKind says what kind of private number a run of digits is; "" for none.
func numberKind(s string) string {
	d := digitsOf(s)
	switch {
	case len(d) >= 13 && len(d) <= 19 && cardPrefix(d) && luhn(d):
		return "privacy-card"
	case len(d) == 14 && (d[0] == '2' || d[0] == '3') && egyptianDate(d):
		return "privacy-id"
	case len(d) == 15 && strings.HasPrefix(d, "784"):
		return "privacy-id" // Emirates ID
	case len(d) == 10 && (d[0] == '1' || d[0] == '2'):
		return "privacy-id" // Saudi ID and Iqama; a mistyped one is private too
	case phone(s, d):
		return "privacy-phone"
	}
	return ""
}

// cardPrefix knows the first digits of payment cards (ISO/IEC 7812: 2 to 6, and
// 9 for national schemes); article numbers of shops begin with 4 and 6 too but
// have 13 digits, where only the oldest Visa cards do.
func cardPrefix(d string) bool {
	if len(d) < 15 {
		return len(d) == 14 && (strings.HasPrefix(d, "36") || strings.HasPrefix(d, "30") || strings.HasPrefix(d, "38"))
	}
	return strings.ContainsRune("234569", rune(d[0]))
}

// countries are the calling codes whose numbers are recognised without a plus.
var countries = regexp.MustCompile(`^(?:966|971|962|964|965|968|973|974|970|961|963|967|212|213|216|218|249|222|252|253)`)

// phone knows the mobile and land-line shapes of the region and any number in
// international form.
func phone(raw, d string) bool {
	switch {
	case strings.Contains(raw, "+") || strings.HasPrefix(d, "00"):
		return len(d) >= 9 && len(d) <= 16
	case countries.MatchString(d):
		return len(d) >= 11 && len(d) <= 13
	case strings.HasPrefix(d, "20"):
		return len(d) == 12
	case strings.HasPrefix(d, "0"):
		return len(d) >= 9 && len(d) <= 11
	case strings.HasPrefix(d, "5"), strings.HasPrefix(d, "7"):
		return len(d) == 9
	case strings.HasPrefix(d, "9200"), strings.HasPrefix(d, "800"):
		return len(d) == 9 || len(d) == 10
	}
	return false
}

func egyptianDate(d string) bool {
	month, day := (d[3]-'0')*10+d[4]-'0', (d[5]-'0')*10+d[6]-'0'
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// luhn checks the digit of ISO/IEC 7812.
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0 && strings.Trim(d, "0") != ""
}

//go:embed iban.tsv
var ibanRegistry string

// ibanLengths reads the registry of lengths once.
var ibanLengths = sync.OnceValue(func() map[string]int {
	lengths := map[string]int{}
	for _, line := range lines.Of(ibanRegistry) {
		if country, n, ok := strings.Cut(line, "\t"); ok {
			lengths[strings.ToLower(country)] = int(n[0]-'0')*10 + int(n[1]-'0')
		}
	}
	return lengths
})

// ibanEnd returns where the account number that begins at start ends; 0 when
// there is none. The length of its country decides, so that words behind it are
// not read as part of it, and ISO 13616 leaves 1 modulo 97.
func ibanEnd(text string, start int) int {
	want, ok := ibanLengths()[text[start:start+2]]
	if !ok {
		return 0
	}
	var account []byte
	end := start
	for ; end < len(text) && len(account) < want; end++ {
		switch c := text[end]; {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'z':
			account = append(account, c)
		case c != ' ' && c != '-' && c != '.':
			return 0
		}
	}
	if len(account) != want || end < len(text) && text[end] >= '0' && text[end] <= '9' {
		return 0
	}
	rest := 0
	for i := range account {
		c := account[(i+4)%want]
		if c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'a') + 10) % 97
		}
	}
	if rest != 1 {
		return 0
	}
	return end
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func letterBefore(text string, at int) bool {
	return at > 0 && (text[at-1] >= 'a' && text[at-1] <= 'z' || text[at-1] >= '0' && text[at-1] <= '9')
}

package guard

import (
	"math/big"
	"regexp"
	"strings"

	"rasid/internal/cases"
)

// The shapes of private data, over text whose digits are ASCII.
var (
	email = regexp.MustCompile(`(?i)[a-z0-9._%+-]+\s*(?:@|\(at\)|\[at\]| at )\s*[a-z0-9-]+(?:\s*(?:\.|\(dot\)|\[dot\]| dot )\s*[a-z0-9-]+)+`)
	iban  = regexp.MustCompile(`(?i)\b[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,30}\b`)
	long  = regexp.MustCompile(`\+?[0-9](?:[ .()-]{0,2}[0-9]){6,18}`)
	order = regexp.MustCompile(`(?i)(?:order|invoice|ticket|booking|طلب(?:ك|كم)?|فاتوره|فاتورة|حجز|تذكره|تذكرة)\s*(?:number|no\.?|id|رقم(?:ه|ها)?)?\s*[:#]*\s*[#]?([a-z]{0,4}-?[0-9]{4,12})`)
)

// privacy finds personal data: e-mail, phone, card (Luhn), IBAN (mod 97),
// Saudi, Emirati and Egyptian identity numbers, order numbers.
func privacy(text string) []cases.Finding {
	t := asciiDigits(text)
	var found []cases.Finding
	take := func(kind, words string) string {
		found = append(found, cases.Finding{Kind: kind, Words: strings.TrimSpace(words), Block: true})
		return strings.Repeat(" ", len(words))
	}
	t = email.ReplaceAllStringFunc(t, func(s string) string { return take("privacy-email", s) })
	t = iban.ReplaceAllStringFunc(t, func(s string) string {
		if validIBAN(s) {
			return take("privacy-iban", s)
		}
		return s
	})
	t = order.ReplaceAllStringFunc(t, func(s string) string { return take("privacy-order", s) })
	long.ReplaceAllStringFunc(t, func(s string) string {
		if kind := numberKind(s); kind != "" {
			return take(kind, s)
		}
		return s
	})
	return found
}

// numberKind says what kind of private number a run of digits is; "" for none.
func numberKind(s string) string {
	d := digitsOf(s)
	switch {
	case len(d) >= 13 && len(d) <= 19 && luhn(d):
		return "privacy-card"
	case len(d) == 14 && (d[0] == '2' || d[0] == '3') && egyptianDate(d):
		return "privacy-id"
	case len(d) == 15 && strings.HasPrefix(d, "784"):
		return "privacy-id" // Emirates ID
	case len(d) == 10 && (d[0] == '1' || d[0] == '2') && luhn(d):
		return "privacy-id" // Saudi ID and Iqama carry a Luhn check digit
	case phone(s, d):
		return "privacy-phone"
	case len(d) == 10 && (d[0] == '1' || d[0] == '2'):
		return "privacy-id"
	}
	return ""
}

// phone knows the mobile and land-line shapes of the region and any number in
// international form.
func phone(raw, d string) bool {
	switch {
	case strings.HasPrefix(raw, "+") || strings.HasPrefix(d, "00"):
		return len(d) >= 9 && len(d) <= 15
	case strings.HasPrefix(d, "966"), strings.HasPrefix(d, "971"), strings.HasPrefix(d, "962"), strings.HasPrefix(d, "964"),
		strings.HasPrefix(d, "965"), strings.HasPrefix(d, "968"), strings.HasPrefix(d, "973"), strings.HasPrefix(d, "974"),
		strings.HasPrefix(d, "212"), strings.HasPrefix(d, "213"), strings.HasPrefix(d, "216"), strings.HasPrefix(d, "249"):
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

// validIBAN checks ISO 13616: the number moved around and read as digits
// leaves 1 modulo 97.
func validIBAN(s string) bool {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	var digits strings.Builder
	for _, r := range s[4:] + s[:4] {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			digits.WriteString(big.NewInt(int64(r-'A') + 10).String())
		default:
			return false
		}
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}

// asciiDigits maps Arabic-Indic and Persian digits to ASCII and drops nothing.
func asciiDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r >= '０' && r <= '９': // full-width
			return r - '０' + '0'
		}
		return r
	}, s)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

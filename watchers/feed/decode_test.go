package feed

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestAnyCharsetBecomesUTF8(t *testing.T) {
	const words = "مطعم سيئ والخدمة بطيئة جدا"
	rss := func(decl, s string) string {
		return `<?xml version="1.0"` + decl + `?><rss version="2.0"><channel><title>x</title><item><title>` + s + `</title></item></channel></rss>`
	}
	cp1256 := func(s string) []byte {
		b, err := charmap.Windows1256.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(b)
	}
	utf16 := func(bom unicode.BOMPolicy, e unicode.Endianness) []byte {
		b, err := unicode.UTF16(e, bom).NewEncoder().Bytes([]byte(rss(` encoding="utf-16"`, words)))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	iso, err := charmap.ISO8859_6.NewEncoder().String(rss(` encoding="iso-8859-6"`, words))
	if err != nil {
		t.Fatal(err)
	}
	french, err := charmap.Windows1252.NewEncoder().String(rss("", "Très déçu du café, où est ma commande"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		body            []byte
		contentType     string
		charset, expect string
	}{
		"utf-8":                       {[]byte(rss(` encoding="utf-8"`, words)), "", "", words},
		"utf-8, mark":                 {[]byte("\ufeff" + rss("", words)), "", "", words},
		"utf-8 that says 1256":        {[]byte(rss(` encoding="windows-1256"`, words)), "", "", words},
		"1256 declared":               {cp1256(rss(` encoding="windows-1256"`, words)), "", "", words},
		"1256 undeclared":             {cp1256(rss("", words)), "", "", words},
		"1256 that says utf-8":        {cp1256(rss(` encoding="utf-8"`, words)), "", "", words},
		"1256 by content type":        {cp1256(rss("", words)), "text/xml; charset=windows-1256", "", words},
		"1256 by configuration":       {cp1256(rss(` encoding="iso-8859-1"`, words)), "", "windows-1256", words},
		"1256 with an unknown label":  {cp1256(rss(` encoding="x-foo"`, words)), "", "", words},
		"iso-8859-6":                  {[]byte(iso), "", "", words},
		"1252 undeclared":             {[]byte(french), "", "", "Très déçu du café, où est ma commande"},
		"utf-16 little, mark":         {utf16(unicode.UseBOM, unicode.LittleEndian), "", "", words},
		"utf-16 big, mark":            {utf16(unicode.UseBOM, unicode.BigEndian), "", "", words},
		"utf-16 little, no mark":      {utf16(unicode.IgnoreBOM, unicode.LittleEndian), "", "", words},
		"utf-16 big, no mark":         {utf16(unicode.IgnoreBOM, unicode.BigEndian), "", "", words},
		"utf-8 with a bad byte":       {[]byte(rss("", words+"\xff")), "", "", words + "\ufffd"},
		"overlong":                    {[]byte(rss("", words+"\xc0\xaf")), "", "", words + "\ufffd"},
		"lone surrogate":              {[]byte(rss("", words+"\xed\xa0\x80")), "", "", words + "\ufffd"},
		"NUL and control characters":  {[]byte(rss("", "\x00"+words+"\x0b\uffff")), "", "", words},
		"utf-7 stays what it is":      {[]byte(rss(` encoding="utf-7"`, "+ADw-script+AD4-")), "", "", "+ADw-script+AD4-"},
		"iso-2022-jp, all seven bits": {[]byte(rss(` encoding="iso-2022-jp"`, "\x1b$B%3!<%R!<\x1b(B")), "", "", "コーヒー"},
	} {
		clean, err := toUTF8(tc.body, tc.contentType, tc.charset)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		doc, err := parse(clean, newDates("UTC"), noon)
		if err != nil || len(doc.items) != 1 || doc.items[0].title != tc.expect {
			t.Errorf("%s: %+v %v", name, doc.items, err)
		}
	}
}

func TestDatesAreReadAsPeopleWriteThem(t *testing.T) {
	utc := func(y, mo, d, h, mi, s int) time.Time { return time.Date(y, time.Month(mo), d, h, mi, s, 0, time.UTC) }
	riyadh := newDates("Asia/Riyadh")
	for in, want := range map[string]time.Time{
		"Sun, 22 Nov 2026 04:17:00 GMT":       utc(2026, 11, 22, 4, 17, 0),
		"Sun, 22 Nov 2026 04:17:00 +0300":     utc(2026, 11, 22, 1, 17, 0),
		"Sun, 22 Nov 2026 04:17:00 AST":       utc(2026, 11, 22, 1, 17, 0),
		"Sun, 22 Nov 2026 04:17:00 EST":       utc(2026, 11, 22, 9, 17, 0),
		"Sun, 22 Nov 2026 04:17:00 GMT+03:00": utc(2026, 11, 22, 1, 17, 0),
		"Sun, 22 Nov 2026 04:17:00 XYZ":       utc(2026, 11, 22, 1, 17, 0), // unknown: the zone of the configuration
		"22 Nov 2026 04:17":                   utc(2026, 11, 22, 1, 17, 0),
		"22 Nov 26 04:17:00 +0000":            utc(2026, 11, 22, 4, 17, 0),
		"November 22, 2026 4:17 pm":           utc(2026, 11, 22, 13, 17, 0),
		"Nov. 22, 2026, 4:17PM":               utc(2026, 11, 22, 13, 17, 0),
		"2026-11-22T04:17:00Z":                utc(2026, 11, 22, 4, 17, 0),
		"2026-11-22T04:17:00.123+03:00":       utc(2026, 11, 22, 1, 17, 0).Add(123 * time.Millisecond),
		"2026-11-22T04:17:00-07:00":           utc(2026, 11, 22, 11, 17, 0),
		"2026-11-22 04:17:00":                 utc(2026, 11, 22, 1, 17, 0),
		"2026/11/22 04:17":                    utc(2026, 11, 22, 1, 17, 0),
		"22/11/2026 04:17":                    utc(2026, 11, 22, 1, 17, 0),
		"22-11-2026":                          utc(2026, 11, 21, 21, 0, 0),
		"22.11.2026 04:17":                    utc(2026, 11, 22, 1, 17, 0),
		"11/22/2026 04:17":                    utc(2026, 11, 22, 1, 17, 0),
		"5/11/2026":                           utc(2026, 11, 4, 21, 0, 0),  // day first
		"11/12/2026":                          utc(2026, 11, 11, 21, 0, 0), // day first would lie ahead
		"1795321020":                          utc(2026, 11, 22, 4, 17, 0),
		"1795321020000":                       utc(2026, 11, 22, 4, 17, 0),
		"1795321020000000":                    utc(2026, 11, 22, 4, 17, 0),
		"٢٢ نوفمبر ٢٠٢٦":                      utc(2026, 11, 21, 21, 0, 0),
		"الأحد، 22 نوفمبر 2026 - 04:17":       utc(2026, 11, 22, 1, 17, 0),
		"الأحد ٢٢ تشرين الثاني ٢٠٢٦ ٠٤:١٧":         utc(2026, 11, 22, 1, 17, 0),
		"22 تشرين الأول 2026":                      utc(2026, 10, 21, 21, 0, 0),
		"3 كانون الثاني 2026":                      utc(2026, 1, 2, 21, 0, 0),
		"15 آب 2026":                               utc(2026, 8, 14, 21, 0, 0),
		"15 أيّار 2026 10:30 صباحًا":               utc(2026, 5, 15, 7, 30, 0),
		"22 نونبر 2026 الساعة 4:17 م":              utc(2026, 11, 22, 13, 17, 0),
		"يوم الجمعة 20 نوفمبر 2026 4:17 مساءً":     utc(2026, 11, 20, 13, 17, 0),
		"10 جانفي 2026":                            utc(2026, 1, 9, 21, 0, 0),
		"Mon Nov 16 04:17:00 2026":                 utc(2026, 11, 16, 1, 17, 0),
		"\u200f٢٢\u200f/\u200f١١\u200f/\u200f٢٠٢٦": utc(2026, 11, 21, 21, 0, 0),
	} {
		got, ok := riyadh.parse(in, noon)
		if !ok || !got.Equal(want) {
			t.Errorf("%q: %v %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "soon", "30 Feb 2026", "Feb 30, 2026", "2026-02-30T00:00:00Z", "0", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "١٥ جمادى الأولى ١٤٤٨", "99/99/2026", "22 Nov", strings.Repeat("1", 500), "-62135596800", "Wed, 32 Nov 2026 00:00:00 GMT"} {
		if got, ok := riyadh.parse(in, noon); ok {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}

func TestAppleReviewsAreReadWhateverTheirShape(t *testing.T) {
	entry := `{"id":{"label":"7"},"title":{"label":"عنوان <b>"},"content":{"label":"نص & أكثر","attributes":{"type":"text"}},"author":{"name":{"label":"سارة"},"uri":{"label":"https://itunes.apple.com/sa/reviews/id123"}},"im:rating":{"label":"2"},"link":{"attributes":{"rel":"related","href":"https://itunes.apple.com/sa/review?id=1"}}`
	feed := func(entries string) string {
		return `{"feed":{"title":{"label":"iTunes Store: Customer Reviews"},"entry":` + entries + `}}`
	}
	for name, tc := range map[string]struct {
		body  string
		items int
		stars int
	}{
		"a list":                {feed(`[` + entry + `}]`), 1, 2},
		"a single object":       {feed(entry + `}`), 1, 2},
		"the app comes first":   {feed(`[{"im:name":{"label":"App"},"im:artist":{"label":"x"},"id":{"label":"1"}},` + entry + `}]`), 1, 2},
		"none":                  {`{"feed":{"title":{"label":"iTunes Store: Customer Reviews"}}}`, 0, 0},
		"null":                  {feed(`null`), 0, 0},
		"empty rating":          {feed(strings.Replace(entry, `"label":"2"`, `"label":""`, 1) + `}`), 1, 0},
		"rating is a word":      {feed(strings.Replace(entry, `"label":"2"`, `"label":"two"`, 1) + `}`), 1, 0},
		"rating of 9":           {feed(strings.Replace(entry, `"label":"2"`, `"label":"9"`, 1) + `}`), 1, 0},
		"rating is a number":    {feed(strings.Replace(entry, `"label":"2"`, `"label":4`, 1) + `}`), 1, 4},
		"rating has no label":   {feed(strings.Replace(entry, `{"label":"2"}`, `"5"`, 1) + `}`), 1, 5},
		"everything null":       {feed(`[{"id":null,"title":null,"content":null,"author":null,"im:rating":null,"link":null}]`), 1, 0},
		"everything odd":        {feed(`[{"id":1e400,"title":[],"content":{"label":{}},"author":[],"im:rating":{"label":[]},"link":[1,{}]}]`), 1, 0},
		"an entry is a number":  {feed(`[1,` + entry + `}]`), 1, 2},
		"numbers out of range":  {feed(strings.Replace(entry, `"label":"7"`, `"label":99999999999999999999999`, 1) + `}`), 1, 2},
		"links in a list":       {feed(strings.Replace(entry, `"link":{`, `"link":[{`, 1) + `]}`), 1, 2},
		"an unknown field":      {feed(entry + `,"new":{"deep":[1,2,3]}}`), 1, 2},
		"updated is a date":     {feed(entry + `,"updated":{"label":"2026-11-20T08:58:07-07:00"}}`), 1, 2},
		"updated is not a date": {feed(entry + `,"updated":{"label":"yesterday"}}`), 1, 2},
	} {
		doc, err := parse([]byte(tc.body), newDates("UTC"), noon)
		if err != nil || len(doc.items) != tc.items {
			t.Errorf("%s: %d items, %v", name, len(doc.items), err)
			continue
		}
		if tc.items == 1 && doc.items[0].stars != tc.stars {
			t.Errorf("%s: %d stars, want %d", name, doc.items[0].stars, tc.stars)
		}
		if name == "a list" {
			it := doc.items[0]
			if it.guid != "7" || it.title != "عنوان <b>" || it.text != "نص & أكثر" || it.author != "سارة" || it.authorID != "123" || it.link == "" || !it.at.IsZero() {
				t.Errorf("%+v", it)
			}
		}
		if name == "updated is a date" && doc.items[0].at.IsZero() {
			t.Error("the date was not read")
		}
	}
}

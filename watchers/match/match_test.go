package match

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
)

func TestQueriesFindWhatIsMeantAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		query, text string
		want        bool
	}{
		// English: case, possessives, words only as words.
		{`noor`, "Noor was late", true},
		{`Noor`, "i hate NOOR!!!", true},
		{`noor`, "noor's coffee is cold", true},
		{`noor`, "Noor’s coffee is cold", true},
		{`noor`, "at 'noor' again", true},
		{`noor`, "boss said noors", false},
		{`noor`, "noorish delight", false},
		{`noor`, "elnoor", false},
		{`noor`, "noo r", false},
		{`Boss`, "the boss' food", true},
		{`McDonald's`, "mcdonalds was ok", true},
		{`McDonald's`, "McDonald’s was ok", true},
		{`McDonald's`, "mcdonald was ok", false},
		{`H&M`, "h & m closed", true},
		{`Coca-Cola`, "coca cola zero", true},
		{`Coca-Cola`, "cocacola zero", true},
		{`cafe`, "the café here", true},
		{`café`, "CAFE", true},
		{`7up`, "7UP please", true},
		{`7up`, "17up please", false},
		{`noor`, "see noor.example for more", true},
		{`noor`, "#noor #fail", true},
		{`noor`, "@noor why", true},
		{`noor`, "great_noor_day", true},
		{`noor`, "nooooor!!!", true},
		{`noor`, "nor", false},

		// Phrases.
		{`"noor coffee"`, "Noor Coffee is slow", true},
		{`"noor coffee"`, "coffee noor", false},
		{`"noor coffee"`, "noor, coffee", true},
		{`"noor coffee"`, "noor good coffee", false},
		{`"noor coffee"`, "#NoorCoffee", true},
		{`"noor coffee"`, "@noorcoffee help", true},
		{`"noor coffee"`, "noor coffee's wifi", true},
		{`"noor coffee"`, "noor's coffee", false},
		{`“noor coffee”`, "noor coffee", true},
		{`«قهوة نور»`, "قهوة نور باردة", true},

		// Arabic: attached particles.
		{`نور`, "قهوة نور باردة", true},
		{`نور`, "ونور كمان", true},
		{`نور`, "رحت لنور أمس", true},
		{`نور`, "اشتريت بنور", true},
		{`نور`, "فنور أحسن", true},
		{`نور`, "ولنور طعم", true},
		{`نور`, "النور", true},
		{`نور`, "والنور", true},
		{`نور`, "بالنور", true},
		{`نور`, "فبالنور", true},
		{`نور`, "كالنور", true},
		{`نور`, "للنور", true},
		{`نور`, "وللنور", true},
		{`نور`, "هالنور", true},
		{`نور`, "عالنور", true},
		{`نور`, "نورا جميلة", false},
		{`نور`, "منور", false},
		{`نور`, "تنور", false},
		{`نور`, "الأنوار", false},
		{`نور`, "سنور", false},
		{`نور`, "ووونور", false},
		{`الأمل`, "مطعم الامل", true},
		{`الأمل`, "للأمل فروع", true},
		{`الأمل`, "وللامل", true},
		{`الأمل`, "بالأمل", true},
		{`الأمل`, "والأمل", true},
		{`الأمل`, "هالامل", true},
		{`الأمل`, "أمل جديدة", false},
		{`الأمل`, "العمل", false},
		{`الليل`, "لليل كافيه", true},
		{`الليل`, "لليلى", false},
		{`جو`, "بجو حلو", false},
		{`جو`, "مطعم جو", true},
		{`"مطعم الأمل"`, "لمطعم الامل", true},
		{`"مطعم الأمل"`, "بمطعم الأمل وخدمته", true},
		{`"مطعم الأمل"`, "مطعم والأمل", false},
		{`"مطعم الأمل"`, "#مطعم_الأمل", true},
		{`"مطعم الأمل"`, "#مطعمالأمل", true},

		// Arabic: letters, marks and tricks.
		{`أحمد`, "احمد", true},
		{`على`, "علي", true},
		{`خدمة`, "والخِدْمَـــة سيئة", true},
		{`خدمه`, "الخدمة", true},
		{`مسؤول`, "مسوول", true},
		{`كافيه`, "گافيه", true},
		{`نور`, "نـــــور", true},
		{`نور`, "ن\u200bو\u200fر", true},
		{`نور`, "نووووور", true},
		{`نور`, "ﻧﻮر", true},
		{`ikea`, "بـIKEA", true},
		{`ikea`, "والـ IKEA", true},
		{`ikea`, "الIKEA", true},
		{`noor`, "n\u200boor", true},
		{`noor`, "nо\u043er", true},
		{`acme`, "\u0410cm\u0435 sucks", true},
		{`١٢٣`, "branch 123", true},
		{`5g`, "５Ｇ", true},

		// Operators.
		{`noor late`, "late again, noor", true},
		{`noor late`, "noor again", false},
		{`noor AND late`, "late noor", true},
		{`noor OR amal`, "amal", true},
		{`noor OR amal`, "badr", false},
		{`noor NOT magazine`, "noor is late", true},
		{`noor NOT magazine`, "noor magazine", false},
		{`noor AND NOT (magazine OR film)`, "the film noor", false},
		{`noor OR amal late`, "noor", true},
		{`noor OR amal late`, "amal", false},
		{`(noor OR amal) late`, "noor", false},
		{`(noor OR amal) late`, "noor late", true},
		{`noor NOT NOT late`, "noor late", true},
		{`noor and late`, "noor late", false},
		{`noor and late`, "late and noor", true},
		{`"OR"`, "this or that", true},
		{`noor(late)`, "late noor", true},

		// Nothing of a text is ever an operator.
		{`noor`, "NOT noor", true},
		{`noor NOT late`, "noor OR late", false},
	} {
		q, err := Parse(x.query)
		if err != nil {
			t.Errorf("%s: %v", x.query, err)
			continue
		}
		if got := q.Match(cases.Mention{Text: x.text}); got != x.want {
			t.Errorf("%s in %q: %v, want %v", x.query, x.text, got, x.want)
		}
	}
}

func TestFieldsLookElsewhere(t *testing.T) {
	t.Parallel()
	m := cases.Mention{Source: "feed", Title: "Noor", Text: "coffee is cold", AuthorID: "U77", Author: "Amal N. Badr", URL: "https://www.news.example.com/a?b=noor", Lang: "en-GB"}
	arabic := cases.Mention{Text: "قهوة باردة من Noor", URL: "not a link\x7f"}
	for _, x := range []struct {
		query string
		m     cases.Mention
		want  bool
	}{
		{`author:U77`, m, true},
		{`author:amal`, m, true},
		{`author:"Amal N"`, m, true},
		{`author:"Amal Badr"`, m, false},
		{`author:u7`, m, false},
		{`author:amal`, arabic, false},
		{`amal`, m, false},
		{`site:example.com`, m, true},
		{`site:news.example.com`, m, true},
		{`site:www.example.com`, m, true},
		{`site:EXAMPLE.com`, m, true},
		{`site:ample.com`, m, false},
		{`site:other.example.com`, m, false},
		{`site:example.com`, arabic, false},
		{`lang:en`, m, true},
		{`lang:ar`, m, false},
		{`lang:ar`, arabic, true},
		{`lang:en`, arabic, false},
		{`LANG:EN`, m, true},
		{`noor`, m, true},
		{`"noor coffee"`, m, false}, // the title ends between them
		{`cold NOT site:example.com`, m, false},
		{`cold NOT author:"noor official"`, m, true},
		{`(noor OR نور) lang:ar`, arabic, true},
	} {
		q, err := Parse(x.query)
		if err != nil {
			t.Errorf("%s: %v", x.query, err)
			continue
		}
		if got := q.Match(x.m); got != x.want {
			t.Errorf("%s on %q by %s: %v, want %v", x.query, x.m.Text, x.m.Author, got, x.want)
		}
	}
}

func TestAnUntaggedMentionWithAttachedParticlesIsFound(t *testing.T) {
	t.Parallel()
	q, err := Parse(`"Noor Coffee" OR "قهوة نور" OR (نور (قهوة OR كافيه)) NOT author:noor_official`)
	if err != nil {
		t.Fatal(err)
	}
	m := cases.Mention{AuthorID: "9", Author: "someone", Text: "آخر مرة أطلب من هالكافيه، وبنور بالذات الخدمه صارت سيئة"}
	if !q.Match(m) {
		t.Error("a complaint that never tags the business was not found")
	}
	m.AuthorID = "noor_official"
	if q.Match(m) {
		t.Error("the excluded author was found")
	}
}

func TestMistakesInAQueryAreExplained(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		``:                                      `column 1: the query is empty; write words to look for, such as "Noor Coffee" OR "قهوة نور"`,
		`   `:                                   `column 1: the query is empty; write words to look for, such as "Noor Coffee" OR "قهوة نور"`,
		`noor "late`:                            `column 6: this quote is not closed; write a " after the phrase`,
		`قهوة "نور`:                             `column 6: this quote is not closed; write a " after the phrase`,
		`noor «late"`:                           `column 6: this quote is not closed; write a " after the phrase`,
		`(noor OR late`:                         `column 1: this ( is not closed; write a ) after the group`,
		`noor) late`:                            `column 5: this ) closes nothing; remove it, or write a ( before it`,
		`noor AND`:                              `column 9: a word is missing after AND or OR; write a word or a "phrase"`,
		`noor OR OR late`:                       `column 9: a word is missing after AND or OR; write a word or a "phrase"`,
		`noor NOT`:                              `column 9: a word is missing after NOT; write a word or a "phrase"`,
		`noor NOT AND late`:                     `column 10: a word is missing after NOT; write a word or a "phrase"`,
		`()`:                                    `column 2: a word is missing after (; write a word or a "phrase"`,
		`AND noor`:                              `column 1: a query cannot begin with this; begin with a word; in lower case, or in quotes, "and", "or" and "not" are words`,
		`)`:                                     `column 1: a query cannot begin with this; begin with a word; in lower case, or in quotes, "and", "or" and "not" are words`,
		`NOT noor`:                              `column 1: the query fits almost everything; write at least one word that must be there, and NOT only beside it with AND`,
		`noor OR NOT late`:                      `column 1: the query fits almost everything; write at least one word that must be there, and NOT only beside it with AND`,
		`noor -late`:                            `column 6: a minus does not exclude; write NOT late`,
		`noor !!!`:                              `column 6: there are no letters or digits in !!!; write a word to look for`,
		`""`:                                    `column 1: there are no letters or digits in ""; write a word to look for`,
		`writer:x`:                              `column 1: there is no field writer:; fields are author:, site: and lang:; put "writer:…" in quotes to look for the words`,
		`noor https://example.com/`:             `column 6: a link is not a word; write site:example.com, or the words in quotes`,
		`author: amal`:                          `column 1: author: has no value; write it without a space: author:"Noor Coffee"`,
		`site:`:                                 `column 1: site: has no value; write it without a space: site:example.com`,
		`site:https://example.com`:              `column 1: site: takes the name of a site alone; write site:example.com`,
		`lang:arabic`:                           `column 1: lang: takes a language code; write lang:ar`,
		`noor author:"x`:                        `column 13: this quote is not closed; write a " after the phrase`,
		strings.Repeat("(", 60) + "x":           `column 52: the parentheses are nested too deep; write it flatter`,
		"x " + strings.Repeat("NOT ", 60) + "x": `column 207: the parentheses are nested too deep; write it flatter`,
		strings.Repeat("noor ", 1000):           `column 4000: the query has 5000 characters; write at most 4000`,
	} {
		_, err := Parse(query)
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%.40s: got %v, want an *Error", query, err)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%.40s (-want +got):\n%s", query, diff)
		}
	}
}

func TestAQueryIsWrittenBackPlainly(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`noor late`:                          `noor AND late`,
		`a OR b c`:                           `a OR (b AND c)`,
		`(a OR b) c NOT d`:                   `(a OR b) AND c AND NOT d`,
		`a NOT (b OR c)`:                     `a AND NOT (b OR c)`,
		`“قهوة  نور” OR noor`:                `"قهوة  نور" OR noor`,
		`AUTHOR:"x y" site:www.Example.com.`: `author:"x y" AND site:example.com`,
		`"AND" x`:                            `"AND" AND x`,
		`«say "noor"»`:                       `«say "noor"»`,
	} {
		q, err := Parse(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := q.String(); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestTermsAreThoseLookedFor(t *testing.T) {
	t.Parallel()
	q, err := Parse(`("Noor Coffee" OR قهوة) late NOT (film OR x) author:me`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Noor Coffee", "قهوة", "late"}, q.Terms()); diff != "" {
		t.Error(diff)
	}
}

func FuzzQueriesNeverPanicAndReadBack(f *testing.F) {
	for _, q := range []string{`noor`, `"a b" OR (c NOT d)`, `author:x site:y.z lang:ar`, `«قهوة» AND نور`, `((((`, `NOT NOT a b`, `a"b"c`, `author:"(" x`, "-a", `“”„`} {
		f.Add(q, "noor قهوة نور a b c", "x")
	}
	f.Fuzz(func(t *testing.T, query, text, who string) {
		q, err := Parse(query)
		if err != nil {
			return
		}
		m := cases.Mention{Text: text, Author: who, AuthorID: who, URL: "https://" + who + "/"}
		if q.Match(cases.Mention{}) {
			t.Errorf("%q fits an empty mention", query)
		}
		again, err := Parse(q.String())
		if err != nil {
			t.Fatalf("%q is written back as %q: %v", query, q, err)
		}
		if again.String() != q.String() {
			t.Errorf("%q, then %q", q, again)
		}
		if q.Match(m) != again.Match(m) {
			t.Errorf("%q and %q disagree on %q", query, q, text)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	q, err := Parse(`("Noor Coffee" OR "قهوة نور" OR (نور (قهوة OR كافيه))) NOT (film OR author:noor_official) lang:ar`)
	if err != nil {
		b.Fatal(err)
	}
	m := cases.Mention{Text: strings.Repeat("آخر مرة أطلب من هالكافيه، وبنور بالذات الخدمه صارت سيئة جداً ", 5)}
	b.SetBytes(int64(len(m.Text)))
	for b.Loop() {
		q.Match(m)
	}
}

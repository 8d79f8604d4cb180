package fold

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestSpellingsOfOneWordFoldTogether(t *testing.T) {
	t.Parallel()
	for name, words := range map[string][]string{
		"alef and hamza":     {"احمد", "أحمد", "إحمد", "آحمد", "ٱحمد", "ا\u0654حمد"},
		"yeh":                {"علي", "على", "علی", "عﻠﻲ"},
		"hamza seats":        {"مسوول", "مسؤول"},
		"yeh seat":           {"سيي", "سيئ", "سيى"},
		"ta marbuta":         {"خدمه", "خدمة", "خدمۃ", "خدمە"},
		"kaf":                {"كافيه", "کافیه", "گافيه", "ڪافيه"},
		"Persian sounds":     {"بيبسي", "پيپسي"},
		"veh":                {"فودافون", "ڤودافون"},
		"tatweel and marks":  {"خدمة", "خـــدمة", "خِدْمَةٌ", "خ\u200fد\u061cمة", "خ\u200bد\ufeffمة", "خ\u2066دمة\u2069"},
		"presentation forms": {"مطعم", "ﻣﻄﻌﻢ"},
		"lam alef":           {"الامل", "اﻷمل", "الأمل"},
		"digits":             {"1234567890", "١٢٣٤٥٦٧٨٩٠", "۱۲۳۴۵۶۷۸۹۰", "１２３４５６７８９０", "𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎"},
		"case and accents":   {"cafe", "CAFÉ", "Café", "cafe\u0301", "ｃａｆｅ", "𝓬𝓪𝓯𝓮"},
		"Cyrillic":           {"acme", "Асме", "асmе", "ACМE", "аcmе"},
		"Greek":              {"box", "Βοχ", "bοx"},
		"invisible":          {"acme", "a\u200bc\u200dm\u2060e", "ac\u00adme", "a\ufe0fcme", "acme\U000E0041\U000E007F", "ac\u180eme", "a\u034fcme"},
		"Turkish":            {"istanbul", "İstanbul", "ISTANBUL", "ıstanbul"},
		"punctuation":        {"don't, 5%?", "don’t، 5٪؟", "donʼt, 5%?"},
	} {
		want := Text(words[0])
		for _, w := range words {
			if got := Text(w); got != want {
				t.Errorf("%s: %+q folds to %+q, want %+q", name, w, got, want)
			}
		}
	}
}

func TestDifferentWordsStayDifferent(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"قلب", "كلب"}, {"سعيد", "صعيد"}, {"تين", "طين"}, {"ضل", "ظل"}, {"حال", "خال"}, {"acme", "acne"}, {"0", "o"}, {"1", "l"},
		{"हिन्दी", "हन्द"}, {"شيء", "شي"}, {"日本", "日木"}, {"a b", "ab"},
	} {
		if Text(pair[0]) == Text(pair[1]) {
			t.Errorf("%q and %q both fold to %q", pair[0], pair[1], Text(pair[0]))
		}
	}
}

func TestAHitIsFoundAgainInTheSource(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ text, find, want string }{
		{"قال: خِدْمَـــة سيئة", "خدمه", "خِدْمَـــة"},
		{"The CAFÉ was", "cafe", "CAFÉ"},
		{"x ﷺ y", "y", "y"},
		{"a\u200bcme!", "acme", "a\u200bcme"},
		{"١٢٣", "2", "٢"},
	} {
		m := Map(x.text)
		i := strings.Index(m.Text, x.find)
		if i < 0 {
			t.Errorf("%q is not in %q", x.find, m.Text)
			continue
		}
		start, end := m.Source(i, i+len(x.find))
		if got := x.text[start:end]; !strings.HasPrefix(got, x.want[:1]) || Text(got) != x.find {
			t.Errorf("%q: found %q, want %q", x.text, got, x.want)
		}
	}
	if s, e := Map("abc").Source(2, 9); s != 0 || e != 0 {
		t.Errorf("outside: %d, %d", s, e)
	}
}

func FuzzFoldingTwiceChangesNothing(f *testing.F) {
	for _, s := range []string{"", "خِدْمَـــة", "CAFÉ", "а\u200bсme", "\xff\xfe", "ﷺ", "한글", "ẛ̣", "ΐ", "\u0345", "I\u0307", "𝟏½№"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Text(s)
		if twice := Text(once); twice != norm.NFKD.String(once) { // what was between two marks may be gone now
			t.Errorf("%+q folds to %+q and then to %+q", s, once, twice)
		}
		m := Map(s)
		if m.Text != once {
			t.Errorf("Map gives %+q, Text %+q", m.Text, once)
		}
		if !utf8.ValidString(once) {
			t.Errorf("%+q is not text", once)
		}
		last := 0
		for i := range len(m.Text) {
			start, end := m.Source(i, i+1)
			if start < last || end > len(s) || start >= end {
				t.Fatalf("byte %d of %+q comes from %d..%d of %d", i, m.Text, start, end, len(s))
			}
			last = start
		}
	})
}

func BenchmarkText(b *testing.B) {
	s := strings.Repeat("والخِدْمَـــة في الأمل كانت سيئة جداً and the café was cold. ", 4)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Text(s)
	}
}

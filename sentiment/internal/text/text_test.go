package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func words(f *Folder, s string) []string {
	var d Doc
	f.Parse(&d, s)
	var out []string
	for _, t := range d.Tok {
		out = append(out, string(d.R[t.From:t.To]))
	}
	return out
}

func TestNormalForms(t *testing.T) {
	f := NewFolder()
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"letters that writers interchange become one", "أحمد إلى آخر فتاة رؤية بيئة گال", []string{"احمد", "الي", "اخر", "فتاه", "رويه", "بييه", "كال"}},
		{"marks and tatweel go", "سَيِّئـــــة", []string{"سييه"}},
		{"long runs become two letters", "سيييييء sooooo", []string{"سييء", "soo"}},
		{"page escapes are undone twice", "a &amp;amp; b &amp;lt;3", []string{"a", "b", "<3"}},
		{"Windows bytes read as UTF-8 are repaired", "Ø³ÙŠØ¦", []string{"سيي"}},
		{"zero-width and direction marks go", "b\u200bad\u202e \u2067x\u2069", []string{"bad", "x"}},
		{"presentation forms are letters", "ﻻ ﷲ", []string{"لا", "الله"}},
		{"hashtags split", "#أسوأ_خدمة", []string{"اسوا", "خدمه"}},
		{"names and links are one token", "@some_user see https://a.b/c?d=1 ok", []string{"@some user", "see", "https://a.b/c?d=1", "ok"}},
		{"digits of all sets are one", "٣ ۳ 3", []string{"3", "3", "3"}},
		{"apostrophes of all kinds are one", "don’t don`t don't", []string{"don't", "don't", "don't"}},
		{"a repeated emoji is one and a mark", "😡😡😡", []string{"😡", "😡😡"}},
		{"skin tones go", "👍🏽", []string{"👍"}},
		{"Cyrillic twins inside a Latin word are unmasked", "tеrriblе", []string{"terrible"}},
		{"accents go", "café", []string{"cafe"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, words(f, c.in)); d != "" {
				t.Errorf("%q (-want +got):\n%s", c.in, d)
			}
		})
	}
}

func TestEveryTokenPointsAtItsBytes(t *testing.T) {
	f := NewFolder()
	var d Doc
	s := "The &quot;soup&quot; was سَيِّئـــة 😡😡 sooooo #bad_day :-("
	f.Parse(&d, s)
	want := []string{"The", "&quot;", "soup", "&quot;", "was", "سَيِّئـــة", "😡", "😡", "sooooo", "bad", "day", ":-("}
	var got []string
	for _, t := range d.Tok {
		got = append(got, s[t.Start:t.End])
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestStemsKeepThreeLetters(t *testing.T) {
	for in, want := range map[string]string{"والخدمه": "خدم", "بالمطعم": "مطعم", "سيارتهم": "سيارت", "ولد": "ولد", "كتب": "كتب"} {
		if got, _ := Stem([]rune(in)); string(got) != want {
			t.Errorf("the stem of %s is %s, want %s", in, string(got), want)
		}
	}
}

func FuzzParse(f *testing.F) {
	fold := NewFolder()
	for _, s := range []string{"", "a&b;c", "&#0;&#x110000;", "Ã", "\xf0\x9f", "http://", "@", ":o", "ـ", "😡😡"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d Doc
		fold.Parse(&d, s)
		last := int32(0)
		for _, tok := range d.Tok {
			if tok.Start < 0 || int(tok.End) > len(s) || tok.Start > tok.End || tok.From >= tok.To {
				t.Fatalf("token %+v of %q", tok, s)
			}
			if tok.Start < last && !strings.Contains(s, "&") && utf8.ValidString(s) && d.from[tok.From].class != Punct {
				t.Fatalf("token %+v of %q begins before the one before it", tok, s)
			}
			last = tok.Start
		}
	})
}

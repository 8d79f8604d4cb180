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

// said is what a token says, wherever it stands.
type said struct {
	Letters string
	Kind    Kind
	Script  Script
	Caps    bool
	Hash    uint64
}

func saidBy(d *Doc) (out []said) {
	for _, t := range d.Tok {
		out = append(out, said{string(d.R[t.From:t.To]), t.Kind, t.Script, t.Caps, t.Hash})
	}
	return out
}

// cutAll cuts every stretch out of s that begins and ends where tokens do, and counts those that Cut knows about.
func cutAll(t *testing.T, f *Folder, s string) (known int) {
	t.Helper()
	var d, cut, want Doc
	f.Parse(&d, s)
	for i := range d.Tok {
		for _, last := range d.Tok[i:min(len(d.Tok), i+4)] {
			from, to := int(d.Tok[i].Start), int(last.End)
			at, ok := cut.Cut(&d, from, to)
			if from > to || !ok {
				continue
			}
			known++
			if gone := len(d.Tok) - len(cut.Tok); at < i-gone || at > i {
				t.Fatalf("%q without %q is cut at token %d, the stretch begins at %d", s, s[from:to], at, i)
			}
			f.Parse(&want, s[:from]+s[to:])
			if diff := cmp.Diff(saidBy(&want), saidBy(&cut)); diff != "" {
				t.Fatalf("%q without %q (-parsed +cut):\n%s", s, s[from:to], diff)
			}
		}
	}
	return known
}

func TestWhatIsLeftOfACutTextIsWhatItWouldBeParsedAs(t *testing.T) {
	f := NewFolder()
	for _, s := range []string{
		"The soup, the soooup!! was &quot;cold&quot; :) :d :-( <3 don't n't", "الخدمة ســــيئة جدا، ومو زينة؟! ٣ ايام",
		"😡😡😡 👍🏽 a 😡😡 b😡 😭😭", "👎🏻👎🏻👎 👎🏻👎", "@some_user @x_ see https://a.b/c?d=1سيئ www.x.y http://", "Ø³ÙŠØ¦ â€™ soup Ã© &amp;quot; &#32; x&#32;y",
		"ﷺ word ﻻ½ ﬁt ...a ..! !a 3a a3 _b_ b_", "a \xe2\x80 b\x99 \xffc",
	} {
		if cutAll(t, f, s) == 0 {
			t.Errorf("nothing was cut out of %q", s)
		}
	}
}

func TestWholeWordsAreUnmaskedBesideHalfMaskedOnes(t *testing.T) {
	f := NewFolder()
	for text, want := range map[string]Script{
		"рауmеnt іѕ late": Latin,       // letters of the first word are imitated, so all of the second
		"рау іѕ":          OtherScript, // nothing tells that this is no Cyrillic
		"mоney за все":    OtherScript, // з is no Latin letter
	} {
		var d Doc
		f.Parse(&d, text)
		if got := d.Tok[1].Script; got != want {
			t.Errorf("the second word of %q is in script %d, want %d", text, got, want)
		}
		if hash := HashRunes([]rune("is")); want == Latin && d.Tok[1].Hash != hash {
			t.Errorf("the second word of %q is not taken for %q", text, "is")
		}
	}
}

func FuzzCut(f *testing.F) {
	fold := NewFolder()
	for _, s := range []string{"a b", " 😡😡 x", "Ã Â x &amp; y", "ab :) ..!", "@a_ b", "http://a ب", "one two\nthree four", "a b&#10;c d", "рауmеnt іѕ а x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 200 {
			cutAll(t, fold, s)
		}
	})
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

func TestANumberIsOneTokenWithTheSignsInsideIt(t *testing.T) {
	f := NewFolder()
	var d Doc
	for s, want := range map[string][]string{
		"2/10 at 9:45, paid 1,200.50.": {"2/10", "9:45", "1,200.50"},
		"٢/١٠ ثم ٣٫٥":                  {"2/10", "3.5"},
		"5/10/2025":                    {"5/10/2025"},
		"2. 10 /3 4/ 5":                {"2", "10", "3", "4", "5"},
		"2.5km 10th 3arabizi":          {"2"},
	} {
		f.Parse(&d, s)
		var got []string
		for _, tok := range d.Tok {
			if tok.Kind == Number {
				got = append(got, string(d.R[tok.From:tok.To]))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: its numbers (-want +got):\n%s", s, diff)
		}
	}
}

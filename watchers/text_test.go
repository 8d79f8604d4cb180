package watchers

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHTMLBecomesTheTextAPersonSees(t *testing.T) {
	for in, want := range map[string]string{
		"":                                                 "",
		"plain words":                                      "plain words",
		"a<br>b<br/>c":                                     "a\nb\nc",
		"<p>one</p><p>two</p>":                             "one\n\ntwo",
		"<ul><li>a</li><li>b</li></ul>":                    "a\n\nb",
		"x &amp; y &lt;z&gt; &#1593;&nbsp;!":               "x & y <z> ع !",
		"<script>alert(1)</script>after":                   "after",
		"<style>p{}</style><b>bold</b> it":                 "bold it",
		"<scr<script>ipt>alert(1)</script>":                "ipt>alert(1)",
		"I <3 this & that":                                 "I <3 this & that",
		"2 < 3 > 1":                                        "2 < 3 > 1",
		`<a href="x">link</a> text`:                        "link text",
		`<img class="wp-emoji" alt="😀"> hi`:                "😀 hi",
		`<img alt="a long description">hi`:                 "hi",
		"<!-- hidden -->seen":                              "seen",
		"a\u2028b\u0000c\x1b[31m":                          "a\nbc[31m",
		"  many \t spaces \n\n\n\n lines  ":                "many spaces\n\nlines",
		"<textarea>x</textarea><svg><text>y</text></svg>z": "z",
		"<p dir=rtl>الطلب <b>متأخر</b>&rlm;!</p>":          "الطلب متأخر\u200f!",
		"<unclosed":                                        "",
		"<table><tr><td>a<td>b":                            "a b",
		"bad \xff byte":                                    "bad \ufffd byte",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTextIsCutBetweenCharactersWithAMark(t *testing.T) {
	family := "👨‍👩‍👧‍👦"
	for name, s := range map[string]string{
		"letters": strings.Repeat("a", 500), "arabic": strings.Repeat("شكوى ", 80), "marks": strings.Repeat("نُّ", 200),
		"family": strings.Repeat(family, 40), "flags": strings.Repeat("🇸🇦", 100), "one letter with many marks": "a" + strings.Repeat("\u0301", 500),
	} {
		for limit := 40; limit < 120; limit++ {
			got := Shorten(s, limit)
			if len(got) > limit || !utf8.ValidString(got) || !strings.HasSuffix(got, cutMark) {
				t.Fatalf("%s cut at %d: %q", name, limit, got)
			}
			body := strings.TrimSuffix(got, cutMark)
			if name == "family" && len(body)%len(family) != 0 || name == "flags" && len(body)%8 != 0 {
				t.Fatalf("%s cut inside a character at %d: %q", name, limit, got)
			}
			if !strings.HasPrefix(s, body) {
				t.Fatalf("%s at %d: it is not the start", name, limit)
			}
		}
	}
	if got := Shorten("short", 100); got != "short" {
		t.Errorf("%q", got)
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "<script>", "&#x0;", "<!--", "<![CDATA[", "<a href='", "\xff", strings.Repeat("<b>", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x1b\r") {
			t.Errorf("%q became %q", s, got)
		}
		if cutTo := Shorten(got, 50); len(cutTo) > 50 {
			t.Errorf("%q is %d bytes", cutTo, len(cutTo))
		}
		if Tidy(got) != got {
			t.Errorf("tidying %q again gives %q", got, Tidy(got))
		}
	})
}

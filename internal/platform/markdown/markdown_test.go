package markdown

import (
	"errors"
	"strings"
	"testing"

	"rasid/internal/platform/faketest"
)

func TestWhatIsEscapedIsShownAsItWas(t *testing.T) {
	for _, text := range []string{
		"We are sorry.", "نعتذر منك.\nنوافيك خلال ٢٤ ساعة.", "a\n\nb\nc", "*bold* _it_ ~~st~~ `code` ||spoiler|| [text](https://shop.example)",
		"# no heading\n- no list\n+ none\n> no quote\n1. first\n12) second\n===\n---\n::: spoiler", "a < b & c > d &amp; &lt; <b>x</b>", `back\slash \* \\`,
		"see https://noor.example/a_b_c?x=1&y=2~z^ and mail care_desk@noor.example", "snake_case x^2 2*3*4 5 - 3 = 2", "a-b #1 e.g. 3.5",
	} {
		got, err := Escape(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if back := Unescape(got); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
		if shown := faketest.Shown(got); shown != text {
			t.Errorf("%q\nis written %q\nand shown   %q", text, got, shown)
		}
	}
	got, _ := Escape("see https://noor.example/a_b and a_b")
	if got != `see https://noor.example/a_b and a\_b` {
		t.Errorf("%q", got)
	}
}

func TestWhatIsNotEscapedIsNotShown(t *testing.T) {
	for source, want := range map[string]string{
		"*a* _b_": "a b", "[x](https://y.example)": "x", "# a": "a", "a\nb": "a b", "a  \nb": "a\nb", "> q": "q", "&amp;": "?", "1. x": "x", "<b>": "",
	} {
		if got := faketest.Shown(source); got != want {
			t.Errorf("%q is shown %q, want %q", source, got, want)
		}
	}
}

func TestLinesThatBeginWithSpacesAreRefused(t *testing.T) {
	for _, text := range []string{"a\n  b", "a\n\tb", "a\n\u00a0b"} {
		if _, err := Escape(text); !errors.Is(err, ErrIndent) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Escape("a\r\nb"); err == nil || !strings.Contains(err.Error(), "carriage") {
		t.Error(err)
	}
}

package digest

import (
	"strings"
	"testing"

	"rasid/internal/phrases"
)

// TestAPictureSaysWhoseItIs: whoever gets the pictures of two shops must tell
// them apart, however a shop is called.
func TestAPictureSaysWhoseItIs(t *testing.T) {
	for _, language := range []string{"ar", "en"} {
		say, err := phrases.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []struct {
			says  string
			text  string
			lines int
		}{
			{"short", "Noor Coffee", 1}, {"Arabic", "قهوة نور", 1}, {"of both scripts", "Noor Coffee · قهوة نور", 1},
			{"long", "Noor Coffee and Roastery, the house of slow mornings and of cake, north of the city", 2},
			{"long and Arabic", "محمصة ومقهى نور للقهوة المختصة والحلويات الشرقية والغربية، فرع شمال المدينة وما حولها", 2},
			{"endless", strings.Repeat("Noor Coffee and Roastery ", 40), 2},
			{"one endless word", strings.Repeat("Noor", 200), 1}, {"one endless Arabic word", strings.Repeat("نُور", 200), 1},
			{"with a sign that the typeface lacks", "☕ Noor", 1}, {"of signs that the typeface lacks", "☕☕", 0}, {"nothing", "", 0},
		} {
			without, err := Figures{}.picture(speaker{say}, "")
			if err != nil {
				t.Fatal(err)
			}
			p, err := Figures{}.picture(speaker{say}, name.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(p.texts) - len(without.texts); got != name.lines {
				t.Errorf("%s: a name that is %s stands on %d lines, want %d", language, name.says, got, name.lines)
			}
			for _, line := range p.texts {
				if line.x < margin-1 || line.x+line.width > float64(p.width-margin+1) {
					t.Errorf("%s: a name that is %s reaches from %.0f to %.0f of %d pixels", language, name.says, line.x, line.x+line.width, p.width)
				}
			}
		}
	}
}

// TestALongNameEndsWithAnEllipsis and is not broken between a letter and its
// marks.
func TestALongNameEndsWithAnEllipsis(t *testing.T) {
	l, err := newLetters("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("one two ", 60), strings.Repeat("Noor", 99), strings.Repeat("نُ", 200)} {
		got := l.lines(text, nameSize, inner, nameLines)
		last := got[len(got)-1]
		if !strings.HasSuffix(last, ellipsis) || strings.Contains(text, "نُ") && !strings.HasSuffix(last, "نُ"+ellipsis) {
			t.Errorf("%.20q… ends with %q", text, last)
		}
	}
	// In our typeface marks take no room; in another they may.
	for room := 3; room < 8; room++ {
		got := l.cut("نُورُ نُورُ", func(s string) bool { return len([]rune(s)) <= room })
		if begun, whole := strings.CutSuffix(got, ellipsis); !whole || begun == "" || len([]rune(got)) > room || strings.HasSuffix(begun, "ن") || strings.HasSuffix(begun, "ر") {
			t.Errorf("in a room of %d signs a name ends with %q", room, got)
		}
	}
	if got := l.lines("Noor Coffee", nameSize, inner, nameLines); len(got) != 1 || got[0] != "Noor Coffee" {
		t.Errorf("a short name became %q", got)
	}
}

// TestANameKeepsItsOwnOrder: an Arabic name inside an English picture, and the
// other way round, is drawn as it stands alone.
func TestANameKeepsItsOwnOrder(t *testing.T) {
	order := func(language, name string) (ids []int) {
		say, err := phrases.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Figures{}.picture(speaker{say}, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range p.texts[0].glyphs {
			ids = append(ids, int(g.id))
		}
		return ids
	}
	for _, name := range []string{"Noor Coffee · قهوة نور", "قهوة نور – Noor Coffee", "مقهى Noor (الرياض)", "Noor مقهى (Riyadh)!"} {
		if ar, en := order("ar", name), order("en", name); len(ar) == 0 || len(ar) != len(en) {
			t.Errorf("%s: %d letters in Arabic, %d in English", name, len(ar), len(en))
		} else {
			for i := range ar {
				if ar[i] != en[i] {
					t.Errorf("%s: letter %d of the line is %d in an Arabic picture and %d in an English one", name, i+1, ar[i], en[i])
					break
				}
			}
		}
	}
}

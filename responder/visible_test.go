package responder_test

import (
	"strings"
	"testing"

	"rasid/responder"
)

// hiding are the characters that hide or turn text around.
func hiding() []rune {
	var all []rune
	for _, span := range [][2]rune{{0x200B, 0x200B}, {0x200E, 0x200F}, {0x061C, 0x061C}, {0x202A, 0x202E}, {0x2060, 0x2060}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0x00AD, 0x00AD}, {0xE0001, 0xE007F}, {0x00, 0x08}, {0x0E, 0x1F}, {0x7F, 0x9F}} {
		for r := span[0]; r <= span[1]; r++ {
			all = append(all, r)
		}
	}
	return all
}

func TestWhatHidesOrTurnsTextIsShownToStaffAndNeverLeaves(t *testing.T) {
	for _, r := range hiding() {
		for _, text := range []string{string(r), "Approved " + string(r) + "yalpeR", string(r) + "شكرا", "a" + string(r) + string(r) + "b"} {
			shown, sent := responder.Visible(text), responder.Clean(text)
			if strings.ContainsRune(shown, r) || shown == strings.ReplaceAll(text, string(r), "") {
				t.Errorf("%U: staff read %q", r, shown)
			}
			if strings.ContainsRune(sent, r) {
				t.Errorf("%U: %q would leave", r, sent)
			}
		}
	}
	if got := responder.Visible("Approved \u202EyalpeR"); got != "Approved [RLO]yalpeR" {
		t.Errorf("staff read %q", got)
	}
}

func TestOrdinaryWritingIsLeftAsItIs(t *testing.T) {
	for _, text := range []string{
		"الخِدْمَة سيّئة جداً!", "می\u200cخواهم برگردم", "👩‍👩‍👧‍👦 ❤️", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "naïve café, e\u0301", "خـدمة",
	} {
		if shown, sent := responder.Visible(text), responder.Clean(text); shown != text || sent != text {
			t.Errorf("%q is shown as %q and sent as %q", text, shown, sent)
		}
	}
}

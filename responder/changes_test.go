package responder

import (
	"strings"
	"testing"

	"rasid/internal/cases"
)

func TestWhatIsNewInChangedWordsIsFoundInBothLanguages(t *testing.T) {
	for _, x := range []struct{ before, now, added, changed string }{
		{"The coffee was cold.", "the coffee was cold", "", ""},
		{"The coffee was cold", "The cofee was colld... ", "", "The cofee was colld | The coffee was cold"}, // a slip in a short word is another word
		{"Terrible delivery", "Terible delivvery!", "", ""},
		{"cold coffee", "cold coffee. The waiter was rude", "The waiter was rude", ""},
		{"cold coffee", "cold coffee and the waiter was rude", "and the waiter was rude", ""},
		{"the service was good, cold coffee", "the service was not good, cold coffee", "", "the service was not good | the service was good"},
		{"cold coffee", "rude", "", "rude"},
		{"القهوه بارده", "القهوة باردة!", "", ""},
		{"القهوة باردة", "القهوة باردة والموظف وقح معي", "والموظف وقح معي", ""},
		{"الخدمة جيدة، القهوة باردة", "الخدمة غير جيدة، القهوة باردة", "", "الخدمة غير جيدة | الخدمة جيدة"},
		{"طلب رقم 1200", "طلب رقم 1201", "", "طلب رقم 1201 | طلب رقم 1200"},
	} {
		added, list := compare(x.before, x.now)
		var changed []string
		for _, c := range list {
			line := strings.TrimSpace(c.now.text)
			if c.before != nil {
				line += " | " + strings.TrimSpace(c.before.text)
			}
			changed = append(changed, line)
		}
		if got := strings.Join(changed, "; "); added != x.added || got != x.changed {
			t.Errorf("%q became %q:\n added %q, want %q\n changed %q, want %q", x.before, x.now, added, x.added, got, x.changed)
		}
	}
}

func TestOneSlipMakesTheSameWordInLongWordsOnly(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"coffee", "cofee"}: true, {"waiter", "watier"}: true, {"waiter", "waitre"}: true, {"delivery", "delivary"}: true, {"باردة", "بارردة"}: true,
		{"coffee", "coffees"}: true, {"not", "hot"}: false, {"ever", "never"}: false, {"delivery", "delvry"}: false, {"12345", "12346"}: false, {"طلب", "طلبي"}: false,
	} {
		if near(pair[0], pair[1]) != want || near(pair[1], pair[0]) != want {
			t.Errorf("%q: the same word is %v, want %v", pair, !want, want)
		}
	}
}

func TestMarksSpacesAndSlipsSayNothingNew(t *testing.T) {
	before := cases.Said{Title: "Cold", Text: "the coffee\nwas bitter", Stars: 2}
	for now, want := range map[cases.Said]bool{
		before: false,
		{Title: "Cold!", Text: " The  coffee, was bittter… ", Stars: 2}: false,
		{Text: "Cold: the coffee was bitter", Stars: 2}:                 false,
		{Title: "Cold", Text: "the coffee was not bitter", Stars: 2}:    true,
		{Title: "Cold", Text: "the coffee was", Stars: 2}:               true,
		{Title: "Cold", Text: before.Text, Stars: 1}:                    true,
	} {
		if saidAnew(before, now) != want {
			t.Errorf("%+v after %+v: something new is %v, want %v", now, before, !want, want)
		}
	}
}

func TestTextsMadeToKeepTheProgramBusyAreComparedInPart(t *testing.T) {
	for _, text := range []string{strings.Repeat("word. ", 20000), strings.Repeat("someword ", 20000), strings.Repeat("ع", 70000)} {
		if n := len(compared(text)); n > mostPassages {
			t.Errorf("%d passages of %.20q are compared", n, text)
		}
		if added, _ := compare(text, text+" and the waiter was rude"); added != "" {
			t.Errorf("%.40q was read beyond the limit", added)
		}
	}
}

package responder_test

import (
	"strings"
	"testing"

	"rasid/responder"
)

func TestACommandWithoutItsNumberSaysWhatToWrite(t *testing.T) {
	s := newShop(t)
	s.writer.Drafter.(*responder.Templates).Saved = &responder.Wordings{Dir: t.TempDir()}
	s.clerk.Templates = s.writer.Drafter.(*responder.Templates)
	for action, want := range map[responder.Action]string{responder.CmdCase: "Which case? Write its number", responder.CmdForget: "Which wording? Write its id"} {
		if a := s.decide(responder.Decision{Action: action}, "mona"); !a.Alert || !strings.HasPrefix(a.Text, want) {
			t.Errorf("%s alone is answered with %q, want %q", action, a.Text, want)
		}
	}
}

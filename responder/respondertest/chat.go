package respondertest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// Chat is one staff room on a fake platform.
type Chat struct {
	Chat responder.StaffChat
	Room string
	// Sign makes the data behind a button, as the desk does.
	Sign func(a responder.Action, caseID int64, draft int) string
	// Seen returns what we have put into the room and stands there, oldest
	// first.
	Seen func() []Seen
	// Press lets a member of staff press the button that carries data, on the
	// message with this reference.
	Press func(t *testing.T, ref, data, by string)
	// Type lets a member of staff write a command of the platform: "stop",
	// "case 41".
	Type func(t *testing.T, command, by string)
	// Answer lets a member of staff give new words for the card with this
	// reference, the way the platform has for it.
	Answer func(t *testing.T, ref, text, by string)
	// Told returns what people who acted were told, in any way.
	Told func() []string
	// Remove deletes a card; nil where nobody can.
	Remove func(ref string)
	// Fail makes the next call to the platform fail.
	Fail func(f Fault)
	// Staff is the platform's id of a member of staff.
	Staff string
	// Secret is the token in use: no error may show it.
	Secret string
	// Waits reports whether holds comes true soon.
	Waits func(holds func() bool) bool
}

// Seen is one message of ours in the room.
type Seen struct {
	Ref     string
	Text    string
	Data    []string // behind its buttons, in order
	Picture bool
}

// ExerciseChat runs everything a StaffChat must keep. Setup is called once per
// check and cleans up after itself.
func ExerciseChat(t *testing.T, setup func(t *testing.T) Chat) {
	t.Helper()
	t.Run("a card is shown once and then changed in place", func(t *testing.T) { inPlace(t, setup(t)) })
	t.Run("a card that was deleted is shown anew", func(t *testing.T) { removed(t, setup(t)) })
	t.Run("an urgent card is a new message", func(t *testing.T) { urgent(t, setup(t)) })
	t.Run("text stays text", func(t *testing.T) { showsLiterally(t, setup(t)) })
	t.Run("failures are classified and keep the secret", func(t *testing.T) { chatFailures(t, setup) })
	t.Run("a room nobody knows is refused", func(t *testing.T) { unknownRoom(t, setup(t)) })
	t.Run("a press becomes a decision", func(t *testing.T) { presses(t, setup(t)) })
	t.Run("new words become an edit of the card's case", func(t *testing.T) { words(t, setup(t)) })
	t.Run("commands become decisions", func(t *testing.T) { typed(t, setup(t)) })
	t.Run("a decision that was not taken comes again", func(t *testing.T) { again(t, setup(t)) })
	t.Run("notices are said whole", func(t *testing.T) { says(t, setup(t)) })
}

// desk records decisions and answers them.
type desk struct {
	mu    sync.Mutex
	heard []responder.Decision
	fails int // how many decisions to refuse first
	ans   responder.Answer
}

func (d *desk) take(_ context.Context, got responder.Decision) (responder.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, got)
	if d.fails > 0 {
		d.fails--
		return responder.Answer{}, errors.New("the store is down")
	}
	return d.ans, nil
}

func (d *desk) decisions() []responder.Decision {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.heard)
}

// listen starts the chat and stops it with the test.
func listen(t *testing.T, c Chat, d *desk) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Chat.Listen(ctx, d.take) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Listen = %v", err)
		}
	})
}

func (c Chat) card(text string) responder.Card {
	button := func(a responder.Action, label string) responder.Button {
		return responder.Button{Action: a, Label: label, Data: c.Sign(a, 41, 2)}
	}
	return responder.Card{
		Case: 41, Version: 3, Draft: 2, Language: "ar", Text: text,
		Buttons: [][]responder.Button{{button(responder.ActApprove, "✅ أرسل"), button(responder.ActEdit, "✏️ عدّل")}},
	}
}

func (c Chat) show(t *testing.T, card responder.Card, ref string) string {
	t.Helper()
	ref, err := c.Chat.Show(t.Context(), c.Room, card, ref)
	if err != nil {
		t.Fatalf("showing a card: %v", err)
	}
	if ref == "" {
		t.Fatal("the card has no reference")
	}
	return ref
}

func inPlace(t *testing.T, c Chat) {
	ref := c.show(t, c.card("شكوى"), "")
	if same := c.show(t, c.card("شكوى"), ref); same != ref {
		t.Errorf("the unchanged card moved from %s to %s", ref, same)
	}
	done := c.card("أجابت عنها منى")
	done.Buttons = nil
	if same := c.show(t, done, ref); same != ref {
		t.Errorf("the changed card moved from %s to %s", ref, same)
	}
	seen := c.Seen()
	if len(seen) != 1 || seen[0].Text != "أجابت عنها منى" || len(seen[0].Data) != 0 || seen[0].Ref != ref {
		t.Errorf("the room shows %+v, want the one changed card without buttons", seen)
	}
}

func removed(t *testing.T, c Chat) {
	if c.Remove == nil {
		t.Skip("nobody can delete a card here")
	}
	ref := c.show(t, c.card("شكوى"), "")
	c.Remove(ref)
	fresh := c.show(t, c.card("شكوى، أحدث"), ref)
	if seen := c.Seen(); fresh == ref || len(seen) != 1 || seen[0].Ref != fresh {
		t.Errorf("after deletion the room shows %+v under %s, want a new card", seen, fresh)
	}
}

func urgent(t *testing.T, c Chat) {
	ref := c.show(t, c.card("شكوى"), "")
	card := c.card("شكوى عاجلة")
	card.Urgent = true
	fresh := c.show(t, card, ref)
	seen := c.Seen()
	if fresh == ref || len(seen) != 2 || len(seen[0].Data) != 0 || len(seen[1].Data) != 2 {
		t.Errorf("the room shows %+v, want a second card and no buttons on the first", seen)
	}
}

func showsLiterally(t *testing.T, c Chat) {
	for _, text := range naughty() {
		before := len(c.Seen())
		if _, err := c.Chat.Show(t.Context(), c.Room, c.card("بطاقة\n"+text+"\nنهاية"), ""); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := c.Seen()[before].Text; !strings.Contains(skeleton(got), skeleton(text)) {
			t.Errorf("shown %q, want %q in it", got, text)
		}
	}
}

// skeleton leaves out what platforms tidy away: controls, overrides, and the
// kind and amount of white space.
func skeleton(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return ' '
		}
		if r >= 0x2028 && r <= 0x202e {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func chatFailures(t *testing.T, setup func(t *testing.T) Chat) {
	tests := map[Fault]cases.Outcome{
		Unreachable: cases.WasNotSent, Limited: cases.WasNotSent, Forbidden: cases.WasRefused,
		Broken: cases.WasUnknown, Lost: cases.WasUnknown, Garbage: cases.WasUnknown,
	}
	for f, want := range tests {
		t.Run(string(f), func(t *testing.T) {
			c := setup(t)
			c.Fail(f)
			_, err := c.Chat.Show(t.Context(), c.Room, c.card("شكوى"), "")
			if got := cases.OutcomeOf(err); got != want {
				t.Errorf("outcome %s of %v, want %s", got, err, want)
			}
			quiet(t, c.Secret, err)
		})
	}
}

func unknownRoom(t *testing.T, c Chat) {
	if _, err := c.Chat.Show(t.Context(), "no such room", c.card("x"), ""); !errors.Is(err, cases.ErrRefused) {
		t.Errorf("Show in an unknown room: %v, want refused", err)
	}
	if err := c.Chat.Say(t.Context(), "no such room", "x", nil); !errors.Is(err, cases.ErrRefused) {
		t.Errorf("Say in an unknown room: %v, want refused", err)
	}
}

func presses(t *testing.T, c Chat) {
	d := &desk{ans: responder.Answer{Text: "اعتُمدت"}}
	ref := c.show(t, c.card("شكوى"), "")
	listen(t, c, d)
	data := c.Sign(responder.ActApprove, 41, 2)
	c.Press(t, ref, data, c.Staff)
	if !c.Waits(func() bool { return len(d.decisions()) == 1 && slices.Contains(c.Told(), "اعتُمدت") }) {
		t.Fatalf("heard %+v and told %q, want one decision and its answer", d.decisions(), c.Told())
	}
	got := d.decisions()[0]
	if got.Action != responder.ActApprove || got.Case != 41 || got.Draft != 2 || got.Token != data ||
		got.By.ID != c.Staff || got.Room != c.Room || got.At.IsZero() {
		t.Errorf("decision %+v, want approve of draft 2 of case 41 by %s in %s", got, c.Staff, c.Room)
	}
	c.Press(t, ref, strings.Repeat("forged", 7)+"x", c.Staff)
	if !c.Waits(func() bool { return len(d.decisions()) == 2 }) {
		t.Fatal("a forged press was not passed on to be counted")
	}
	if got := d.decisions()[1]; got.Action != "" || got.Case != 0 || got.Token == "" {
		t.Errorf("a forged press became %+v, want a decision with nothing but its token", got)
	}
}

func words(t *testing.T, c Chat) {
	d := &desk{ans: responder.Answer{Text: "صارت الصياغة ٣"}}
	ref := c.show(t, c.card("شكوى"), "")
	listen(t, c, d)
	c.Answer(t, ref, "نعتذر منك يا سارة", c.Staff)
	if !c.Waits(func() bool { return len(d.decisions()) > 0 }) {
		t.Fatal("new words were not heard")
	}
	got := d.decisions()[len(d.decisions())-1]
	if got.Action != responder.ActEdit || got.Case != 41 || got.Text != "نعتذر منك يا سارة" || got.By.ID != c.Staff {
		t.Errorf("decision %+v, want an edit of case 41", got)
	}
}

func typed(t *testing.T, c Chat) {
	d := &desk{ans: responder.Answer{Text: "حسنًا"}}
	listen(t, c, d)
	tests := []struct {
		command string
		want    responder.Decision
	}{
		{"inbox", responder.Decision{Action: responder.CmdInbox}},
		{"case 41", responder.Decision{Action: responder.CmdCase, Case: 41}},
		{"digest 2026-11-20", responder.Decision{Action: responder.CmdDigest, Text: "2026-11-20"}},
		{"digest", responder.Decision{Action: responder.CmdDigest}},
		{"report اتصل عميل غاضب", responder.Decision{Action: responder.CmdReport, Text: "اتصل عميل غاضب"}},
		{"stop", responder.Decision{Action: responder.CmdStop}},
		{"resume", responder.Decision{Action: responder.CmdResume}},
		{"wordings", responder.Decision{Action: responder.CmdWordings}},
		{"forget 1a2b3c4d", responder.Decision{Action: responder.CmdForget, Text: "1a2b3c4d"}},
		{"help", responder.Decision{Action: responder.CmdHelp}},
	}
	for i, tt := range tests {
		c.Type(t, tt.command, c.Staff)
		if !c.Waits(func() bool { return len(d.decisions()) == i+1 }) {
			t.Fatalf("%s was not heard", tt.command)
		}
		got := d.decisions()[i]
		if got.Action != tt.want.Action || got.Case != tt.want.Case || got.Text != tt.want.Text || got.By.ID != c.Staff || got.Room != c.Room || got.Token != "" {
			t.Errorf("%s became %+v, want %+v", tt.command, got, tt.want)
		}
	}
	if !c.Waits(func() bool { return len(c.Told()) >= len(tests) }) {
		t.Errorf("%d answers to %d commands", len(c.Told()), len(tests))
	}
}

func again(t *testing.T, c Chat) {
	d := &desk{fails: 2, ans: responder.Answer{Text: "اعتُمدت"}}
	ref := c.show(t, c.card("شكوى"), "")
	listen(t, c, d)
	c.Press(t, ref, c.Sign(responder.ActApprove, 41, 2), c.Staff)
	if !c.Waits(func() bool { return len(d.decisions()) == 3 && slices.Contains(c.Told(), "اعتُمدت") }) {
		t.Errorf("heard %d times and told %q, want three times and the answer", len(d.decisions()), c.Told())
	}
}

func says(t *testing.T, c Chat) {
	long := strings.Repeat("سطر من التقرير اليومي 😀\n", 400)
	if err := c.Chat.Say(t.Context(), c.Room, long, nil); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, s := range c.Seen() {
		all.WriteString(s.Text + "\n")
	}
	if skeleton(all.String()) != skeleton(long) {
		t.Error("a long notice did not arrive whole")
	}
	before := len(c.Seen())
	if err := c.Chat.Say(t.Context(), c.Room, "الملخص", []byte("\x89PNG\r\n\x1a\n picture")); err != nil {
		t.Fatal(err)
	}
	if seen := c.Seen()[before:]; len(seen) != 1 || !seen[0].Picture || seen[0].Text != "الملخص" {
		t.Errorf("a picture with words came as %+v", seen)
	}
}

// Patience is how long the checks of an adapter may wait for something.
const Patience = 10 * time.Second

package responder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/guard"
)

// keeping is a shop that saves replies of staff as wordings in a folder.
func keeping(t *testing.T) (*shop, string) {
	t.Helper()
	s := newShop(t)
	dir := filepath.Join(t.TempDir(), "wordings")
	templates := s.writer.Drafter.(*responder.Templates)
	templates.Saved = &responder.Wordings{Dir: dir}
	s.clerk.Templates, s.office.Keeps = templates, true
	s.writer.Guard = newGuard(s.t, guard.Policy{Times: []time.Duration{24 * time.Hour}, Competitors: []string{"Desert Bean"}})
	topics, err := responder.NewTopics()
	s.must(err)
	s.writer.Topics = topics
	return s, dir
}

// answered lets staff answer a complaint of Sara's in words of their own.
func (s *shop) answered(id, text string) cases.Case {
	s.t.Helper()
	c := s.say(id, "Sara", "bad delivery, my order never arrived, "+id)
	s.press(c, "adam", responder.ActEdit, text)
	s.press(c, "mona", responder.ActApprove, "")
	s.press(c, "mona", responder.ActConfirm, "")
	s.later(time.Minute)
	return s.state(c, cases.Answered)
}

const kind = "Dear Sara, a late order is a poor welcome, and we are sorry. We will write to you within 24 hours, Sara."

// offered is what is offered to Omar for his delivery, draft after draft.
func (s *shop) offered(id string) string {
	s.t.Helper()
	c := s.say(id, "Omar xxx", "bad delivery, the parcel never arrived, "+id)
	var all []string
	for range 7 {
		d, _ := s.reread(c).Draft()
		all = append(all, d.Origin+" "+d.Text)
		s.press(c, "mona", responder.ActRedraft, "")
	}
	return strings.Join(all, "\n")
}

func TestAnEditCanBeSavedAsATemplateFromChat(t *testing.T) {
	s, dir := keeping(t)
	c := s.answered("1", strings.TrimSuffix(kind, ", Sara.")+".")
	if !hasButton(s.rooms["desk"].cards[c.ID], responder.ActSave) {
		t.Fatalf("no button to save it: %+v", s.rooms["desk"].cards[c.ID].Buttons)
	}
	if a := s.press(c, "adam", responder.ActSave, ""); !a.Alert || !strings.Contains(a.Text, "role") {
		t.Errorf("an agent may save: %q", a.Text)
	}
	const wording = "Dear {name}, a late order is a poor welcome, and we are sorry. We will write to you {within}."
	if a := s.press(c, "mona", responder.ActSave, ""); !a.Alert || !strings.Contains(a.Text, wording) || files(t, dir) != 0 {
		t.Errorf("the first press does not show what would be saved: %q", a.Text)
	}
	a := s.press(c, "mona", responder.ActSave, "")
	if a.Alert || files(t, dir) != 1 {
		t.Fatalf("not saved: %q, %d files", a.Text, files(t, dir))
	}
	if again := s.press(c, "mona", responder.ActSave, ""); !strings.Contains(again.Text, "already") || files(t, dir) != 1 {
		t.Errorf("saved twice: %q", again.Text)
	}
	saved, err := (&responder.Wordings{Dir: dir}).List()
	s.must(err)
	if len(saved) != 1 || saved[0].Text != wording || saved[0].By != "mona" || saved[0].Case != c.ID || saved[0].Topic != "delivery" {
		t.Fatalf("kept: %+v", saved)
	}
	id := saved[0].ID
	if got := s.history(c); !strings.Contains(got, "note by mona: saved as wording en/delivery/"+id) {
		t.Errorf("the history does not tell:\n%s", got)
	}

	if got := s.offered("2"); !strings.Contains(got, "template:en/delivery/"+id+" Dear Omar, a late order is a poor welcome, and we are sorry. We will write to you within 24 hours.") {
		t.Errorf("it is not offered to another customer:\n%s", got)
	}
	if list := s.decide(responder.Decision{Action: responder.CmdWordings}, "adam"); !strings.Contains(list.Text, id) || !strings.Contains(list.Text, "Mona") {
		t.Errorf("/wordings says %q", list.Text)
	}
	if a := s.decide(responder.Decision{Action: responder.CmdForget, Text: id}, "adam"); !a.Alert || files(t, dir) != 1 {
		t.Errorf("an agent may remove it: %q", a.Text)
	}
	if a := s.decide(responder.Decision{Action: responder.CmdForget, Text: strings.ToUpper(id)}, "mona"); a.Alert || files(t, dir) != 0 {
		t.Errorf("not removed: %q", a.Text)
	}
	if got := s.history(c); !strings.Contains(got, "note by mona: wording en/delivery/"+id+" removed") {
		t.Errorf("the history does not tell of the removal:\n%s", got)
	}
	if got := s.offered("3"); strings.Contains(got, id) {
		t.Errorf("it is offered after it was removed:\n%s", got)
	}
	if a := s.decide(responder.Decision{Action: responder.CmdForget, Text: "../../etc"}, "mona"); !a.Alert {
		t.Errorf("anything can be removed: %q", a.Text)
	}
}

// files counts what stands in the folder of wordings.
func files(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestOnlyWhatFitsEveryCustomerIsSaved(t *testing.T) {
	for text, want := range map[string]string{
		"We are sorry that order 77 was late. We will write within 24 hours.":                            "77",
		"We are sorry that your order was late.":                                                         "keeps the promise of the policy",
		"We are sorry that your order was late. We will write within 24 hours, at most within 24 hours.": "keeps the promise of the policy",
		"We are sorry that your order was late. We will write within 48 hours.":                          "keeps the promise of the policy",
		"Sorry for the late order. We write within 24 hours. Desert Bean is worse.":                      "names a competitor",
		"We hear you. We will write to you within 24 hours.":                                             "does not speak of the problem",
		"Sorry for the late order, {name}. We write within 24 hours.":                                    "Braces",
		kind: "the name or the private channel stands in it twice",
	} {
		s, dir := keeping(t)
		c := s.answered("1", text)
		for range 2 {
			if a := s.press(c, "mona", responder.ActSave, ""); !a.Alert || !strings.Contains(strings.ToLower(a.Text), strings.ToLower(want)) {
				t.Errorf("%q is answered with %q, want %q", text, a.Text, want)
			}
		}
		if n := files(t, dir); n != 0 {
			t.Errorf("%q was saved", text)
		}
	}
	s, _ := keeping(t)
	c := s.say("1", "Sara", "bad delivery, my order never arrived")
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	if c = s.state(c, cases.Answered); hasButton(s.rooms["desk"].cards[c.ID], responder.ActSave) {
		t.Error("a template can be saved as a template")
	}
	if a := s.press(c, "mona", responder.ActSave, ""); !a.Alert {
		t.Errorf("a template was saved as a template: %q", a.Text)
	}
}

func TestASavedWordingReadsWellWithoutANameAndInAnyDigits(t *testing.T) {
	templates := committed(t, "care@noor.example")
	templates.Saved = &responder.Wordings{Dir: t.TempDir()}
	c := cases.Case{ID: 7, Source: "reviews", Author: "سارة", Score: cases.Score{Label: "neg", Language: "ar", Topics: []string{"delivery"}}}
	w, why, words := templates.Generalise(c, cases.Draft{Text: "أهلًا يا سارة، نعتذر عن تأخر طلبك، وسنرد خلال 24 ساعة. راسلونا: care@noor.example"})
	if why != "" || w.Text != "أهلًا يا {name}، نعتذر عن تأخر طلبك، وسنرد {within}. راسلونا: {private}" {
		t.Fatalf("%s %s: %q", why, words, w.Text)
	}
	w.Text = strings.Replace(w.Text, "أهلًا يا {name}،", "أهلًا {name}،", 1)
	id, _, err := templates.Saved.Save(w)
	if err != nil {
		t.Fatal(err)
	}
	find := func(author string) string {
		c := cases.Case{ID: 8, Source: "reviews", Author: author, Score: c.Score}
		for range 12 {
			d, err := templates.Draft(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(d.Origin, id) {
				return d.Text
			}
			c.Drafts = append(c.Drafts, d)
		}
		return "never"
	}
	if got, want := find("user_123"), "أهلًا، نعتذر عن تأخر طلبك، وسنرد خلال ٢٤ ساعة. راسلونا: care@noor.example"; got != want {
		t.Errorf("without a name: %q, want %q", got, want)
	}
	if got := find("عمر"); !strings.HasPrefix(got, "أهلًا عمر، ") {
		t.Errorf("with a name: %q", got)
	}
}

func TestFilesThatAreNoWordingsAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"delivery-0123abcd.txt": "# by hand\nA late delivery is no good start; we write to you {within}.",
		"delivery-1123abcd.txt": "Call {phone} about the delivery {within}.",
		"delivery-2123abcd.txt": "Delivery {within",
		"delivery-3123abcd.txt": "",
		"delivery-4123abcd.txt": "A late \u202edelivery {within}.",
		"delivery-xyz.txt":      "A late delivery {within}.",
		"../up-5123abcd.txt":    "A late delivery {within}.",
		"notes.md":              "A late delivery {within}.",
	} {
		path := filepath.Join(dir, "en", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := (&responder.Wordings{Dir: dir}).List()
	if err != nil || len(all) != 1 || all[0].ID != "0123abcd" {
		t.Errorf("read: %+v, %v", all, err)
	}
}

package discord_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
	"rasid/responder"
	speak "rasid/responder/discord"
)

// place is a public channel with one complaint, and a replier.
func place(t *testing.T) (*fakediscord.Server, *speak.Replier, string, cases.Reply) {
	t.Helper()
	fake, client := open(t)
	ch := fake.AddChannel("customers")
	id := fake.Say(sara, ch, "late again")
	m := cases.Mention{Source: "community", ID: id, ReplyTo: ch + "/" + id, Text: "late again", URL: "https://discord.com/channels/1/" + ch + "/" + id}
	r := cases.Reply{Key: "reply/41/2", Attempt: 1, First: time.Now(), Case: 41, Draft: 2, Mention: m, Text: "نعتذر **جدًا** @everyone\nسنتابع."}
	return fake, &speak.Replier{Client: client, Staff: []string{mona.ID}, Clock: time.Now}, ch, r
}

var (
	_ responder.Replier = (*speak.Replier)(nil)
	_ responder.Finder  = (*speak.Replier)(nil)
	_ responder.Checker = (*speak.Replier)(nil)
)

func TestTheApprovedBytesArePostedUnderTheMention(t *testing.T) {
	fake, p, _, r := place(t)
	got, err := p.Reply(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	e := fake.EffectsOf("send")
	if len(e) != 1 || e[0].Content != r.Text || e[0].Reply != r.Mention.ID || e[0].Message != got.ID {
		t.Errorf("posted %+v, receipt %+v", e, got)
	}
	if !strings.HasSuffix(got.URL, "/"+got.ID) || got.At.IsZero() {
		t.Errorf("receipt %+v", got)
	}
	if v := fake.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestALostAnswerIsTriedAgainWithTheSameKeyAndPostsOnce(t *testing.T) {
	for name, f := range map[string]fakediscord.Fault{
		"dropped after the effect":  {Method: "POST", Drop: true, After: true},
		"dropped before the effect": {Method: "POST", Drop: true},
		"cut":                       {Method: "POST", Cut: true},
		"502 after the effect":      {Method: "POST", Status: 502, After: true},
		"503":                       {Method: "POST", Status: 503},
	} {
		fake, p, ch, r := place(t)
		fake.Inject(f)
		_, err := p.Reply(t.Context(), r)
		if _, ok := errors.AsType[*cases.LaterError](err); !ok {
			t.Errorf("%s: %v, want to be asked to try the same key again", name, err)
			continue
		}
		r.Attempt++
		if _, err := p.Reply(t.Context(), r); err != nil {
			t.Errorf("%s: second attempt: %v", name, err)
		}
		if n := len(fake.Messages(ch)); n != 2 { // the complaint and one reply
			t.Errorf("%s: %d messages stand, want 2", name, n)
		}
	}
}

func TestALostAnswerBeyondTheNonceIsUnknown(t *testing.T) {
	for name, change := range map[string]func(*cases.Reply){
		"too old":           func(r *cases.Reply) { r.First = r.First.Add(-100 * time.Second) },
		"too many attempts": func(r *cases.Reply) { r.Attempt = 4 },
		"no first attempt":  func(r *cases.Reply) { r.First = time.Time{} },
		"clock went back":   func(r *cases.Reply) { r.First = r.First.Add(time.Hour) },
	} {
		fake, p, _, r := place(t)
		change(&r)
		fake.Inject(fakediscord.Fault{Method: "POST", Drop: true, After: true})
		_, err := p.Reply(t.Context(), r)
		if got := cases.OutcomeOf(err); got != cases.WasUnknown {
			t.Errorf("%s: %s (%v), want unknown", name, got, err)
		}
	}
}

func TestALateAttemptLooksBeforeItPosts(t *testing.T) {
	fake, p, ch, r := place(t)
	if _, err := p.Reply(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Hour) // Discord has forgotten the nonce
	r.Attempt, r.First = 2, time.Now().Add(-time.Hour)
	if got, err := p.Reply(t.Context(), r); err != nil || got.ID != fake.EffectsOf("send")[0].Message {
		t.Errorf("got %+v, %v; want the receipt of what stands", got, err)
	}
	if n := len(fake.Messages(ch)); n != 2 {
		t.Errorf("%d messages stand, want 2", n)
	}
	fake.Inject(fakediscord.Fault{Method: "GET", Path: "/messages", Status: 500})
	if _, err := p.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown {
		t.Errorf("a look that failed: %v, want unknown", err)
	}
	fake.Inject(fakediscord.TooMany(time.Minute, "user"))
	if _, err := p.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown {
		t.Errorf("a look that must wait: %v, want unknown, never not-sent", err)
	}
}

func TestRefusalsAreFinal(t *testing.T) {
	for name, spoil := range map[string]func(*fakediscord.Server, string, *cases.Reply){
		"the mention is gone":  func(s *fakediscord.Server, ch string, r *cases.Reply) { s.Delete(ch, r.Mention.ID) },
		"the channel is mute":  func(s *fakediscord.Server, ch string, _ *cases.Reply) { s.Mute(ch) },
		"the text is too long": func(_ *fakediscord.Server, _ string, r *cases.Reply) { r.Text = strings.Repeat("ط", 2001) },
		"no place to answer":   func(_ *fakediscord.Server, _ string, r *cases.Reply) { r.Mention.ReplyTo = "x" },
		"the token is revoked": func(s *fakediscord.Server, _ string, _ *cases.Reply) { s.Revoke() },
	} {
		fake, p, ch, r := place(t)
		spoil(fake, ch, &r)
		if _, err := p.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasRefused {
			t.Errorf("%s: %v, want refused", name, err)
		}
		if n := len(fake.EffectsOf("send")); n != 0 {
			t.Errorf("%s: %d messages were posted", name, n)
		}
	}
}

func TestFindSeesOnlyThisReply(t *testing.T) {
	fake, p, ch, r := place(t)
	if _, there, err := p.Find(t.Context(), r); err != nil || there {
		t.Fatalf("nothing stands, but %v %v", there, err)
	}
	for n := range 120 {
		fake.Say(sara, ch, fmt.Sprint("talk ", n))
	}
	fake.Answer(sara, ch, r.Mention.ID, r.Text) // the same words by somebody else
	other := r
	other.Key, other.Text = "reply/42/1", "other words"
	if _, err := p.Reply(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if _, there, err := p.Find(t.Context(), r); err != nil || there {
		t.Fatalf("only others stand, but %v %v", there, err)
	}
	posted, err := p.Reply(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got, there, err := p.Find(t.Context(), r); err != nil || !there || got.ID != posted.ID {
		t.Errorf("got %+v %v %v, want %s", got, there, err, posted.ID)
	}
}

func TestCheckSeesWhatChanged(t *testing.T) {
	fake, p, ch, r := place(t)
	look := func() responder.Standing {
		t.Helper()
		st, err := p.Check(t.Context(), r.Mention)
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := look(); st != (responder.Standing{Text: "late again"}) {
		t.Errorf("untouched: %+v", st)
	}
	fake.Answer(sara, ch, r.Mention.ID, "me too")
	fake.Say(mona, ch, "unrelated")
	if st := look(); st.Colleague != "" {
		t.Errorf("nobody of ours answered: %+v", st)
	}
	fake.Answer(mona, ch, r.Mention.ID, "we are on it")
	if st := look(); st.Colleague != "we are on it" {
		t.Errorf("a colleague answered: %+v", st)
	}
	fake.Edit(ch, r.Mention.ID, "solved, thanks")
	if st := look(); st.Text != "solved, thanks" {
		t.Errorf("edited: %+v", st)
	}
	fake.Delete(ch, r.Mention.ID)
	if st := look(); !st.Gone {
		t.Errorf("deleted: %+v", st)
	}
}

func TestFitsCountsCodePoints(t *testing.T) {
	p := &speak.Replier{}
	for _, tc := range []struct {
		text string
		fits bool
	}{
		{strings.Repeat("a", 2000), true},
		{strings.Repeat("a", 2001), false},
		{strings.Repeat("ض", 2000), true}, // 4000 bytes
		{strings.Repeat("😡", 2000), true}, // 4000 UTF-16 units
		{strings.Repeat("😡", 2001), false},
	} {
		if err := p.Fits(tc.text); (err == nil) != tc.fits {
			t.Errorf("%d code points: %v", discord.Length(tc.text), err)
		}
	}
}

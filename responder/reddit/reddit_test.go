package reddit

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/reddit"
	"rasid/internal/platform/reddit/fakereddit"
	"rasid/responder"
	"rasid/responder/respondertest"
)

func fake(t *testing.T) *fakereddit.Server {
	t.Helper()
	return faketest.Start(t, fakereddit.New(faketest.Noon))
}

func open(t *testing.T, url string, change func(*ReplyConfig)) *responder.Comments {
	t.Helper()
	c := ReplyConfig{ClientID: fakereddit.ID, ClientSecret: fakereddit.Secret, User: fakereddit.Account, Password: fakereddit.Password, APIURL: url, SiteURL: url}
	if change != nil {
		change(&c)
	}
	p, err := New(c, faketest.Net(t), faketest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	return p.(*responder.Comments)
}

// mention is a comment under a post.
func mention(f *fakereddit.Server, text string) cases.Mention {
	post := f.Say(fakereddit.Thing{Title: "Coffee", Text: "What do you think?"})
	c := f.Say(fakereddit.Thing{Parent: post.Name, Author: "omar", Text: text})
	return cases.Mention{Source: "reddit", ID: c.Name, ReplyTo: c.Name, Text: text, PostedAt: faketest.Noon()}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &respondertest.Movable{Replier: open(t, f.URL, nil)}
		return respondertest.Replier{
			Replier: p, Secret: "CANARY", Limit: reddit.MaxComment, Unit: "م", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return mention(f, text) },
			Posted: func() (out []respondertest.Post) {
				for _, v := range f.Ours() {
					out = append(out, respondertest.Post{Text: faketest.Shown(v.Text), ReplyTo: v.Parent})
				}
				return out
			},
			Fail:     p.Failing(func() responder.Replier { return open(t, faketest.Nobody(t), nil) }, func(fault respondertest.Fault) { f.Fault(faketest.Fault(fault)) }),
			Withdraw: func(m cases.Mention) { f.Change(m.ReplyTo, func(v *fakereddit.Thing) { v.Deleted = true }) },
		}
	})
}

func TestAMultiLineArabicReplyIsPostedAsItWasApproved(t *testing.T) {
	f := fake(t)
	text := "أهلًا عمر، نعتذر عن *القهوة_الباردة*.\nنوافيك خلال ٢٤ ساعة.\n\nhttps://noor.example/a_b"
	got, err := open(t, f.URL, nil).Reply(t.Context(), faketest.Reply(mention(f, "cold"), text))
	if err != nil || got.ID == "" || !strings.Contains(got.URL, "/comments/") {
		t.Fatal(got, err)
	}
	if ours := f.Ours(); len(ours) != 1 || faketest.Shown(ours[0].Text) != text {
		t.Errorf("%+v", ours)
	}
}

func TestErrorsInsideAnAnswerOf200AreUnderstood(t *testing.T) {
	for _, tc := range []struct {
		code, words string
		want        cases.Outcome
		after       time.Duration
	}{
		{"RATELIMIT", "Looks like you've been doing that a lot. Take a break for 9 minutes before trying again.", cases.WasNotSent, 9 * time.Minute},
		{"RATELIMIT", "you are doing that too much. try again in 45 seconds.", cases.WasNotSent, 45 * time.Second},
		{"RATELIMIT", "later", cases.WasNotSent, time.Minute},
		{"THREAD_LOCKED", "Comments are locked.", cases.WasRefused, 0},
		{"DELETED_COMMENT", "that comment has been deleted", cases.WasRefused, 0},
		{"TOO_OLD", "it's too late to reply to it", cases.WasRefused, 0},
		{"BANNED_FROM_SUBREDDIT", "you are banned", cases.WasRefused, 0},
		{"SOMETHING_NEW", "?", cases.WasUnknown, 0},
	} {
		f := fake(t)
		p := open(t, f.URL, nil)
		f.Refuse(tc.code, tc.words)
		_, err := p.Reply(t.Context(), faketest.Reply(mention(f, "cold"), "sorry"))
		if got := cases.OutcomeOf(err); got != tc.want || len(f.Ours()) != 0 {
			t.Errorf("%s: outcome %s of %v with %d comments, want %s", tc.code, got, err, len(f.Ours()), tc.want)
		}
		var later *cases.LaterError
		if tc.after > 0 && (!errors.As(err, &later) || later.After < tc.after || later.After > tc.after+10*time.Minute) {
			t.Errorf("%s: come back in %+v, want about %s", tc.words, later, tc.after)
		}
	}
}

func TestRedditsOwnHeaderSaysHowLongToWait(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	f.Fault(faketest.Limited)
	_, err := p.Reply(t.Context(), faketest.Reply(mention(f, "cold"), "sorry"))
	var later *cases.LaterError
	if !errors.As(err, &later) || later.After != 7*time.Second {
		t.Errorf("%v", err)
	}
}

func TestALostAnswerIsFoundBelowTheMentionAndNeverSentAgain(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	for _, m := range []cases.Mention{mention(f, "cold"), func() cases.Mention { // a comment, and a post
		v := f.Say(fakereddit.Thing{Title: "Bad", Text: "coffee"})
		return cases.Mention{Source: "reddit", ID: v.Name, ReplyTo: v.Name, Text: "coffee", PostedAt: faketest.Noon()}
	}()} {
		before := len(f.Ours())
		f.Fault(faketest.Lost)
		r := faketest.Reply(m, "we are *sorry*\nreally")
		got, err := p.Reply(t.Context(), r)
		if err != nil || len(f.Ours()) != before+1 || got.ID != f.Ours()[before].Name {
			t.Errorf("%+v %v", got, err)
		}
		if found, there, err := p.Find(t.Context(), r); err != nil || !there || found.ID != got.ID {
			t.Errorf("%+v %v %v", found, there, err)
		}
		r.Text = "other words"
		if _, there, err := p.Find(t.Context(), r); err != nil || there {
			t.Errorf("found other words: %v %v", there, err)
		}
	}
}

func TestClosedConversationsAndNamesAreRefused(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	m := mention(f, "cold")
	for _, text := range []string{"ask u/omar", "/u/omar hello", "see r/coffee", "اسأل،u/omar"} {
		if _, err := p.Reply(t.Context(), faketest.Reply(m, text)); cases.OutcomeOf(err) != cases.WasRefused {
			t.Errorf("%q: %v", text, err)
		}
	}
	f.Change(m.ReplyTo, func(v *fakereddit.Thing) { v.Locked = true })
	if _, err := p.Reply(t.Context(), faketest.Reply(m, "sorry")); cases.OutcomeOf(err) != cases.WasRefused || f.Writes() != 0 {
		t.Errorf("%v after %d writes", err, f.Writes())
	}
}

func TestWhatChangedBeforeAnsweringIsSeen(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	m := mention(f, "cold")
	if st, err := p.Check(t.Context(), m); err != nil || st.Gone || st.Text != "cold" || st.Colleague != "" {
		t.Errorf("%+v %v", st, err)
	}
	f.Change(m.ReplyTo, func(v *fakereddit.Thing) { v.Text = "warm" })
	f.Say(fakereddit.Thing{Parent: m.ReplyTo, Author: fakereddit.Account, Text: "by hand"})
	if st, err := p.Check(t.Context(), m); err != nil || st.Text != "warm" || st.Colleague != "by hand" {
		t.Errorf("%+v %v", st, err)
	}
	f.Change(m.ReplyTo, func(v *fakereddit.Thing) { v.Removed = true })
	if st, err := p.Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("%+v %v", st, err)
	}
}

func TestTheDoctorSaysWhoAnswers(t *testing.T) {
	f := fake(t)
	refresh := func(c *ReplyConfig) { c.Password, c.RefreshToken = "", fakereddit.Refresh }
	for want, change := range map[string]func(*ReplyConfig){
		"":                              refresh,
		"user: noor_coffee":             func(c *ReplyConfig) { refresh(c); c.User = "someone_else" },
		"does not take the application": func(c *ReplyConfig) { c.Password = "other" },
	} {
		if a := open(t, f.URL, change).Doctor(t.Context()); len(a) != 1 || a[0].OK != (want == "") || !strings.Contains(a[0].Fix, want) {
			t.Errorf("want %q: %+v", want, a)
		}
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, ReplyConfig{User: "u/noor"}.Check(), "client_id user password")
}

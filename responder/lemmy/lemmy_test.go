package lemmy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/lemmy"
	"rasid/internal/platform/lemmy/fakelemmy"
	"rasid/responder"
	"rasid/responder/respondertest"
)

var omar = lemmy.Person{ID: 7, Name: "omar"}

func fake(t *testing.T) *fakelemmy.Server {
	t.Helper()
	return faketest.Start(t, fakelemmy.New(faketest.Noon))
}

func open(t *testing.T, url string, token outbound.Secret) *responder.Comments {
	t.Helper()
	p, err := New(ReplyConfig{Server: url, Token: token}, faketest.Net(t))
	if err != nil {
		t.Fatal(err)
	}
	return p.(*responder.Comments)
}

// mention is a comment under a post.
func mention(f *fakelemmy.Server, text string) cases.Mention {
	post := f.AddPost("Coffee", "What do you think?", faketest.Noon(), omar)
	c := f.AddComment(post.Post.ID, 0, text, faketest.Noon(), omar)
	id := lemmy.CommentID(c.Comment.ID)
	return cases.Mention{Source: "lemmy", ID: id, ReplyTo: id, Text: text, PostedAt: faketest.Noon()}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &respondertest.Movable{Replier: open(t, f.URL, fakelemmy.Token)}
		return respondertest.Replier{
			Replier: p, Secret: "CANARY", Limit: lemmy.MaxComment, Unit: "م", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return mention(f, text) },
			Posted: func() (out []respondertest.Post) {
				for _, v := range f.Ours() {
					out = append(out, respondertest.Post{Text: faketest.Shown(v.Comment.Content), ReplyTo: lemmy.CommentID(v.Comment.Above())})
				}
				return out
			},
			Fail: p.Failing(func() responder.Replier { return open(t, faketest.Nobody(t), fakelemmy.Token) }, func(fault respondertest.Fault) { f.Fault(faketest.Fault(fault)) }),
			Withdraw: func(m cases.Mention) {
				n, _, _ := lemmy.Number(m.ReplyTo)
				f.ChangeComment(n, func(c *lemmy.Comment) { c.Deleted = true })
			},
		}
	})
}

func TestPostsAndCommentsAreAnsweredRightBelow(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, fakelemmy.Token)
	text := "أهلًا، نعتذر عن *القهوة*.\nنوافيك قريبًا."
	got, err := p.Reply(t.Context(), faketest.Reply(mention(f, "cold"), text))
	if err != nil || got.ID == "" || !strings.Contains(got.URL, "/comment/") || !got.At.Equal(faketest.Noon()) {
		t.Fatal(got, err)
	}
	post := f.AddPost("Bad", "", faketest.Noon(), omar)
	at := lemmy.PostID(post.Post.ID)
	if _, err := p.Reply(t.Context(), faketest.Reply(cases.Mention{ID: at, ReplyTo: at, Text: "Bad"}, "sorry")); err != nil {
		t.Fatal(err)
	}
	ours := f.Ours()
	if len(ours) != 2 || faketest.Shown(ours[0].Comment.Content) != text || ours[0].Comment.Above() != 1 || ours[1].Comment.PostID != post.Post.ID || ours[1].Comment.Above() != 0 {
		t.Errorf("%+v", ours)
	}
}

func TestALostAnswerIsFoundBelowTheMentionAndNeverSentAgain(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, fakelemmy.Token)
	r := faketest.Reply(mention(f, "cold"), "we are *sorry*\nreally")
	f.Fault(faketest.Drop)
	if _, err := p.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown || len(f.Ours()) != 0 {
		t.Fatalf("%v, want unknown", err)
	}
	if _, there, err := p.Find(t.Context(), r); err != nil || there {
		t.Errorf("found what was never posted: %v %v", there, err)
	}
	f.Fault(faketest.Lost)
	got, err := p.Reply(t.Context(), r)
	if err != nil || len(f.Ours()) != 1 || got.ID != lemmy.CommentID(f.Ours()[0].Comment.ID) {
		t.Fatalf("%+v %v", got, err)
	}
	if found, there, err := p.Find(t.Context(), r); err != nil || !there || found.ID != got.ID {
		t.Errorf("%+v %v %v", found, there, err)
	}
	r.Text = "other words"
	if _, there, err := p.Find(t.Context(), r); err != nil || there {
		t.Errorf("found other words: %v %v", there, err)
	}
}

func TestALimitWithoutATimeIsWaitedOut(t *testing.T) {
	f := fake(t)
	f.Fault(faketest.Limited)
	_, err := open(t, f.URL, fakelemmy.Token).Reply(t.Context(), faketest.Reply(mention(f, "cold"), "sorry"))
	var later *cases.LaterError
	if !errors.As(err, &later) || later.After != 2*time.Minute {
		t.Errorf("%v", err)
	}
}

func TestClosedConversationsBansAndNamesAreRefused(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, fakelemmy.Token)
	m := mention(f, "cold")
	for _, text := range []string{"ask @omar@l.example", "see !coffee@l.example", "go to /c/coffee", "and /u/omar"} {
		if _, err := p.Reply(t.Context(), faketest.Reply(m, text)); cases.OutcomeOf(err) != cases.WasRefused || f.Writes() != 0 {
			t.Errorf("%q: %v", text, err)
		}
	}
	f.Banned = true
	if _, err := p.Reply(t.Context(), faketest.Reply(m, "write to care@noor.example")); cases.OutcomeOf(err) != cases.WasRefused || f.Writes() != 1 {
		t.Errorf("%v after %d writes", err, f.Writes())
	}
	f.Banned = false
	at := lemmy.PostID(f.AddPost("Locked", "", faketest.Noon(), omar).Post.ID)
	f.ChangePost(2, func(p *lemmy.Post) { p.Locked = true })
	if _, err := p.Reply(t.Context(), faketest.Reply(cases.Mention{ID: at, ReplyTo: at}, "sorry")); cases.OutcomeOf(err) != cases.WasRefused || f.Writes() != 1 {
		t.Errorf("%v after %d writes", err, f.Writes())
	}
}

func TestWhatChangedBeforeAnsweringIsSeen(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, fakelemmy.Token)
	m := mention(f, "cold")
	if st, err := p.Check(t.Context(), m); err != nil || st.Gone || st.Text != "cold" || st.Colleague != "" {
		t.Errorf("%+v %v", st, err)
	}
	f.ChangeComment(1, func(c *lemmy.Comment) { c.Content = "warm" })
	f.AddComment(1, 1, "by hand", faketest.Noon(), lemmy.Person{ID: fakelemmy.Self})
	if st, err := p.Check(t.Context(), m); err != nil || st.Text != "warm" || st.Colleague != "by hand" {
		t.Errorf("%+v %v", st, err)
	}
	f.ChangeComment(1, func(c *lemmy.Comment) { c.Removed = true })
	if st, err := p.Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("removed: %+v %v", st, err)
	}
	f.Forget(1)
	if st, err := p.Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("purged: %+v %v", st, err)
	}
}

func TestTheDoctorSaysWhoAnswers(t *testing.T) {
	f := fake(t)
	if a := open(t, f.URL, fakelemmy.Token).Doctor(t.Context()); len(a) != 1 || !a[0].OK || a[0].What != "answers as noor" {
		t.Errorf("%+v", a)
	}
	if a := open(t, f.URL, "ended").Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "/api/v3/user/login") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, ReplyConfig{Server: "lemmy.example"}.Check(), "server token")
}

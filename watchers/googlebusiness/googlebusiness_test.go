package googlebusiness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google/fakegoogle"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

func fake(t *testing.T) *fakegoogle.Server {
	t.Helper()
	return faketest.Start(t, fakegoogle.New(clock))
}

func config(f *fakegoogle.Server) Config {
	return Config{Location: fakegoogle.Location, ServiceAccount: outbound.Secret(f.Key()), Every: 5 * time.Minute, MaxAge: 168 * time.Hour, APIURL: f.URL, TokenURL: f.URL + "/token"}
}

func open(t *testing.T, f *fakegoogle.Server) *Source {
	t.Helper()
	s, err := New(config(f), "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := fake(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, f) }, Now: clock, Fail: f.Fail, Hang: f.Hang, Secrets: []string{"CANARY", "PRIVATE KEY"},
			Say: watcherstest.Numbered(func(n int) {
				f.Say(fakegoogle.Review{Text: fmt.Sprintf("coffee %d", n), Stars: 2, Changed: noon.Add(-24*time.Hour + time.Duration(n)*time.Second)})
			}),
		}
	})
}

func TestRepliesThatGoogleRejectedLaterAreSeenAtEveryLook(t *testing.T) {
	f := fake(t)
	id := f.Say(fakegoogle.Review{Text: "cold coffee", Stars: 1, Changed: noon.Add(-time.Hour)}).ID
	s, at := open(t, f), cases.Cursor("")
	for _, c := range []struct {
		state string
		want  []cases.Rejected
	}{
		{"PENDING", nil}, {"REJECTED", []cases.Rejected{{Text: "Come for our offer!", Why: "the reply was looked over by Google and is not shown (advertisement)"}}},
		{"REJECTED", []cases.Rejected{{Text: "Come for our offer!", Why: "the reply was looked over by Google and is not shown (advertisement)"}}}, {"APPROVED", nil},
	} {
		f.Change(id, func(v *fakegoogle.Review) {
			v.Answer, v.State, v.Rule = "Come for our offer!", c.state, "ADVERTISEMENT"
		})
		page, err := s.Poll(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.want {
			c.want[i].Mention = fakegoogle.Location + "/reviews/" + id
		}
		if diff := cmp.Diff(c.want, page.Rejected); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.state, diff)
		}
		at = page.Next
	}
}

func TestSeveralLocationsAreReadTogether(t *testing.T) {
	f := fake(t)
	const other, foreign = "accounts/11/locations/33", "accounts/11/locations/44"
	for i := range 120 {
		f.Say(fakegoogle.Review{Text: "coffee", Stars: 1, Location: []string{"", other, foreign}[i%3], Changed: noon.Add(-time.Hour + time.Duration(i)*time.Second)})
	}
	c := config(f)
	c.Location, c.Locations = "", []string{fakegoogle.Location, other}
	s, err := New(c, "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 80 || p.Gap != "" {
		t.Fatalf("%d mentions, gap %q, %v", len(p.Mentions), p.Gap, err)
	}
	if at := p.Mentions[1].ReplyTo; !strings.HasPrefix(at, other+"/reviews/") {
		t.Errorf("the second review is answered at %q", at)
	}
}

func TestLocationsThatCannotBeReadTogetherAreNamed(t *testing.T) {
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprint("accounts/1/locations/", i)
	}
	for want, c := range map[string]Config{
		"location is missing":              {},
		"locations and location are both":  {Location: "accounts/1/locations/1", Locations: []string{"accounts/1/locations/2"}},
		"locations are more than 50":       {Locations: many},
		"locations are of several account": {Locations: []string{"accounts/1/locations/1", "accounts/2/locations/1"}},
		"locations hold what is not":       {Locations: []string{"accounts/1/locations/1", "Olaya branch"}},
		"location is not the name":         {Location: "Olaya branch"},
	} {
		if got := c.Check(); len(got) == 0 || !strings.HasPrefix(got[0].Field+" "+got[0].Problem, want) {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

func TestAReviewLinksToWhereItsOwnerAnswers(t *testing.T) {
	f := fake(t)
	f.Say(fakegoogle.Review{Text: "cold", Stars: 1, Link: "https://business.google.example/reply?r=1"})
	f.Say(fakegoogle.Review{Text: "late", Stars: 1, Link: "javascript:alert(1)"})
	p, err := open(t, f).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 || p.Mentions[0].URL != "https://business.google.example/reply?r=1" || p.Mentions[1].URL != "" {
		t.Errorf("%+v %v", p.Mentions, err)
	}
}

func TestTheSourceKeepsWhatEverySourceOfReviewsMustKeep(t *testing.T) {
	watcherstest.ExerciseReviews(t, func(t *testing.T) watcherstest.Reviews {
		f := fake(t)
		return watcherstest.Reviews{Source: open(t, f), Now: noon, Say: f.SayAt, Edit: f.EditAt, Answer: f.AnswerAt}
	})
}

func TestATokenThatIsNoLongerTakenIsRenewed(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	f.ExerciseSignIn(t, func() (int, error) {
		p, err := s.Poll(t.Context(), "")
		return len(p.Mentions), err
	})
}

func TestAReviewBecomesAMention(t *testing.T) {
	f := fake(t)
	f.Say(fakegoogle.Review{Text: "(Translated by Google) cold\n\n(Original)\nباردة", Stars: 1, Created: noon.Add(-3 * time.Hour), Changed: noon.Add(-2 * time.Hour)})
	f.Say(fakegoogle.Review{Text: "باردة جدا\n\n(Translated by Google)\nvery cold", Stars: 2, Changed: noon.Add(-time.Hour)})
	f.Say(fakegoogle.Review{Stars: 5})
	p, err := open(t, f).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 3 {
		t.Fatal(p, err)
	}
	m, n, o := p.Mentions[0], p.Mentions[1], p.Mentions[2]
	if m.Text != "باردة" || m.Stars != 1 || m.EditedAt.IsZero() || !m.PostedAt.Equal(noon.Add(-3*time.Hour)) || !m.Direct || n.Text != "باردة جدا" || !n.EditedAt.IsZero() || o.Stars != 5 || o.Text != "" {
		t.Errorf("%+v\n%+v\n%+v", m, n, o)
	}
}

func TestTheDoctorKnowsAProjectThatIsNotApproved(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	if a := s.Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	f.NoQuota(true)
	if a := s.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "not approved") {
		t.Errorf("%+v", a)
	}
}

func TestAConsentSignsInToo(t *testing.T) {
	f := fake(t)
	f.Say(fakegoogle.Review{Text: "cold", Stars: 2})
	s := open(t, f)
	c := s.cfg
	c.ServiceAccount, c.ClientID, c.ClientSecret, c.RefreshToken = "", "id", "CANARY-secret", fakegoogle.Refresh
	s, err := New(c, "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Poll(t.Context(), ""); err != nil || len(p.Mentions) != 1 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, Config{Location: "noor", ServiceAccount: "CANARY"}.Check(), "location service_account every max_age")
}

package watchers

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

func TestTimesAndWordsOfAMentionAreWhatCanBeTrue(t *testing.T) {
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	for name, tc := range map[string]struct{ in, want cases.Mention }{
		"as it is":            {cases.Mention{Title: "a", Text: "b", PostedAt: hour(-2), EditedAt: hour(-1)}, cases.Mention{Title: "a", Text: "b", PostedAt: hour(-2), EditedAt: hour(-1)}},
		"no time":             {cases.Mention{Text: "b"}, cases.Mention{Text: "b", PostedAt: noon}},
		"of tomorrow":         {cases.Mention{Text: "b", PostedAt: hour(24), EditedAt: hour(25)}, cases.Mention{Text: "b", PostedAt: noon}},
		"edited before":       {cases.Mention{Text: "b", PostedAt: hour(-1), EditedAt: hour(-2)}, cases.Mention{Text: "b", PostedAt: hour(-1)}},
		"a title alone":       {cases.Mention{Title: "a", PostedAt: hour(-1)}, cases.Mention{Text: "a", PostedAt: hour(-1)}},
		"nothing":             {cases.Mention{PostedAt: hour(-1)}, cases.Mention{Text: "(no words)", PostedAt: hour(-1)}},
		"stars alone":         {cases.Mention{Stars: 2, PostedAt: hour(-1)}, cases.Mention{Stars: 2, PostedAt: hour(-1)}},
		"gone, without words": {cases.Mention{Gone: true, PostedAt: hour(-1)}, cases.Mention{Gone: true, PostedAt: hour(-1)}},
	} {
		got := Timed(tc.in, noon)
		if got.Title != tc.want.Title || got.Text != tc.want.Text || !got.PostedAt.Equal(tc.want.PostedAt) || !got.EditedAt.Equal(tc.want.EditedAt) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestSettingsThatSourcesShareAreChecked(t *testing.T) {
	var got []string
	for _, f := range append(CheckPace(time.Second, time.Minute, 0, "a public search"), CheckAddress("server", "ftp://x", "https://x.example")...) {
		got = append(got, f.Field+" "+f.Problem+": "+f.Write)
	}
	if want := "every is too often for a public search: 1m or more|max_age must be more than nothing: a duration such as 168h|server is not an address: https://x.example"; strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
	for d, want := range map[time.Duration]string{30 * time.Second: "30s", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Minute: "1h30m"} {
		if got := short(d); got != want {
			t.Errorf("%v is written %s", d, got)
		}
	}
	if err := cases.SetUp("x", CheckPace(time.Minute, time.Minute, time.Hour, "")); err != nil {
		t.Error(err)
	}
	if err := cases.SetUp("masto", CheckPace(0, time.Minute, time.Hour, "it")); err == nil || err.Error() != "setting up masto: every is too often for it" {
		t.Error(err)
	}
	for link, want := range map[string]string{"https://a.example/x": "https://a.example/x", "javascript:alert(1)": "", "": "", "https:///x": ""} {
		if got := Link(link); got != want {
			t.Errorf("%q: %q", link, got)
		}
	}
}

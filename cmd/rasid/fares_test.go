package main

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/phrases"
)

// plainly is a line without the isolates around its values.
func plainly(s string) string {
	return strings.NewReplacer(phrases.FSI, "", phrases.PDI, "").Replace(s)
}

// TestEverySourceOfTheRecordsIsToldAsWhatItIs has doctor tell of sources that a
// platform answers for, and of those that nobody is ever asked for.
func TestEverySourceOfTheRecordsIsToldAsWhatItIs(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := &program{now: func() time.Time { return now }}
	asked := cases.SourceStatus{Source: "shop", Kind: "feed", Seen: 7, LastTry: now, LastOK: now.Add(-3 * time.Minute)}
	failing := asked
	failing.LastError, failing.ErrorsInRow = "reading feed shop: answered 404 Not Found", 2
	mute, odd, silent, handed := failing, failing, asked, asked
	mute.LastOK, odd.LastError, silent.Stalled, handed.Kind = time.Time{}, "the till is on fire", true, "webhook"
	handed.Source = "till"
	for _, tt := range []struct {
		name    string
		st      cases.SourceStatus
		watched bool
		en, ar  string
		fix     string // in Arabic; "" where all is well
	}{
		{"read", asked, true, "shop: 7 read, last answer 3 min ago", "shop: قُرئ ٧، آخر جواب قبل ٣ دقائق", ""},
		{"failing", failing, true, "shop: 7 read, last answer 3 min ago", "shop: قُرئ ٧، آخر جواب قبل ٣ دقائق", "لا يجد الخادم ما طُلب منه (reading feed shop: answered 404 Not Found)"},
		{"failing in a way nobody knows", odd, true, "shop: 7 read, last answer 3 min ago", "shop: قُرئ ٧، آخر جواب قبل ٣ دقائق", "the till is on fire"},
		{"never answered", mute, true, "shop: 7 read, no answer yet", "shop: قُرئ ٧، ولم يُجب بعد", "لا يجد الخادم ما طُلب منه (reading feed shop: answered 404 Not Found)"},
		{"silent", silent, true, "shop: 7 read, last answer 3 min ago", "shop: قُرئ ٧، آخر جواب قبل ٣ دقائق", "ساكت منذ مدة: انظر هل ما زال الناس يكتبون هناك"},
		{"handed in", handed, true, "till: 7 handed in by other programs, last checked 3 min ago", "till: سلّمت برامج أخرى ٧، آخر نظر قبل ٣ دقائق", ""},
		{"gone and failed", failing, false, "shop: no longer in config.yaml: 7 read, last answer 3 min ago", "shop: لم يعد في config.yaml: قُرئ ٧، آخر جواب قبل ٣ دقائق", ""},
		{"imported", cases.SourceStatus{Source: "old", Seen: 9}, false, "old: 9 imported from files", "old: استُورد من ملفات ٩", ""},
		{"imported for a source not asked yet", cases.SourceStatus{Source: "shop", Seen: 9}, true, "shop: 9 imported from files, not read yet", "shop: استُورد من ملفات ٩، ولم يُسأل بعد", ""},
		{"not asked yet", cases.SourceStatus{Source: "shop"}, true, "shop: not read yet", "shop: لم يُسأل بعد", ""},
		{"reported", cases.SourceStatus{Source: "report", Seen: 2}, false, "report: 2 reported by staff", "report: أبلغ الفريق عن ٢", ""},
	} {
		for language, want := range map[string]string{"en": tt.en, "ar": tt.ar} {
			words, err := phrases.Load(language)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			bad := tell(&out, words, "records", []cases.Advice{p.examineStatus(tt.st, tt.watched, words)})
			lines := strings.Split(plainly(out.String()), "\n")
			if _, got, _ := strings.Cut(lines[0], words.Line("records")+": "); got != want || (bad > 0) != (tt.fix != "") {
				t.Errorf("%s, %s: %q (%d to fix), want %q", tt.name, language, got, bad, want)
			}
			if language == "ar" && tt.fix != "" && strings.TrimSpace(lines[1]) != "← "+tt.fix {
				t.Errorf("%s: %q is to be mended, want %q", tt.name, lines[1], tt.fix)
			}
		}
	}
}

// TestStaffAreToldWhatASourceThatStallsReallyDoes looks at the notices: nobody
// answered since the year 1, and a source without news still answers.
func TestStaffAreToldWhatASourceThatStallsReallyDoes(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	h := houseAt(t, muteHouse, func() time.Time { return now })
	answered, news := now.Add(-3*time.Hour), now.Add(-48*time.Hour)
	for _, tt := range []struct {
		st   cases.SourceStatus
		want string
	}{
		{cases.SourceStatus{Source: "a", LastError: "no such host", LastOK: answered}, "⚠️ a لم يُجب منذ ٢٢ نوفمبر ٠٦:٠٠: لا يُعرف خادم بهذا الاسم (no such host)"},
		{cases.SourceStatus{Source: "b", LastError: "no such host"}, "⚠️ b لم يُجب حتى الآن: لا يُعرف خادم بهذا الاسم (no such host)"},
		{cases.SourceStatus{Source: "c", LastOK: now, LastNew: news}, "⚠️ c لم يأت بجديد منذ ٢٠ نوفمبر ٠٩:٠٠: انظر هل ما زال الناس يكتبون هناك"},
		{cases.SourceStatus{Source: "c", LastOK: now.Add(time.Minute), LastNew: news}, ""}, // told already
	} {
		before, err := h.store.Outbox(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.tellStall(t.Context(), tt.st, now); err != nil {
			t.Fatal(err)
		}
		after, err := h.store.Outbox(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, s := range after {
			if strings.HasPrefix(s.Key, "stall/"+tt.st.Source) && len(after) > len(before) {
				got = plainly(s.Text)
			}
		}
		if got != tt.want {
			t.Errorf("%+v\ntold %q\nwant %q", tt.st, got, tt.want)
		}
	}
}

// TestASourceThatIsNotWatchedAnyMoreIsNoNews keeps the last error of a source
// that config.yaml no longer names out of the digest and the figures.
func TestASourceThatIsNotWatchedAnyMoreIsNoNews(t *testing.T) {
	h := houseOf(t, muteHouse)
	for _, name := range []string{"app", "old"} {
		if err := h.store.SaveStatus(t.Context(), cases.SourceStatus{Source: name, Kind: "webhook", LastTry: h.now(), LastError: "answered 404 Not Found", ErrorsInRow: 9, Stalled: true}); err != nil {
			t.Fatal(err)
		}
	}
	f, err := h.figures(t.Context(), h.spanOf(h.now(), ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Sources {
		if (s.Bad != "") != (s.Name == "app") {
			t.Errorf("the digest says of %s: %q", s.Name, s.Bad)
		}
	}
	m, err := counter(measures(&config.Config{}), h.store).Load.Statuses(t.Context())
	if err != nil || len(m) != 2 || m[0].Stalled || m[1].LastError != "" {
		t.Errorf("without sources the records tell %+v, %v", m, err)
	}
}

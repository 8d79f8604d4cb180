package main

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// edit is what somebody wrote, and made of it after their case was dealt with.
type edit struct {
	before, after string
	from, to      int // stars; 0 where there are none
}

// TestWhatCustomersMakeOfTheirWordsIsJudgedInBothLanguages changes mentions of
// cases that were set aside, and looks which of them come back. The scorer is the
// shipped one.
func TestWhatCustomersMakeOfTheirWordsIsJudgedInBothLanguages(t *testing.T) {
	worse := []edit{
		{"The coffee was cold", "The coffee was cold", 4, 1},
		{"Lovely place, friendly people", "Awful place, rude people, never again", 5, 1},
		{"Great service, thank you", "Terrible service, they ignored me for an hour", 0, 0},
		{"My order came late.", "My order came late. And now the cup leaks and nobody picks up the phone.", 0, 0},
		{"My order came late", "My order came late and the driver was rude to my mother", 2, 2},
		{"The coffee was cold", "The coffee was cold. I got sick and found a cockroach in the cup!", 1, 1},
		{"The delivery was late", "The delivery was late. I will sue you, my lawyer has the photos", 1, 1},
		{"The service was good, but the coffee was cold", "The service was not good, but the coffee was cold", 2, 2},
		{"مكان جميل وخدمة ممتازة", "مكان سيئ وخدمة زفت ولن أعود أبدا", 5, 1},
		{"القهوة كانت باردة", "القهوة كانت باردة والموظف كان وقحا معي", 2, 2},
		{"القهوة كانت باردة.", "القهوة كانت باردة. وبعد ردكم اتصلت ثلاث مرات ومحد رد علي، خدمة سيئة", 1, 1},
		{"الطلب تأخر ساعة", "الطلب تأخر ساعة، وسأرفع شكوى إلى وزارة التجارة وعندي محامي", 0, 0},
		{"شكرا لكم على الخدمة الرائعة", "خدمة سيئة جدا، ضاع طلبي ولم يرد أحد", 0, 0},
		{"التوصيل متأخر", "التوصيل متأخر", 3, 1},
		{"My order was late, please look into it.", "My order was late, please look into it. I know where your manager lives and he will pay for this.", 3, 3},
		{"My order was late, please look into it.", "My order was late, please look into it. I will come to your shop and break everything.", 3, 3},
		{"طلبي تأخر ساعتين، أرجو المتابعة", "طلبي تأخر ساعتين، أرجو المتابعة. أعرف وين ساكن مديركم وبيدفع الثمن", 3, 3},
		{"طلبي تأخر ساعتين، أرجو المتابعة", "طلبي تأخر ساعتين، أرجو المتابعة. سأكسر المحل على رؤوسكم", 3, 3},
	}
	quiet := []edit{
		{"The cofffee was cold and bitter", "The coffee was cold and bitter!", 1, 1},
		{"My order came late and  cold", "My order came late, and cold.", 0, 0},
		{"The coffee was cold", "The coffee was cold", 1, 4},
		{"The coffee was cold and nobody helped", "They called me, apologised and made it right. Thank you!", 1, 5},
		{"The coffee was cold.", "The coffee was cold. Update: they called me and refunded everything, thank you!", 2, 2},
		{"Terrible delivery, my order was late", "Bad delivery, my order was late", 1, 1},
		{"The coffee was cold and the cup was dirty", "The coffee was cold", 1, 2},
		{"Lovely place", "Lovely place, great cake too", 5, 5},
		{"القهوه كانت بارده", "القهوة كانت باردة", 1, 1},
		{"التوصيل متأخر جدا", "التوصيل متاخرر جداً !!", 2, 2},
		{"القهوة كانت باردة", "القهوة كانت باردة", 1, 5},
		{"القهوة كانت باردة.", "القهوة كانت باردة. تحديث: تواصلوا معي وعوضوني، شكرا لكم", 2, 2},
		{"خدمة سيئة وطلب متأخر", "تم حل المشكلة، شكرا على تجاوبكم السريع", 1, 4},
		{"مكان جميل", "مكان جميل وقهوة لذيذة", 5, 5},
	}
	h := houseAt(t, walkHouse, time.Now)
	again := &responder.Rereader{Desk: h.store, Changes: h.store, Office: h.office, Score: h.score, Log: slog.New(slog.DiscardHandler)}
	h.dealWith(t, append(worse, quiet...), again)
	for i, e := range append(worse, quiet...) {
		c, err := h.store.Case(t.Context(), int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		want := cases.Flagged
		if i >= len(worse) {
			want = cases.Dismissed
		}
		if c.State != want {
			story, _ := h.store.History(t.Context(), c.ID)
			t.Errorf("%q (%d) became %q (%d): %s, want %s; %s", e.before, e.from, e.after, e.to, c.State, want, story[len(story)-1].Note)
		}
	}
	if left, err := h.store.Reworded(t.Context(), 10); err != nil || len(left) > 0 {
		t.Errorf("%d cases wait to be read still, %v", len(left), err)
	}
}

// dealWith records what was written, sets it aside, and records what was made of
// it.
func (h *house) dealWith(t *testing.T, edits []edit, again *responder.Rereader) {
	t.Helper()
	now := time.Now()
	record := func(i int, text string, stars int, at time.Time) {
		m := cases.Mention{Source: "reviews", ID: fmt.Sprint(i), AuthorID: fmt.Sprint(i), Author: "Sara", Text: text, Stars: stars, PostedAt: now, Direct: true}
		if at.After(now) {
			m.EditedAt = at
		}
		if _, err := h.store.Record(t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, at); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range edits {
		record(i+1, e.before, e.from, now)
		c, err := h.store.Case(t.Context(), int64(i+1))
		if err == nil {
			_, err = h.store.Apply(t.Context(), cases.Change{Case: c.ID, Version: c.Version, Event: cases.Dismiss, By: "mona", At: now.Add(time.Minute), Note: "spam"})
		}
		if err != nil {
			t.Fatal(err)
		}
		record(i+1, e.after, e.to, now.Add(time.Hour))
	}
	for range edits {
		if n, err := again.Step(t.Context(), now.Add(2*time.Hour)); err != nil || n == 0 {
			break
		}
	}
}

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/digest"
)

// past writes days that are over into the records, step by step as they would
// have happened.
type past struct {
	*house
	t *testing.T
	n int
}

// said records one mention and its score at a moment.
func (p *past) said(at time.Time, author, text, label, topic string, severity cases.Severity) cases.Case {
	p.t.Helper()
	p.n++
	m := cases.Mention{
		Source: "reviews", ID: fmt.Sprint(p.n), AuthorID: author, Author: author, Thread: fmt.Sprint(p.n), Text: text, Direct: true,
		URL: fmt.Sprintf("https://reviews.example/noor/%d", p.n), PostedAt: at, Stars: map[string]int{"neg": 1, "neu": 3, "pos": 5}[label],
	}
	if _, err := p.store.Record(p.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}, Next: cases.Cursor(m.ID)}, at); err != nil {
		p.t.Fatal(err)
	}
	c, err := p.store.Case(p.t.Context(), int64(p.n))
	if err != nil {
		p.t.Fatal(err)
	}
	score := cases.Score{Label: label, Severity: severity, Language: "ar", Value: map[string]float64{"neg": -0.8, "pos": 0.7}[label], Topics: []string{topic}}
	if word, _, _ := strings.Cut(text, " "); word != "" {
		score.Reasons = []cases.Reason{{Text: word, End: len(word), Weight: score.Value}}
	}
	event := cases.Calm
	if label == "neg" {
		event = cases.Flag
	}
	return p.do(c, event, cases.Rasid, at, func(ch *cases.Change) {
		ch.Score, ch.Scores = &score, map[int64]cases.Score{c.Last().Num: score}
	})
}

func (p *past) do(c cases.Case, e cases.Event, by string, at time.Time, more func(*cases.Change)) cases.Case {
	p.t.Helper()
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: e, By: by, At: at}
	if more != nil {
		more(&ch)
	}
	c, err := p.store.Apply(p.t.Context(), ch)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// answered drafts, approves and posts.
func (p *past) answered(c cases.Case, at time.Time, minutes int) cases.Case {
	p.t.Helper()
	d := cases.Draft{Text: "نعتذر عما حدث، ونتابع الأمر الآن.", Origin: "template:ar/delivery/1", By: cases.Rasid, Language: "ar", At: at}
	c = p.do(c, cases.Propose, cases.Rasid, at, func(ch *cases.Change) { ch.Draft = &d })
	at = at.Add(time.Duration(minutes) * time.Minute)
	d, _ = c.Draft()
	c = p.do(c, cases.Approve, "mona", at, func(ch *cases.Change) {
		ch.DraftNo, ch.Send = d.Version, []cases.Send{responder.ReplyRow(c, d, "mona", at)}
	})
	return p.do(c, cases.Sent, cases.Rasid, at, nil)
}

// fortnight fills the two weeks up to a day, which was a hard one.
func (p *past) fortnight(last time.Time) {
	p.t.Helper()
	topics := []string{"delivery", "price", "staff", "quality"}
	for ago := 13; ago > 0; ago-- {
		morning := last.AddDate(0, 0, -ago)
		for i := range 3 + ago*7%5 {
			at := morning.Add(time.Duration(9+2*i) * time.Hour)
			label := []string{"pos", "neu", "pos", "neg"}[(ago+i)%4]
			c := p.said(at, fmt.Sprintf("guest-%d-%d", ago, i), "كلام من يوم سابق", label, topics[(ago+i)%4], cases.Low)
			if label == "neg" {
				p.do(c, cases.Dismiss, "ali", at.Add(9*time.Minute), nil)
			}
		}
	}
	at := func(hour, minute int) time.Time { return last.Add(time.Duration(hour*60+minute) * time.Minute) }
	p.answered(p.said(at(9, 5), "سارة", "طلبي متأخر من ثلاثة أيام ولا أحد يرد علي!!", "neg", "delivery", cases.High), at(9, 5), 12)
	p.answered(p.said(at(10, 40), "Hamad", "The app charged me twice for one latte", "neg", "payment", cases.Low), at(10, 40), 44)
	p.said(at(12, 0), "ليان", "شكرًا، حُلّت مشكلتي وسأعود", "pos", "other", cases.Mild)
	fire := p.answered(p.said(at(13, 15), "Omar", "Cold again, last time I order here", "neg", "delivery", cases.High), at(13, 15), 100)
	p.do(fire, cases.Resolve, "mona", at(15, 30), nil)
	p.said(at(18, 0), "Nada", "Nice place to study", "pos", "other", cases.Mild)
	p.said(at(18, 20), "Rami", "Is it open on Friday?", "neu", "other", cases.Mild)
	worst := p.said(at(21, 50), "عميل", "وجدت شعرة في الكيك، آخر مرة أطلب منكم", "neg", "cleanliness", cases.Critical)
	incident := &cases.Incident{Kind: cases.Burst, Source: "reviews", OpenedAt: at(13, 20)}
	for _, c := range []cases.Case{fire, worst} {
		row, _, err := p.store.Enrol(p.t.Context(), cases.Unhappy{Case: c.ID, Source: "reviews", At: at(13, 20), SeenAt: at(13, 20)}, incident, nil)
		if err != nil {
			p.t.Fatal(err)
		}
		incident = &cases.Incident{ID: row.Incident}
	}
	if err := p.store.CloseIncident(p.t.Context(), incident.ID, at(22, 10), nil); err != nil {
		p.t.Fatal(err)
	}
}

// TestJourneyTenInABrowser is the manager's morning: the digest of yesterday,
// any other day again, the week, and the figures as the records have them.
func TestJourneyTenInABrowser(t *testing.T) {
	var yesterday time.Time
	s := newShop(t, walkHouse, func(t *testing.T, h *house) {
		yesterday = digest.StartOfDay(digest.StartOfDay(h.now().In(h.office.Zone)).Add(-time.Hour))
		(&past{house: h, t: t}).fortnight(yesterday)
	})
	date := yesterday.Format(time.DateOnly)
	for _, language := range []string{"ar", "en"} {
		s.visit("/digest")
		s.speak(language)
		s.press(`form.days a[rel=prev]`)
		s.until("yesterday", fmt.Sprintf(`document.querySelector("#date").value === %q && document.body.dataset.ready`, date))
		f, err := s.figures(t.Context(), digest.Day(yesterday))
		if err != nil {
			t.Fatal(err)
		}
		say := s.office.Words[language]
		for _, tile := range f.Tiles(say) {
			if got := s.js(fmt.Sprintf(`document.querySelector(".tile.%s b").innerText`, tile.Name)); plainText(got) != plainText(tile.Value) {
				t.Errorf("%s: the tile %s shows %q, the records say %q", language, tile.Name, got, tile.Value)
			}
		}
		if f.Total != 7 || f.Neg != 4 || f.Answered != 3 || len(f.Incidents) != 1 {
			t.Errorf("the hard day has %d mentions, %d unhappy, %d answered, %d incidents; want 7, 4, 3, 1", f.Total, f.Neg, f.Answered, len(f.Incidents))
		}
		page := plainText(s.js(`document.querySelector("main").innerText`))
		for _, part := range f.Report(say) {
			for _, l := range part.Lines {
				if part.Name != "worst" && !strings.Contains(page, plainText(l.Text)) {
					t.Errorf("%s: the page does not say %q", language, l.Text)
				}
			}
		}
		for _, m := range f.Worst {
			if !strings.Contains(page, plainText(m.Mention.Text)) {
				t.Errorf("%s: the page does not show %q", language, m.Mention.Text)
			}
		}
		s.picture("digest-"+language, 1200)
		s.picture("digest-narrow-"+language, 390)
		s.scheme("dark")
		s.picture("digest-dark-"+language, 1200)
		s.scheme("light")

		s.press(`form.days a[href*="span=week"]`)
		week, err := s.figures(t.Context(), digest.Days(yesterday, 7))
		if err != nil {
			t.Fatal(err)
		}
		s.until("the week", fmt.Sprintf(`document.querySelector(".tile.total b").innerText.includes(%q)`, say.Number(week.Total)))
		s.press(`.waiting a[href^="/case/"]`)
		s.until("the case of who waits", `document.querySelector("article.case")`)
	}
}

// plainText is a text without what only guides its direction, and with single
// spaces.
func plainText(s string) string {
	s = strings.NewReplacer("\u2068", "", "\u2069", "", "\u061c", "", "\u200f", "", "\u200e", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

package digest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"rasid/internal/cases"
	"rasid/internal/goldentest"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// play makes a shop's days in a real store.
type play struct {
	*testing.T
	*store.Store
	now time.Time
	n   int
}

func newPlay(t *testing.T, zone *time.Location) *play {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db"), DataDir: dir, Owner: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &play{T: t, Store: s, now: time.Date(2026, 11, 20, 0, 0, 0, 0, zone)}
}

// said records one mention and its score at an hour and minute of the day.
func (p *play) said(day, hour, minute int, source, author, text, label, topic string, severity cases.Severity) cases.Case {
	p.Helper()
	p.n++
	p.now = time.Date(2026, 11, day, hour, minute, 0, 0, p.now.Location())
	m := cases.Mention{
		Source: source, ID: fmt.Sprint(p.n), AuthorID: author, Author: author, Thread: fmt.Sprint(p.n), Text: text,
		URL: fmt.Sprintf("https://reviews.example/noor/%d", p.n), PostedAt: p.now, Direct: true,
	}
	if _, err := p.Record(p.Context(), source, cases.Page{Mentions: []cases.Mention{m}, Next: cases.Cursor(m.ID)}, p.now); err != nil {
		p.Fatal(err)
	}
	c := p.last()
	s := cases.Score{Label: label, Severity: severity, Language: "ar", Value: map[string]float64{"neg": -0.8, "pos": 0.7}[label], Topics: []string{topic}}
	event := cases.Calm
	if label == "neg" {
		event = cases.Flag
	}
	return p.do(c, event, cases.Rasid, 0, func(ch *cases.Change) { ch.Score, ch.Scores = &s, map[int64]cases.Score{c.Last().Num: s} })
}

// promise notes three promises on a case: kept, late and open.
func (p *play) promise(t *testing.T, c cases.Case) {
	t.Helper()
	given := time.Date(2026, 11, 20, 10, 0, 0, 0, p.now.Location())
	var list []cases.Promise
	for i, due := range []time.Duration{4 * time.Hour, 6 * time.Hour, 48 * time.Hour} {
		list = append(list, cases.Promise{Case: c.ID, Draft: 11 + i, Words: "within some hours", OpenedAt: given, DueAt: given.Add(due), State: cases.PromiseOpen})
	}
	list[0], list[1] = list[0].Settled("mona", given.Add(3*time.Hour)), list[1].Settled("mona", given.Add(9*time.Hour))
	p.do(c, cases.Note, "mona", 0, func(ch *cases.Change) { ch.Promises = list })
}

// incident lets cases burn together for some hours, in the afternoon of the
// twentieth.
func (p *play) incident(t *testing.T, source string, ended int, burning ...cases.Case) {
	t.Helper()
	i := &cases.Incident{Kind: cases.Burst, Source: source, OpenedAt: time.Date(2026, 11, 20, 13, 20, 0, 0, p.now.Location())}
	for _, c := range burning {
		u, _, err := p.Enrol(t.Context(), cases.Unhappy{Case: c.ID, Source: source, At: i.OpenedAt, SeenAt: i.OpenedAt}, i, nil)
		if err != nil {
			t.Fatal(err)
		}
		i = &cases.Incident{ID: u.Incident}
	}
	if err := p.CloseIncident(t.Context(), i.ID, time.Date(2026, 11, 20, ended, 5, 0, 0, p.now.Location()), nil); err != nil {
		t.Fatal(err)
	}
}

// learn keeps two lessons of the day.
func (p *play) learn(t *testing.T, cs ...cases.Case) {
	t.Helper()
	var list []cases.Lesson
	for i, c := range cs {
		list = append(list, cases.Lesson{
			Seq: int64(i + 1), Mention: c.Last().Num, Hash: cases.HashWords(c.Last()), Label: "neg", Origin: cases.FromAnswer, By: "mona",
			At: time.Date(2026, 11, 20, 15, i, 0, 0, p.now.Location()),
		})
	}
	if err := p.Teach(t.Context(), int64(len(cs)), list); err != nil {
		t.Fatal(err)
	}
}

func (p *play) last() cases.Case {
	p.Helper()
	list, err := p.List(p.Context(), store.Filter{Limit: 1})
	if err != nil || len(list) != 1 {
		p.Fatalf("the newest case: %v %v", list, err)
	}
	return list[0]
}

// do takes one step some minutes later.
func (p *play) do(c cases.Case, e cases.Event, by string, minutes int, more ...func(*cases.Change)) cases.Case {
	p.Helper()
	p.now = p.now.Add(time.Duration(minutes) * time.Minute)
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: e, By: by, At: p.now}
	for _, m := range more {
		m(&ch)
	}
	c, err := p.Apply(p.Context(), ch)
	if err != nil {
		p.Fatal(err)
	}
	return c
}

// answer drafts, edits when asked, approves and posts.
func (p *play) answer(c cases.Case, minutes int, edited bool) cases.Case {
	p.Helper()
	c = p.do(c, cases.Propose, cases.Rasid, 0, draft("نعتذر عما حدث.", "template:ar/delivery/1", cases.Rasid))
	c = p.do(c, cases.Claim, "mona", minutes/2)
	if edited {
		c = p.do(c, cases.Revise, "mona", 0, draft("نعتذر منك، ونتابع الأمر الآن.", "staff", "mona"))
	}
	d, _ := c.Draft()
	c = p.do(c, cases.Approve, "mona", minutes-minutes/2, func(ch *cases.Change) {
		ch.DraftNo, ch.Send = d.Version, []cases.Send{responder.ReplyRow(c, d, "mona", p.now)}
	})
	return p.do(c, cases.Sent, cases.Rasid, 0)
}

func draft(text, origin, by string) func(*cases.Change) {
	return func(ch *cases.Change) {
		ch.Draft = &cases.Draft{Text: text, Origin: origin, By: by, Language: "ar", At: ch.At}
	}
}

// sample is the scripted day: 20 November 2026 in Riyadh, after two weeks.
func sample(t *testing.T) digest.Figures {
	t.Helper()
	p := newPlay(t, place(t, "Asia/Riyadh"))
	for day := 7; day <= 19; day++ {
		for i := range 3 + day*7%5 {
			label, topic := []string{"pos", "neu", "pos", "neg"}[(day+i)%4], []string{"delivery", "price", "staff"}[(day+i)%3]
			c := p.said(day, 9+i*2, 10, "reviews", fmt.Sprintf("guest-%d-%d", day, i), "كلام من يوم سابق", label, topic, cases.Low)
			if label == "neg" {
				p.do(c, cases.Dismiss, "omar", 9)
			}
		}
	}
	p.do(p.said(15, 21, 0, "reviews", "ليان", "الطلب وصل باردًا", "neg", "delivery", cases.Low), cases.Handle, "mona", 30)
	p.answer(p.said(19, 21, 0, "reviews", "ماجد", "الموظف رفع صوته", "neg", "staff", cases.Low), 70, false)
	first := p.answer(p.said(20, 9, 5, "reviews", "سارة", "طلبي متأخر من ثلاثة أيام ولا أحد يرد علي!!", "neg", "delivery", cases.High), 12, false)
	p.answer(p.said(20, 10, 40, "forum", "Hamad", "The app charged me twice for one latte", "neg", "payment", cases.Low), 44, true)
	p.said(20, 12, 0, "reviews", "ليان", "شكرًا، حُلّت مشكلتي وسأعود", "pos", "other", cases.Mild)
	c := p.answer(p.said(20, 13, 15, "reviews", "Omar", "Cold again, last time I order here", "neg", "delivery", cases.High), 180, false)
	c = p.do(c, cases.Resolve, "mona", 20)
	for _, heard := range []string{"", "4"} {
		event := cases.Rate
		if heard == "" {
			event = cases.Ask
		}
		c = p.do(c, event, "customer", 1, func(ch *cases.Change) { ch.Note = heard })
	}
	p.do(p.said(20, 17, 30, "forum", "someone", "المكان مزدحم دائمًا", "neg", "waiting", cases.Low), cases.Dismiss, "omar", 5)
	p.said(20, 18, 0, "forum", "Nada", "Nice place to study", "pos", "other", cases.Mild)
	p.said(20, 18, 20, "forum", "Rami", "Is it open on Friday?", "neu", "other", cases.Mild)
	p.said(20, 21, 50, "reviews", "<b>عميل</b>", "وجدت شعرة في الكيك <script>alert(1)</script>", "neg", "cleanliness", cases.Critical)
	p.promise(t, c)
	p.incident(t, "reviews", 16, first, c)
	p.learn(t, first, c)
	for _, st := range []cases.SourceStatus{
		{Source: "forum", Kind: "feed", LastOK: p.now, LastTry: p.now},
		{
			Source: "reviews", Kind: "feed", LastOK: p.now.Add(-3 * time.Hour), LastTry: p.now, LastError: "answered 503 Service Unavailable", ErrorsInRow: 9,
			Limits: "Deletions cannot be seen.",
		},
	} {
		if err := p.SaveStatus(t.Context(), st); err != nil {
			t.Fatal(err)
		}
	}
	count := digest.Counter{
		Book: p, Load: p, Targets: digest.Targets{Of: func(cases.Case) (ack, reply time.Duration) { return 30 * time.Minute, 2 * time.Hour }},
		Promises: p, Incidents: p,
	}
	f, err := count.Tally(t.Context(), digest.Day(time.Date(2026, 11, 20, 12, 0, 0, 0, p.now.Location())), time.Date(2026, 11, 21, 7, 0, 0, 0, p.now.Location()))
	if err != nil {
		t.Fatal(err)
	}
	f.Anchor = strings.Repeat("a5", 32) // salted: it differs each time
	return f
}

func words(t *testing.T, language string) *phrases.Catalogue {
	t.Helper()
	say, err := phrases.Load(language)
	if err != nil {
		t.Fatal(err)
	}
	return say
}

var business = map[string]string{"ar": "قهوة نور", "en": "Noor Coffee"}

func golden(t *testing.T, name, got string) {
	t.Helper()
	goldentest.Compare(t, filepath.Join("testdata", name), got, *update)
}

func TestTheSampleDayReadsAsExpectedInEveryFormat(t *testing.T) {
	f := sample(t)
	for language, name := range business {
		say := words(t, language)
		golden(t, "day."+language+".txt", f.Text(say, name)+"\n")
		golden(t, "chat."+language+".txt", f.Chat(say, name)+"\n")
		page, err := f.HTML(say, name)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, _ := strings.Cut(page, "base64,")
		_, after, _ := strings.Cut(rest, `"`)
		golden(t, "day."+language+".html", before+`base64,…"`+after)
		svg, err := f.SVG(say, name)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "day."+language+".svg", svg)
		pic, err := f.PNG(say, name)
		if err != nil {
			t.Fatal(err)
		}
		goldenPicture(t, "day."+language+".png", pic)
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "day.json", string(b)+"\n")
}

// goldenPicture compares pixels: rounding may differ between machines, letters
// and bars may not.
func goldenPicture(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, b := decode(t, file), decode(t, got)
	if a.Bounds() != b.Bounds() {
		t.Errorf("%s: the picture is %v, want %v", name, b.Bounds(), a.Bounds())
		return
	}
	differ, all := 0, a.Bounds().Dx()*a.Bounds().Dy()
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			R, G, B, _ := b.At(x, y).RGBA()
			if far(r, R) || far(g, G) || far(bl, B) {
				differ++
			}
		}
	}
	if differ*10_000 > all { // one pixel in ten thousand
		t.Errorf("%s: %d of %d pixels differ; run with -update and look at the picture", name, differ, all)
	}
}

func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0x2000 }

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	im, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func TestPicturesAreSafeAndLight(t *testing.T) {
	f := sample(t)
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "defs": true, "path": true, "rect": true, "g": true, "use": true}
	for language, name := range business {
		svg, err := f.SVG(words(t, language), name)
		if err != nil {
			t.Fatal(err)
		}
		dec := xml.NewDecoder(strings.NewReader(svg))
		elements := 0
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			e, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			elements++
			if !allowed[e.Name.Local] {
				t.Errorf("%s: element <%s>", language, e.Name.Local)
			}
			for _, a := range e.Attr {
				if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || a.Name.Local == "style" || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#rasid-g") {
					t.Errorf("%s: attribute %s=%q", language, a.Name.Local, a.Value)
				}
			}
		}
		if elements < 100 || len(svg) > 90_000 {
			t.Errorf("%s: %d elements in %d bytes, want at least 100 in at most 90,000", language, elements, len(svg))
		}
		pic, err := f.PNG(words(t, language), name)
		if err != nil {
			t.Fatal(err)
		}
		if len(pic) > 150_000 {
			t.Errorf("%s: the picture has %d bytes, want at most 150,000", language, len(pic))
		}
	}
}

func TestAQuietDaySaysSoInTwoLines(t *testing.T) {
	p := newPlay(t, place(t, "Asia/Riyadh"))
	day := digest.Day(p.now)
	tally := func() digest.Figures {
		f, err := digest.Counter{Book: p, Load: p}.Tally(t.Context(), day, p.now)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, step := range []func(){func() {}, func() { p.said(20, 9, 0, "reviews", "Nada", "Nice", "pos", "other", cases.Mild) }} {
		step()
		for language, name := range business {
			text := tally().Chat(words(t, language), name)
			if n := strings.Count(text, "\n") + 1; n != 2 {
				t.Errorf("%s: a quiet day has %d lines:\n%s", language, n, text)
			}
		}
	}
	burning := tally()
	burning.Incidents = []cases.Incident{{ID: 1, Kind: cases.Copies, Source: "reviews", Count: 9, OpenedAt: p.now}}
	if text := burning.Chat(words(t, "en"), "Noor"); !strings.Contains(text, "the same words from many") {
		t.Errorf("a day on which an incident goes on is not quiet:\n%s", text)
	}
	p.said(20, 10, 0, "reviews", "Hadi", "Bad", "neg", "staff", cases.Low)
	if text := tally().Chat(words(t, "en"), "Noor"); strings.Count(text, "\n") < 5 {
		t.Errorf("a complaint is no quiet day:\n%s", text)
	}
}

func TestAChatMessageFitsWhateverPeopleWrite(t *testing.T) {
	f := sample(t)
	long := strings.Repeat("😡 كلام طويل جدًا ", 400)
	for i := range f.Worst {
		f.Worst[i].Mention.Text, f.Worst[i].Mention.Author = long, long
		f.Worst[i].Mention.URL = "https://reviews.example/" + strings.Repeat("a", 270)
	}
	for i := range f.Topics {
		f.Topics[i].Sample.Mention.Text = long
	}
	for range 40 {
		f.Sources = append(f.Sources, digest.SourceCount{Name: long[:80], Bad: long})
	}
	for language, name := range business {
		text := f.Chat(words(t, language), name)
		if n := len(utf16.Encode([]rune(text))); n > digest.ChatLimit {
			t.Errorf("%s: %d units, want at most %d", language, n, digest.ChatLimit)
		}
		if strings.Count(text, phrases.FSI) != strings.Count(text, phrases.PDI) {
			t.Errorf("%s: an isolate was cut open:\n%s", language, text)
		}
	}
}

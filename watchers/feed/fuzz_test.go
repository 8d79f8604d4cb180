package feed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rasid/watchers"
)

// seeds are the fixtures and the small bombs.
func seeds(f *testing.F) []string {
	f.Helper()
	out := []string{"", "<", "{", "<rss><channel><title>t</title><item/></channel></rss>", `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":1}]}`, `{"feed":{"title":{"label":"t"},"entry":{"id":{"label":"1"}}}}`}
	files, err := filepath.Glob(filepath.Join("testdata", "*.in"))
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range files {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		out = append(out, string(b))
	}
	for _, s := range bombs(2000) {
		if b := s(); len(b) < 4000 {
			out = append(out, b)
		}
	}
	return out
}

func FuzzGuard(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := guard(b)
		if err == nil && c.reason == "" && string(c.body) != string(b) {
			t.Error("the body changed without a word")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add([]byte(s), "")
	}
	f.Add([]byte{'<', 0, 'r', 0}, "text/xml; charset=utf-16")
	d := newDates("Asia/Riyadh")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		clean, err := toUTF8(b, contentType, "")
		if err != nil {
			return
		}
		if !utf8.Valid(clean) {
			t.Fatal("not UTF-8")
		}
		doc, err := parse(clean, d, noon)
		if err != nil {
			return
		}
		if len(doc.items) > maxItems {
			t.Fatalf("%d items", len(doc.items))
		}
		for i, k := range identify(doc.items) {
			if len(k.all()) == 0 {
				t.Fatalf("item %d has no identity", i)
			}
		}
		s := &Source{cfg: DefaultConfig(), name: "x", now: clock, dates: d, first: firstRun{last: maxItems}}
		for _, m := range s.page(doc, state{V: 1}, true, noon).Mentions {
			if !utf8.ValidString(m.Text+m.Title+m.Author+m.ID) || strings.ContainsRune(m.Text+m.Title+m.ID, 0) {
				t.Fatalf("bad text in %+v", m)
			}
			if m.PostedAt.After(noon.Add(ahead)) || len(m.Text) > watchers.MaxText || m.Stars > 5 || m.Stars < 0 {
				t.Fatalf("out of bounds: %+v", m)
			}
		}
	})
}

func FuzzDates(f *testing.F) {
	for _, s := range []string{"Sun, 22 Nov 2026 04:17:00 GMT", "22/11/2026", "٢٢ نوفمبر ٢٠٢٦", "1795321020", "", "2026-11-22T04:17:00Z"} {
		f.Add(s)
	}
	d := newDates("Africa/Cairo")
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := d.parse(s, noon); ok && (at.Year() < 1899 || at.Year() > 2201 || at.Location() != time.UTC) {
			t.Errorf("%q is %v", s, at)
		}
	})
}

func FuzzApple(f *testing.F) {
	f.Add([]byte(`{"feed":{"title":{"label":"t"},"entry":[{"id":{"label":"1"},"im:rating":{"label":"5"},"author":{"name":{"label":"n"}}}]}}`))
	f.Add([]byte(`{"feed":{"entry":{"link":[{"attributes":{"href":1}}]}}}`))
	d := newDates("UTC")
	f.Fuzz(func(t *testing.T, b []byte) {
		doc, ok, err := parseApple(b, d, noon)
		if err == nil && ok && len(doc.items) > maxItems {
			t.Errorf("%d items", len(doc.items))
		}
	})
}

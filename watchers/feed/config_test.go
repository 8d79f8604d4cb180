package feed

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/watchers/watcherstest"
)

func TestEveryMistakeInTheConfigurationIsNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Config)
		fields string
	}{
		"the defaults alone":  {func(c *Config) { c.URL = "" }, "url"},
		"another scheme":      {func(c *Config) { c.URL = "ftp://a/b" }, "url"},
		"no host":             {func(c *Config) { c.URL = "https:///feed" }, "url"},
		"no file":             {func(c *Config) { c.URL = "file:" }, "url"},
		"a password":          {func(c *Config) { c.URL = "https://u:p@a.example/" }, "url"},
		"not an address":      {func(c *Config) { c.URL = "http://a b/%zz" }, "url"},
		"too often":           {func(c *Config) { c.Every = time.Second }, "every"},
		"unknown charset":     {func(c *Config) { c.Charset = "windows-9999" }, "charset"},
		"unknown zone":        {func(c *Config) { c.Zone = "Asia/Atlantis" }, "zone"},
		"first_run unknown":   {func(c *Config) { c.FirstRun = "everything" }, "first_run"},
		"first_run no number": {func(c *Config) { c.FirstRun = "last many" }, "first_run"},
		"first_run zero":      {func(c *Config) { c.FirstRun = "last 0" }, "first_run"},
		"first_run bad date":  {func(c *Config) { c.FirstRun = "since 2026-02-30" }, "first_run"},
		"no age":              {func(c *Config) { c.MaxAge = 0 }, "max_age"},
		"fresh on the web":    {func(c *Config) { c.Fresh = true }, "fresh"},
		"a header's newline":  {func(c *Config) { c.Headers = map[string]outbound.Secret{"X": "a\r\nB: c"} }, "headers"},
		"several at once":     {func(c *Config) { c.URL, c.Every, c.MaxAge = "x:", 0, -1 }, "url every max_age"},
		"good":                {func(*Config) {}, ""},
		"a good file":         {func(c *Config) { c.URL, c.Every, c.Fresh = "file:a.xml", time.Second, true }, ""},
	} {
		c := DefaultConfig()
		c.URL = "https://shop.example/feed"
		tc.change(&c)
		var fields []string
		for _, f := range c.Check() {
			fields = append(fields, f.Field)
			if f.Problem == "" || f.Write == "" {
				t.Errorf("%s: %+v does not say what is wrong and what to write", name, f)
			}
		}
		if strings.Join(fields, " ") != tc.fields {
			t.Errorf("%s: faults in %v, want %s", name, fields, tc.fields)
		}
		if _, err := New(c, "x", faketest.Net(t), clock); (err == nil) != (tc.fields == "") {
			t.Errorf("%s: New says %v", name, err)
		}
	}
}

func TestTheBundledSampleIsFreshAndComplete(t *testing.T) {
	for file, want := range map[string]int{"feed.xml": 45, "mentions.json": 5} {
		src := source(t, "file:"+file, func(c *Config) {
			c.Dir, c.FirstRun, c.Fresh, c.Dedicated = filepath.Join("..", "..", "examples", "sample"), "last 100", true, true
		})
		p := watcherstest.Poll(t, src, "")
		if len(p.Mentions) < want {
			t.Fatalf("%s: %d mentions", file, len(p.Mentions))
		}
		if newest := p.Mentions[len(p.Mentions)-1].PostedAt; !newest.Equal(noon) {
			t.Errorf("%s: the newest is of %v", file, newest)
		}
		arabic, authors, stars := 0, map[string]int{}, map[int]int{}
		for _, m := range p.Mentions {
			if m.Old || !m.Direct || m.Text == "" || m.URL == "" {
				t.Errorf("%s: %+v", file, m)
			}
			if strings.ContainsAny(m.Text, "ابتثجحخدذرزسشصضطظعغفقكلمنهوي") {
				arabic++
			}
			authors[m.AuthorID]++
			stars[m.Stars]++
		}
		if file != "feed.xml" {
			continue
		}
		again := 0
		for _, n := range authors {
			if n > 1 {
				again++
			}
		}
		if arabic < 25 || len(p.Mentions)-arabic < 12 || again < 3 || len(stars) != 5 || stars[0] != 0 {
			t.Errorf("%d Arabic of %d, %d authors more than once, stars %v", arabic, len(p.Mentions), again, stars)
		}
	}
}

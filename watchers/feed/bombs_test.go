package feed

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rasid/watchers"
)

// bombs are documents built to exhaust memory or time, grown to the largest
// body that is ever fetched (n bytes). Each must be refused or stay within its
// bound.
func bombs(n int) map[string]func() string {
	rss := func(inside string) string {
		return `<rss version="2.0" xmlns:x="u"><channel><title>t</title><item>` + inside + `</item></channel></rss>`
	}
	fill := func(s string) string { return strings.Repeat(s, n/len(s)) }
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	laughs := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">`
	for i := range 9 {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, 'b'+i, strings.Repeat(fmt.Sprintf("&%c;", 'a'+i), 10))
	}
	return map[string]func() string{
		"A1 extension elements, never closed": func() string {
			return `<rss version="2.0" xmlns:x="u"><channel><item>` + strings.Repeat("<x:a>", 2_000_000)
		},
		"A1 extension elements, closed": func() string { return rss(strings.Repeat("<x:a>", n/11) + strings.Repeat("</x:a>", n/11)) },
		"A1 just over the depth":        func() string { return rss(strings.Repeat("<x:a>", maxDepth) + strings.Repeat("</x:a>", maxDepth)) },
		"A1 behind a control character": func() string {
			return "<rss version=\"2.0\" xmlns:x=\"u\"><channel><item>\x01<\x02x:a>" + strings.Repeat("<x:a>", n/6)
		},
		"A1 behind a hidden comment end": func() string {
			return `<rss version="2.0" xmlns:x="u"><!-- -` + "\x01" + `-> <channel><item>` + strings.Repeat("<x:a>", n/6)
		},
		"A1 behind an odd DOCTYPE": func() string {
			return `<!DOCTYPE rss ">" "<![CDATA["><rss xmlns:x="u"><channel><item>` + strings.Repeat("<x:a>", n/6)
		},
		"A1 unknown elements": func() string { return rss(strings.Repeat("<a>", n/7) + strings.Repeat("</a>", n/7)) },
		"A1 xhtml content": func() string {
			return `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">` + strings.Repeat("<div>", n/11) + strings.Repeat("</div>", n/11) + `</content></entry></feed>`
		},
		"A1 nested xml:base": func() string {
			return `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">` + fill(`<div xml:base="a/">`)
		},
		"A2 items":                            func() string { return `<rss version="2.0"><channel>` + fill("<item/>") + `</channel></rss>` },
		"A2 categories":                       func() string { return rss(fill("<category/>")) },
		"A2 extensions":                       func() string { return rss(fill("<x:a/>")) },
		"A2 extensions, just under the limit": func() string { return rss(strings.Repeat("<x:a/>", maxElements-10)) },
		"A3 attributes":                       func() string { return rss("<x:a" + numbered(` a%d=""`) + "/>") },
		"A3 attributes without values":        func() string { return rss("<x:a" + fill(" a") + "/>") },
		"A3 attributes without blanks":        func() string { return rss("<x:a " + fill(`a=""`) + "/>") },
		"A3 namespaces":                       func() string { return rss(numbered(`<x:a xmlns:n%d="u"/>`)) },
		"A3 namespaces, nested": func() string {
			return rss(strings.Repeat(`<x:a `+namespaces(60)+`>`, 60) + strings.Repeat(`<x:b xmlns:q="u"/>`, 190_000))
		},
		"A4 billion laughs":     func() string { return laughs + `]>` + rss("<title>&j;</title>") },
		"A4 parameter entities": func() string { return `<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]>` + rss("") },
		"A4 quadratic": func() string {
			return `<!DOCTYPE r [<!ENTITY a "` + strings.Repeat("x", 50_000) + `">]>` + rss("<title>"+strings.Repeat("&a;", 50_000)+"</title>")
		},
		"A5 external entity": func() string {
			return `<!DOCTYPE foo [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>` + rss("<title>x&xxe;y</title>")
		},
		"A10 title":                      func() string { return rss("<title>" + strings.Repeat("A", n) + "</title>") },
		"A10 text of entities":           func() string { return rss("<description>" + fill("&amp;") + "</description>") },
		"A10 text in comments' pieces":   func() string { return rss("<x:a>" + fill("a<!---->") + "</x:a>") },
		"A10 text between elements":      func() string { return rss("<x:a>" + strings.Repeat("aaaaaaaaaaaaaaaaaaa<b/>", 190_000) + "</x:a>") },
		"A10 one letter with many marks": func() string { return rss("<title>a" + fill("\u0301") + "</title>") },
		"A10 nested HTML":                func() string { return rss("<description><![CDATA[" + fill("<div>") + "]]></description>") },
		"A10 HTML that never ends":       func() string { return rss("<description><![CDATA[" + fill("<a href=") + "]]></description>") },
		"A11 a second declaration":       func() string { return `<rss version="2.0"><?xml version="1.0" encoding="utf-16"?><channel/></rss>` },
		"A12 JSON arrays":                func() string { return strings.Repeat("[", n) },
		"A12 JSON objects": func() string {
			return `{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat(`{"a":`, n/6)
		},
		"A12 JSON items": func() string {
			return `{"version":"https://jsonfeed.org/version/1","title":"t","items":[` + strings.Repeat("{},", 190_000) + `{}]}`
		},
		"A12 JSON values": func() string {
			return `{"version":"https://jsonfeed.org/version/1","title":"t","items":[{"tags":[` + strings.Repeat("1,", n/2) + `1]}]}`
		},
		"A12 Apple entries": func() string {
			return `{"feed":{"title":{"label":"t"},"entry":[` + strings.Repeat(`{"im:rating":{"label":"1"}},`, 60_000) + `{}]}}`
		},
	}
}

func namespaces(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `xmlns:n%d="u" `, i)
	}
	return b.String()
}

// accepted names the bombs that are read, since the limits make them harmless.
var accepted = map[string]string{
	"A2 items":                            "the first 1000 items are kept",
	"A2 extensions, just under the limit": "within the limits",
	"A10 title":                           "cut to the longest title",
	"A10 text of entities":                "cut to the longest text",
	"A10 one letter with many marks":      "cut between code points",
	"A10 nested HTML":                     "tokens, no tree",
	"A10 HTML that never ends":            "tokens, no tree",
	"A12 JSON items":                      "the first 1000 items are kept",
	"A12 Apple entries":                   "the first 1000 items are kept, under the cap on values",
}

func TestBombsAreRefusedOrStayWithinTheirBounds(t *testing.T) {
	d := newDates("UTC")
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var table strings.Builder
	for _, name := range slices.Sorted(maps.Keys(bombs(maxBody))) {
		size := maxBody
		if accepted[name] != "" && raceOn {
			size /= 10 // what is read to the end takes half a minute otherwise
		}
		body, err := toUTF8([]byte(bombs(size)[name]()), "", "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		before := allocated()
		start := time.Now()
		c, err := guard(body)
		guardTook, guardAlloc := time.Since(start), allocated()-before
		verdict := "refused: "
		if err == nil {
			doc, perr := parse(body, d, now)
			err = perr
			verdict = fmt.Sprintf("read, %d items", len(doc.items))
			checkBounds(t, name, doc)
			if len(doc.items) > maxItems {
				t.Errorf("%s: %d items", name, len(doc.items))
			}
		}
		if err != nil {
			verdict = "refused: " + strings.TrimPrefix(err.Error(), errBomb.Error()+": ")
		}
		if _, ok := accepted[name]; ok == (err != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !errors.Is(err, errBomb) && !errors.Is(err, errNotFeed) {
			t.Errorf("%s: refused without a reason of ours: %v", name, err)
		}
		if guardAlloc > 64<<20 && len(c.body) == 0 {
			t.Errorf("%s: refusing it took %d MiB", name, guardAlloc>>20)
		}
		fmt.Fprintf(&table, "| %s | %.1f MiB | %.80s | %.1f ms | %.1f MiB | %.0f ms | %.0f MiB |\n", name, float64(len(body))/(1<<20), verdict,
			guardTook.Seconds()*1e3, float64(guardAlloc)/(1<<20), time.Since(start).Seconds()*1e3, float64(allocated()-before)/(1<<20))
	}
	t.Logf("\n| document | size | verdict | guard | guard allocates | whole | whole allocates |\n|---|---|---|---|---|---|---|\n%s", table.String())
}

// checkBounds holds whatever was read against the limits on texts.
func checkBounds(t *testing.T, name string, doc document) {
	t.Helper()
	for _, it := range doc.items {
		if len(it.title) > maxTitle || len(it.text) > watchers.MaxText || len(it.author) > maxAuthor {
			t.Errorf("%s: a text is longer than its limit: %d %d %d", name, len(it.title), len(it.text), len(it.author))
		}
		if strings.Contains(it.text+it.title, "root:") {
			t.Errorf("%s: file data in the text", name)
		}
	}
}

func allocated() uint64 {
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	return ms.TotalAlloc
}

func TestTheGuardCutsBehindTheLastWholeItem(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`<rss version="2.0"><channel><title>t</title>`)
	for i := range maxItems + 200 {
		fmt.Fprintf(&b, `<item><guid>g%d</guid><title>t%d</title></item>`, i, i)
	}
	doc, err := parse(append(bytes.Clone(b.Bytes()), `</channel></rss>`...), newDates("UTC"), time.Now())
	if err != nil || len(doc.items) != maxItems || doc.items[999].guid != "g999" || !strings.Contains(doc.cut, "more than 1000") {
		t.Errorf("too many: %d items, %q, %v", len(doc.items), doc.cut, err)
	}
	broken := `<rss version="2.0"><channel><title>t</title><item><guid>1</guid></item><item><guid>2</guid></item><item><guid>3</gu`
	doc, err = parse([]byte(broken), newDates("UTC"), time.Now())
	if err != nil || len(doc.items) != 2 || !strings.Contains(doc.cut, "broken after item 2") {
		t.Errorf("broken off: %d items, %q, %v", len(doc.items), doc.cut, err)
	}
	nested := `<rss version="2.0" xmlns:x="u"><channel><title>t</title><item><guid>1</guid><x:item/><x:item>`
	if doc, err = parse([]byte(nested), newDates("UTC"), time.Now()); err == nil {
		t.Errorf("an item within an item counted as whole: %+v", doc)
	}
}

func TestHonestFeedsPassTheGuardUnchanged(t *testing.T) {
	for name, s := range map[string]string{
		"a DOCTYPE of RSS 0.91":  `<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>t</title></channel></rss>`,
		"many equals in a value": `<rss version="2.0"><channel><title>t</title><item><link href="` + strings.Repeat("a=b&amp;", 500) + `"/></item></channel></rss>`,
		"quotes within quotes":   `<rss version="2.0"><channel><title>t</title><item><link href='"=" "=" ` + strings.Repeat(`"= `, 100) + `'/></item></channel></rss>`,
		"a long enclosure list":  `<rss version="2.0"><channel><title>t</title>` + strings.Repeat(`<item><guid>a</guid>`+strings.Repeat(`<category>c</category>`, 20)+`</item>`, 900) + `</channel></rss>`,
	} {
		c, err := guard([]byte(s))
		if err != nil || string(c.body) != s || c.reason != "" {
			t.Errorf("%s: %v %q", name, err, c.reason)
		}
	}
}

// TestOneBombsMemory runs each bomb in a process of its own and prints the
// highest resident size above that of an empty document.
func TestOneBombsMemory(t *testing.T) {
	const env = "FEED_TEST_BOMB"
	if name, child := os.LookupEnv(env); child {
		body := []byte("<rss/>")
		if name != "" {
			body = []byte(bombs(maxBody)[name]())
		}
		if clean, err := toUTF8(body, "", ""); err == nil {
			_, _ = parse(clean, newDates("UTC"), time.Now())
		}
		fmt.Fprintf(os.Stdout, "peak=%d\n", peakKiB())
		return
	}
	if peakKiB() == 0 || testing.Short() || raceOn {
		t.Skip("a measurement for Linux, without the race detector and without -short: each bomb needs a process")
	}
	peak := func(name string) int {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOneBombsMemory$")
		cmd.Env = append(os.Environ(), env+"="+name)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: the process died: %v", name, err)
		}
		_, after, _ := strings.Cut(string(out), "peak=")
		n, _ := strconv.Atoi(strings.Fields(after)[0])
		return n
	}
	base := peak("")
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(bombs(maxBody))) {
		fmt.Fprintf(&b, "| %s | %d MiB |\n", name, (peak(name)-base)/1024)
	}
	t.Logf("\nan empty document: %d MiB\n| document | above it |\n|---|---|\n%s", base/1024, b.String())
}

// peakKiB reads the highest resident size of this process, 0 where unknown.
func peakKiB() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, ok := strings.Cut(string(status), "VmHWM:")
	if !ok {
		return 0
	}
	n, _ := strconv.Atoi(strings.Fields(after)[0])
	return n
}

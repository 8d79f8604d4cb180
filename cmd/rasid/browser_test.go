package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// shots is where the browser test leaves its pictures; the README's are made
// with -shots ../../docs/images.
var shots = flag.String("shots", "", "folder for the pictures of the page; empty = a temporary one")

// lines collects what a running program prints.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// soon waits until what returns something, at most half a minute.
func soon(t testing.TB, what string, get func() string) string {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		if s := get(); s != "" {
			return s
		}
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s did not happen in half a minute", what)
		}
	}
}

var linkPattern = regexp.MustCompile(`http://127\.0\.0\.1:\d+/enter\?key=\S+`)

// startSample runs the repository's own config.yaml, on a port the system
// chooses and a database of its own, and returns the one-time link.
func startSample(t *testing.T) (link string, out *lines) {
	t.Helper()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mine := regexp.MustCompile(`listen: \S+`).ReplaceAllString(string(text), "listen: 127.0.0.1:0")
	mine = regexp.MustCompile(`(?m)^data: \S+`).ReplaceAllString(mine, "data: "+filepath.Join(dir, "data"))
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	out = &lines{}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	p := &program{in: strings.NewReader(""), out: out, err: out, env: os.LookupEnv, now: time.Now}
	go func() { done <- p.run(ctx, []string{"run", "--config", path}) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("the program ended with %d:\n%s", code, out)
		}
	})
	return soon(t, "the one-time link", func() string { return linkPattern.FindString(out.String()) }), out
}

// browser starts Debian's Chromium without a window, or skips.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium on PATH: the page is not looked at (apt-get install chromium)")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(profile(t)))
	alloc, stopAll := chromedp.NewExecAllocator(t.Context(), flags...)
	ctx, stop := chromedp.NewContext(alloc)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(func() { cancel(); stop(); stopAll() })
	return ctx
}

func TestJourneyOneInABrowser(t *testing.T) {
	ctx := browser(t)
	link, _ := startSample(t)
	base := link[:strings.Index(link, "/enter")]
	dir := *shots
	if dir == "" {
		dir = t.TempDir()
	} else if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	do := func(what string, actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	picture := func(name string, width int64) {
		t.Helper()
		var png []byte
		do("picture "+name, emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500), chromedp.Sleep(200*time.Millisecond), chromedp.CaptureScreenshot(&png))
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	do("entering", cdp.Enable(), chromedp.Navigate(link), chromedp.WaitVisible("ol.cards li.card"))
	soon(t, "a flagged case with a draft", func() string {
		var n int
		do("counting", chromedp.Navigate(base+"/"), chromedp.Evaluate(`document.querySelectorAll("button[value=approve]").length`, &n))
		if n < 10 {
			return ""
		}
		return fmt.Sprint(n)
	})
	for _, lang := range []string{"ar", "en"} {
		var dirOf, overflow string
		choose := fmt.Sprintf(`(() => { if (document.documentElement.lang !== %q) document.querySelector("form[action='/language'] button").click() })()`, lang)
		do("choosing "+lang, chromedp.Evaluate(choose, nil), chromedp.Sleep(300*time.Millisecond), chromedp.WaitVisible(fmt.Sprintf(`html[lang=%q] ol.cards`, lang)),
			chromedp.AttributeValue("html", "dir", &dirOf, nil))
		if want := map[string]string{"ar": "rtl", "en": "ltr"}[lang]; dirOf != want {
			t.Errorf("the %s page runs %s, want %s", lang, dirOf, want)
		}
		for name, width := range map[string]int64{"wide": 1200, "narrow": 390} {
			picture("inbox-"+lang+"-"+name, width)
			do("measuring", chromedp.Evaluate(`String(document.documentElement.scrollWidth > document.documentElement.clientWidth)`, &overflow))
			if overflow == "true" {
				t.Errorf("the %s page is wider than %d pixels", lang, width)
			}
		}
	}

	// Approve the first case, and see it answered in public.
	var href, draft, state, outlet string
	do("opening a case", emulation.SetDeviceMetricsOverride(1200, 900, 1, false),
		chromedp.AttributeValue("li.card:has(button[value=approve]) h2 a", "href", &href, nil))
	do("opening "+href, chromedp.Navigate(base+href), chromedp.WaitVisible("article.case"), chromedp.Text("article.case p.draft", &draft, chromedp.ByQuery))
	picture("case-en-wide", 1200)
	do("approving", chromedp.Click("button[value=approve]"), chromedp.WaitVisible(".flash"))
	soon(t, "the answered state", func() string {
		do("reading the state", chromedp.Navigate(base+href), chromedp.WaitVisible("article.case"), chromedp.Text("article.case .state", &state, chromedp.ByQuery))
		if state != "answered" {
			return ""
		}
		return state
	})
	do("reading the outlet", chromedp.Navigate(base+"/outlet"), chromedp.Text("main", &outlet, chromedp.ByQuery))
	if !strings.Contains(outlet, strings.TrimSpace(draft)) {
		t.Errorf("the outlet does not show what was approved:\n%s\n\noutlet:\n%s", draft, outlet)
	}
	picture("outlet-en-wide", 1200)
	do("the digest", chromedp.Navigate(base+"/digest"), chromedp.WaitVisible("main h1"))
	picture("digest-en-wide", 1200)

	// A second use of the link lets nobody in.
	var words string
	do("using the link again", cdp.ClearBrowserCookies(), chromedp.Navigate(link), chromedp.WaitVisible("a.brand"), chromedp.WaitNotPresent("form[data-auto]"), chromedp.Text("main", &words, chromedp.ByQuery))
	if !strings.Contains(words, "used up") && !strings.Contains(words, "استُعمل") {
		t.Errorf("the one-time link worked twice: %s", words)
	}
}

// profile is a folder for the browser. Its helpers write for a moment after it
// has ended, which t.TempDir would call a failure.
func profile(t *testing.T) string {
	dir, err := os.MkdirTemp("", "rasid-browser-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			<-time.After(100 * time.Millisecond)
		}
		t.Logf("%s is left behind", dir)
	})
	return dir
}

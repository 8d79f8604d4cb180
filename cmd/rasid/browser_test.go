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
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// shots is where the browser tests leave their pictures; `make pictures` copies
// six of them into docs/images for the README.
var shots = flag.String("shots", filepath.Join("..", "..", "test-pictures"), "folder for the pictures of the page")

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

// soon waits until what returns something, at most a minute.
func soon(t testing.TB, what string, get func() string) string {
	t.Helper()
	found := ""
	if !patiently(func() bool { found = get(); return found != "" }) {
		t.Fatalf("%s did not happen in a minute", what)
	}
	return found
}

// patiently asks again until something holds, at most for a minute, and says
// whether it came to hold.
func patiently(holds func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for {
		if holds() {
			return true
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return false
		}
	}
}

var linkPattern = regexp.MustCompile(`http://127\.0\.0\.1:\d+/enter\?key=\S+`)

// sample lays config.yaml out in a folder of its own, with a free port, and returns where it is.
func sample(t testing.TB) (path string) {
	t.Helper()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mine := regexp.MustCompile(`listen: \S+`).ReplaceAllString(string(text), "listen: 127.0.0.1:0")
	mine = regexp.MustCompile(`(?m)^data: \S+`).ReplaceAllString(mine, "data: "+filepath.Join(dir, "data"))
	path = filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	return path
}

// startSample runs the repository's own config.yaml, on a port the system
// chooses and a database of its own, and returns the one-time link.
func startSample(t testing.TB) (link string, out *lines) {
	t.Helper()
	path := sample(t)
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
func browser(t testing.TB) context.Context {
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
	patience := 6 * time.Minute // machines that run many tests at once are slow
	if *everywhere != "" {
		patience = time.Hour
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	t.Cleanup(func() { cancel(); stop(); stopAll() })
	return ctx
}

// tab is one open page of a browser.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string // where the page is
	dir  string // where pictures go

	mu      sync.Mutex
	strange []string // requests that left for elsewhere

	seen string // the page as it was last looked at
	told bool
}

// open makes the browser look at the page, and watches where it asks.
func open(t testing.TB, base string) *tab {
	t.Helper()
	p := &tab{t: t, ctx: browser(t), base: base, dir: *shots}
	if err := os.MkdirAll(p.dir, 0o750); err != nil {
		p.dir = t.TempDir() // a source tree that may only be read
	}
	chromedp.ListenTarget(p.ctx, func(e any) {
		if r, ok := e.(*cdp.EventRequestWillBeSent); ok && !strings.HasPrefix(r.Request.URL, base+"/") && !strings.HasPrefix(r.Request.URL, "data:") {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.strange = append(p.strange, r.Request.URL)
		}
	})
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.strange) > 0 {
			t.Errorf("the page asked elsewhere: %v", p.strange)
		}
	})
	p.do("watching the network", cdp.Enable(), emulation.SetDeviceMetricsOverride(1200, 900, 1, false))
	return p
}

func (p *tab) do(what string, actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// visit opens an address of the page and waits for what stands at its end.
func (p *tab) visit(path string) {
	p.t.Helper()
	p.do("opening "+path, chromedp.Navigate(p.base+path), chromedp.WaitReady("body[data-ready] main h1", chromedp.ByQuery))
}

// js evaluates an expression and returns it as text.
func (p *tab) js(expression string) string {
	p.t.Helper()
	var s string
	p.do(expression, chromedp.Evaluate("Promise.resolve("+expression+").then(String)", &s, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return s
}

// until waits until an expression is true in the page.
func (p *tab) until(what, expression string) {
	p.t.Helper()
	p.t.Cleanup(func() {
		if p.t.Failed() && !p.told {
			p.told = true
			p.t.Logf("waited for: %s\nthe page: %s", what, p.seen)
		}
	})
	soon(p.t, what, func() string {
		_ = chromedp.Run(p.ctx, chromedp.Evaluate(`location.pathname + " " + document.body.dataset.pulse + "\n" + document.body.innerText`, &p.seen))
		var ok bool
		if err := chromedp.Run(p.ctx, chromedp.Evaluate("!!("+expression+")", &ok)); err != nil || !ok {
			return "" // also while the page is being exchanged
		}
		return "yes"
	})
}

// press presses a button as soon as it is there. The page may be exchanging the
// part it stands in, so it is found and pressed in one breath. A press that sends
// a form ends the page, which lives on and is even kept true until the answer is
// there: what is done next must not be done to the old one.
func (p *tab) press(button string) {
	p.t.Helper()
	p.until(button, fmt.Sprintf(`document.querySelector(%q)`, button))
	var sends bool
	p.do("pressing "+button, chromedp.Evaluate(fmt.Sprintf(`(b => {
		const sends = b.form?.method === "post" && b.type === "submit" && b.form.checkValidity();
		if (sends) document.body.dataset.left = "1";
		b.click();
		return Boolean(sends);
	})(document.querySelector(%q))`, button), &sends))
	if sends {
		p.until("the answer to "+button, `!document.body.dataset.left && document.body.dataset.ready`)
	}
}

// speak switches the page to a language.
func (p *tab) speak(language string) {
	p.t.Helper()
	if p.js("document.documentElement.lang") != language {
		p.press(`form[action="/language"] button`)
	}
	p.until("the page in "+language, fmt.Sprintf(`document.documentElement.lang === %q && document.body.dataset.ready`, language))
}

// picture keeps what is seen.
func (p *tab) picture(name string, width int64) {
	p.t.Helper()
	var png []byte
	p.do("picture "+name, emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500), chromedp.Evaluate(`document.activeElement?.blur(); scrollTo(0, 0); document.fonts.ready.then(() => 1)`, nil),
		chromedp.CaptureScreenshot(&png), emulation.SetDeviceMetricsOverride(1200, 900, 1, false))
	if len(png) > 200<<10 {
		p.t.Errorf("the picture %s has %d bytes, want at most 200 KB", name, len(png))
	}
	if err := os.WriteFile(filepath.Join(p.dir, name+".png"), png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// scheme is light or dark.
func (p *tab) scheme(name string) {
	p.t.Helper()
	p.do("scheme "+name, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}, // a colour half-way is none
	}))
}

// profile is a folder for the browser. Its helpers write for a moment after it
// has ended, which t.TempDir would call a failure.
func profile(t testing.TB) string {
	dir, err := os.MkdirTemp("", "rasid-browser-") //nolint:usetesting // t.TempDir fails the test when the browser still writes, as above
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

package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// BenchmarkFirstPaint measures how long the inbox takes until something is
// painted, beside a page that is empty; docs/measurements.md quotes it. It is
// no test: machines differ, their ratio hardly does.
func BenchmarkFirstPaint(b *testing.B) {
	link, _ := startSample(b)
	p := open(b, link[:strings.Index(link, "/enter")])
	p.do("entering", chromedp.Navigate(link), chromedp.WaitVisible("ol.cards li.card", chromedp.ByQuery))
	p.until("the whole sample", `document.querySelectorAll("button[value=approve]").length >= 10`)
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>empty</title><p>.</p>"))
	}))
	b.Cleanup(empty.Close)
	var page, blank []float64
	for b.Loop() {
		page = append(page, p.paint(p.base+"/"))
		blank = append(blank, p.paint(empty.URL))
	}
	p.strange = nil // the empty page is meant to be elsewhere
	b.ReportMetric(median(page), "ms/page")
	b.ReportMetric(median(blank), "ms/empty")
	b.ReportMetric(median(page)/median(blank), "ratio")
}

// paint opens an address and returns when something was first seen, in
// milliseconds after the request.
func (p *tab) paint(url string) float64 {
	p.do("opening "+url, chromedp.Navigate(url))
	text := p.js(`new Promise(done => new PerformanceObserver(l => l.getEntriesByName("first-contentful-paint").forEach(e => done(e.startTime))).observe({type: "paint", buffered: true}))`)
	ms, err := strconv.ParseFloat(text, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return ms
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

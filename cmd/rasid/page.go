package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rasid/internal/cases"
	"rasid/internal/console"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
	"rasid/responder/outlet"
)

// page is the console as a staff room: it reads the cases themselves, so there
// is nothing to send it.
type page struct{}

// Show has nothing to do: the page shows every case as it is.
func (page) Show(_ context.Context, room string, _ responder.Card, _ string) (string, error) {
	return room, nil
}

// Say has nothing to do: notices are lines of the history, which the page shows.
func (page) Say(context.Context, string, string, []byte) error { return nil }

// Listen waits: the page calls the clerk itself.
func (page) Listen(ctx context.Context, _ func(context.Context, responder.Decision) (responder.Answer, error)) error {
	<-ctx.Done()
	return nil
}

// record shows the store to the page.
type record struct{ *store.Store }

// List turns the page's filter into the store's.
func (r record) List(ctx context.Context, f console.Filter) ([]cases.Case, error) {
	return r.Store.List(ctx, store.Filter{States: f.States, Source: f.Source, Query: f.Query, Before: f.Before, Limit: f.Limit})
}

// console makes the page of the house, or nil when it is switched off.
func (h *house) console() (*console.Console, error) {
	room := ""
	for _, r := range h.cfg.Rooms {
		if r.Kind == "console" {
			room = r.Name
		}
	}
	o := console.Options{
		Office: h.office, Record: record{h.store}, Clerk: h.clerk, Room: room, Language: string(h.cfg.Business.Language),
		Digest: func(ctx context.Context, day time.Time) (digest.Figures, error) {
			return digest.Tally(ctx, h.store, h.store, day, h.office.Zone, h.now())
		},
		Sources: h.store.Statuses, Stopped: posting{h.store}.Stopped, Metrics: h.metrics(), Hooks: h.hooks(""), Clock: h.now, Log: h.log.With("part", "console"),
	}
	if h.outlet != nil {
		o.Outlet = func() ([]console.Post, error) { return posts(h.outlet) }
	}
	return console.New(o)
}

func posts(o *outlet.Outlet) ([]console.Post, error) {
	all, err := o.Posts()
	if err != nil {
		return nil, err
	}
	out := make([]console.Post, len(all))
	for i, p := range all {
		out[i] = console.Post{Author: p.Author, Said: p.Said, Text: p.Text, At: p.At}
	}
	return out, nil
}

// report opens a case from what a member of staff heard. Each report is its
// own customer: two reports by one colleague must not join.
func (h *house) report(ctx context.Context, by responder.Person, text string, now time.Time) (int64, error) {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails (Go 1.24+)
	id := fmt.Sprintf("%s/%s", by.ID, hex.EncodeToString(b))
	m := cases.Mention{Source: responder.ReportSource, ID: id, AuthorID: id, Author: by.Name, Text: text, PostedAt: now, Direct: true}
	if _, err := h.store.Record(ctx, responder.ReportSource, cases.Page{Mentions: []cases.Mention{m}}, now); err != nil {
		return 0, err
	}
	list, err := h.store.List(ctx, store.Filter{Source: responder.ReportSource, Limit: 20})
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		for _, said := range c.Mentions {
			if said.ID == id {
				return c.ID, nil
			}
		}
	}
	return 0, fmt.Errorf("finding the case of report %s: %w", id, cases.ErrNotFound)
}

// metrics counts what an operator's alerts need. Labels are bounded: states
// and source names only.
func (h *house) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(gauges{
		h:     h,
		cases: prometheus.NewDesc("rasid_cases", "Cases by state.", []string{"state"}, nil),
		seen:  prometheus.NewDesc("rasid_mentions_total", "Mentions recorded since the first start, by source.", []string{"source"}, nil),
		errs:  prometheus.NewDesc("rasid_source_errors_in_row", "Polls that failed in a row, by source.", []string{"source"}, nil),
		ok:    prometheus.NewDesc("rasid_source_last_ok_seconds", "Unix time of the last answered poll, by source.", []string{"source"}, nil),
		stop:  prometheus.NewDesc("rasid_posting_stopped", "1 while the kill switch is on.", nil, nil),
	})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// gauges reads the figures when they are asked for.
type gauges struct {
	h                           *house
	cases, seen, errs, ok, stop *prometheus.Desc
}

// Describe lists the figures.
func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.cases, g.seen, g.errs, g.ok, g.stop} {
		ch <- d
	}
}

// Collect reads the figures. What cannot be read now is left out of this
// scrape.
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if counts, err := g.h.store.Counts(ctx); err == nil {
		for _, s := range cases.States() {
			ch <- prometheus.MustNewConstMetric(g.cases, prometheus.GaugeValue, float64(counts[s]), string(s))
		}
	}
	if states, err := g.h.store.Statuses(ctx); err == nil {
		for _, s := range states {
			ch <- prometheus.MustNewConstMetric(g.seen, prometheus.CounterValue, float64(s.Seen), s.Source)
			ch <- prometheus.MustNewConstMetric(g.errs, prometheus.GaugeValue, float64(s.ErrorsInRow), s.Source)
			ch <- prometheus.MustNewConstMetric(g.ok, prometheus.GaugeValue, float64(s.LastOK.Unix()), s.Source)
		}
	}
	if _, _, _, on, err := g.h.store.Stopped(ctx); err == nil {
		v := 0.0
		if on {
			v = 1
		}
		ch <- prometheus.MustNewConstMetric(g.stop, prometheus.GaugeValue, v)
	}
}

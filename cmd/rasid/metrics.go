package main

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rasid/internal/cases"
)

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
	if states, err := g.h.watched().Statuses(ctx); err == nil {
		for _, s := range states {
			ch <- prometheus.MustNewConstMetric(g.seen, prometheus.CounterValue, float64(s.Seen), s.Source)
			ch <- prometheus.MustNewConstMetric(g.errs, prometheus.GaugeValue, float64(s.ErrorsInRow), s.Source)
			if !s.LastOK.IsZero() { // before the first answer there is no time to tell
				ch <- prometheus.MustNewConstMetric(g.ok, prometheus.GaugeValue, float64(s.LastOK.Unix()), s.Source)
			}
		}
	}
	if stop, err := g.h.store.Stopped(ctx); err == nil {
		v := 0.0
		if stop.On {
			v = 1
		}
		ch <- prometheus.MustNewConstMetric(g.stop, prometheus.GaugeValue, v)
	}
}

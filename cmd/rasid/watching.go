package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/responder"
	"rasid/watchers"
	"rasid/watchers/match"
)

// about is what a source's words match; nil where everything is about the
// business.
func (h *house) about(s config.Source) (func(cases.Mention) bool, error) {
	query := cmp.Or(s.Match, h.cfg.Business.Match)
	if s.Dedicated || strings.TrimSpace(query) == "" {
		return nil, nil
	}
	q, err := match.Parse(query)
	if err != nil {
		return nil, err
	}
	return q.Match, nil
}

func (h *house) makeWatchers(ctx context.Context) error {
	saved, err := h.store.Statuses(ctx)
	if err != nil {
		return fmt.Errorf("reading how the sources stood: %w", err)
	}
	kinds := sourceKinds()
	colleagues := &responder.Colleagues{Desk: h.store, Where: h.store, Log: h.log}
	h.writer.Elsewhere = colleagues.Step
	moderation := &responder.Moderation{Desk: h.store, Where: h.store, Office: h.office, Log: h.log}
	for _, s := range h.cfg.Sources {
		settings := kinds[s.Kind].settings()
		_ = s.Decode(settings) // its problems, and those of its words, were told when the source was opened
		about, _ := h.about(s)
		w := &watchers.Watcher{
			Name: s.Name, Kind: s.Kind, Source: h.sources[s.Name], Book: h.store, Match: about,
			Every: cmp.Or(s.Every, kinds[s.Kind].every(settings)), Limits: kinds[s.Kind].notAllowed(), Log: h.log,
			Rejected: moderation.Take, Answers: colleagues.Take,
		}
		for _, st := range saved {
			if st.Source == s.Name {
				w.Status = st
			}
		}
		h.watchers = append(h.watchers, w)
	}
	return nil
}

package feed

import (
	"context"
	"fmt"

	"rasid/watchers"
)

// Doctor reads the feed once and says what is wrong with it.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	got, err := s.fetch(ctx, state{})
	if err != nil {
		return []watchers.Advice{{What: "address", Fix: fmt.Sprintf("the feed cannot be reached: %v", err)}}
	}
	advice := []watchers.Advice{{OK: true, What: "address"}}
	doc, err := s.read(got)
	if err != nil {
		return append(advice, watchers.Advice{What: "feed", Fix: fmt.Sprintf("%v; open the address in a browser and look for the address of its feed", err)})
	}
	advice = append(advice, watchers.Advice{OK: true, What: fmt.Sprintf("feed (%s, items: %d)", doc.kind, len(doc.items))})
	dated := 0
	for _, it := range doc.items {
		if !it.at.IsZero() {
			dated++
		}
	}
	if dated < len(doc.items) {
		advice = append(advice, watchers.Advice{What: "dates", Fix: fmt.Sprintf("%d of %d items carry no date that can be read; they count as said when first seen", len(doc.items)-dated, len(doc.items))})
	}
	if doc.cut != "" {
		advice = append(advice, watchers.Advice{What: "completeness", Fix: doc.cut})
	}
	return advice
}

package main

import (
	"cmp"
	"fmt"

	"rasid/internal/config"
	"rasid/watchers"
)

// spotter is the settings of a kind that knows what it reads.
type spotter interface{ Spots() []watchers.Spot }

// readers are what the sources read, by kind and spot: what is read twice brings
// every complaint twice, and a reply to each.
type readers map[string][]reader

// reader is a source that reads a spot.
type reader struct {
	source string
	line   int
	filter string // the words it looks for; "" where it takes everything
}

// twice adds a source and returns what it reads twice, or what another one of
// its kind reads already. Sources that look for different words in one place
// share it: what fits them is theirs.
func (r readers) twice(s config.Source, settings any, direct bool, business string) (found config.Problems) {
	known, ok := settings.(spotter)
	if !ok {
		return nil
	}
	me := reader{source: s.Name, filter: watchers.Words(cmp.Or(s.Match, business))}
	if s.Dedicated || direct {
		me.filter = ""
	}
	for _, spot := range known.Spots() {
		p := s.Problem(spot.Field, "", "")
		me.line = p.Line
		key := s.Kind + " " + spot.Same
		for _, other := range r[key] {
			switch {
			case other.source == s.Name:
				p.Cause, p.Write = fmt.Sprintf("listed twice (first on line %d)", other.line), "it once"
			case spot.ToUs || me.filter == "" || other.filter == "" || me.filter == other.filter:
				p.Cause = fmt.Sprintf("source %s reads this already (line %d), so everything would come twice", other.source, other.line)
				p.Write = "it in one of the two"
			}
			if p.Cause != "" {
				found = append(found, p)
				break
			}
		}
		r[key] = append(r[key], me)
	}
	return found
}

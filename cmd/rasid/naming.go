package main

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/fold"
	"rasid/sentiment"
	"rasid/watchers/match"
)

// naming knows by what names each source speaks of the business. With them the
// scorer can tell a complaint about us from one about somebody else.
type naming struct {
	own    []string            // the names in business.name
	terms  map[string][]string // the words of match, by source
	rivals []string            // policy.words.competitors
}

// namesIn reads the names from the configuration. A source that has no words to
// match speaks of nobody but us.
func namesIn(cfg *config.Config) naming {
	n := naming{terms: map[string][]string{}, rivals: cfg.Policy.Words.Competitors}
	for _, name := range []string{cfg.Business.Name.AR, cfg.Business.Name.EN} {
		if strings.TrimSpace(name) != "" {
			n.own = append(n.own, name)
		}
	}
	for _, s := range cfg.Sources {
		query := cmp.Or(s.Match, cfg.Business.Match)
		if s.Dedicated || strings.TrimSpace(query) == "" {
			continue
		}
		if q, err := match.Parse(query); err == nil { // mistakes are told where the source is opened
			n.terms[s.Name] = q.Terms()
		}
	}
	return n
}

// of are the names by which a mention speaks of us. None are given where it is
// about us anyway, and where it was found by something else than a name in its
// words, such as its author: then nobody knows.
func (n naming) of(s *sentiment.Scorer, m cases.Mention) []string {
	terms, chatter := n.terms[m.Source]
	if m.Direct || !chatter {
		return nil
	}
	for _, names := range [][]string{n.own, terms} {
		if s.Named(m.Words(), names) {
			return names
		}
	}
	return nil
}

// input is what the scorer is asked about a mention.
func (n naming) input(s *sentiment.Scorer, m cases.Mention) sentiment.Input {
	text, stars := said(m), m.Stars
	if drawn := sentiment.Drawn(text); stars == 0 && drawn > 0 {
		text, stars = "", drawn // one star is bad, though a star is a friendly sign
	}
	return sentiment.Input{Text: text, Stars: stars, Lang: m.Lang, AboutUs: m.Direct, Brand: n.of(s, m)}
}

// leaving is how people say that they go to somebody else, in folded text: it
// means us only where a competitor is named.
var leaving = regexp.MustCompile(`\b(?:instead|from now on|go(?:ing)? to|went (?:over )?to|mov(?:e|ed|ing) (?:on |over )?to|switch\w*|better than you|cheaper than you)\b|` +
	`(?:^|\s)و?(?:بروح|رايح\p{L}*|رحت|انتقل\p{L}*|تحولت|بنتقل|بدلكم|بدالكم)(?:\s|$)|(?:احسن|افضل|ارخص|اسرع) منكم`)

// left are words before the name of somebody whom people came from, or put below
// others, in folded text.
var left = []string{"from ", "instead of ", "than ", "من ", "بدل "}

// lost marks who is about to go to a competitor: who complains and names one, or
// says to go there. A comparison alone, a question, or coming from one, is none
// of these.
func (n naming) lost(s *sentiment.Scorer, m cases.Mention, score *cases.Score) {
	words := said(m)
	if !s.Named(words, n.rivals) || score.Label != "neg" && !n.leaves(fold.Text(words)) {
		return
	}
	if !slices.Contains(score.Signals, sentiment.SignalChurn) {
		score.Signals = append(slices.Clone(score.Signals), sentiment.SignalChurn)
	}
	score.Severity = max(score.Severity, cases.High)
}

// leaves reports whether somebody says, in folded text, that they go elsewhere.
func (n naming) leaves(words string) bool {
	for _, rival := range n.rivals {
		for _, before := range left {
			if strings.Contains(words, fold.Text(before+rival)) {
				return false
			}
		}
	}
	return leaving.MatchString(words)
}

// said is what is judged: the customer's words, or the title of who wrote
// nothing below it.
func said(m cases.Mention) string {
	if text := m.Words(); strings.TrimSpace(text) != "" {
		return text
	}
	return m.Title
}

package digest

import (
	"fmt"
	"strings"
	"time"

	"rasid/internal/phrases"
	"rasid/responder"
)

// Text writes the figures as a chat message.
func (f Figures) Text(say *phrases.Catalogue, business string) string {
	lines := []string{say.Say("digest.title", "name", business, "date", f.From.Format(time.DateOnly))}
	add := func(key string, pairs ...any) { lines = append(lines, say.Say(key, pairs...)) }
	switch {
	case f.Total == 0 && f.Answered == 0:
		add("digest.none")
	case f.Neg == 0 && f.Answered == 0:
		add("digest.quiet", "n", f.Total)
	default:
		f.busy(say, add)
	}
	if f.Waiting == 0 {
		add("digest.waiting.none")
	} else {
		add("digest.waiting", "n", f.Waiting, "age", f.Longest)
	}
	for _, s := range f.Sources {
		if s.Bad != "" {
			add("digest.source.bad", "source", s.Name, "why", responder.Visible(s.Bad))
		}
	}
	return strings.Join(lines, "\n")
}

func (f Figures) busy(say *phrases.Catalogue, add func(string, ...any)) {
	add("digest.total", "n", f.Total, "neg", f.Neg, "neu", f.Neu, "pos", f.Pos)
	add("digest.compare", "yesterday", f.Yesterday, "mean", fmt.Sprintf("%.1f", f.Mean7))
	add("digest.net", "net", fmt.Sprintf("%+.0f%%", f.Net()*100))
	if len(f.Topics) > 0 {
		add("digest.topics")
		for _, t := range f.Topics {
			add("digest.topic", "topic", phrases.Plain(say.Say("topic."+t.Topic)), "n", t.N)
		}
	}
	if len(f.Worst) > 0 {
		add("digest.worst")
		for _, m := range f.Worst {
			add("digest.line", "case", m.Case, "name", responder.Visible(m.Mention.Author),
				"text", responder.Excerpt(responder.Visible(m.Mention.Text), 90))
		}
	}
	if f.Answered > 0 {
		add("digest.answered", "n", f.Answered, "median", f.Median, "slow", f.Slow)
	} else {
		add("digest.unanswered")
	}
	add("digest.drafts", "same", f.Same, "edited", f.Edited, "other", f.SetAside)
	add("digest.sources")
	for _, s := range f.Sources {
		add("digest.source.ok", "source", s.Name, "n", s.N)
	}
}

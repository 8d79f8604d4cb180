package responder

import (
	"fmt"
	"slices"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/internal/lines"
)

// Angles tells what about a topic a customer says is wrong: of a delivery that it
// is late, of an order that something is missing. The wordings of a topic claim
// none of it, because a reply that is sorry for what nobody said reads as if no
// one had read; those of an angle do.
type Angles struct {
	words *Topics             // the words of each angle, as if it were a topic
	of    map[string][]string // topic → its angles, in the order of the file
}

// newAngles reads topics/angles.tsv: angle, topics, words.
func newAngles() (*Angles, error) {
	const name = "topics/angles.tsv"
	b, err := topicFiles.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading angles: %w", err)
	}
	a := &Angles{words: &Topics{words: map[string][]weighted{}, stems: map[string][]weighted{}, phrases: map[string][]phrase{}}, of: map[string][]string{}}
	for n, line := range lines.Of(string(b)) {
		cols := strings.Split(line, "\t")
		if len(cols) != 3 {
			return nil, fmt.Errorf("%s:%d: want angle, topics, words", name, n)
		}
		if err := a.words.add(weighted{topic: cols[0], weight: 1, text: fold.Text(cols[2])}); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		for topic := range strings.SplitSeq(cols[1], ",") {
			if !slices.Contains(a.of[topic], cols[0]) {
				a.of[topic] = append(a.of[topic], cols[0])
			}
		}
	}
	return a, nil
}

// Of is the angle from which a case speaks of its topic: the one that most of
// its words say; "" when none does.
func (a *Angles) Of(topic string, c cases.Case) string {
	weight := a.words.weigh(openWords(c))
	if slices.Contains(c.Score.Topics, "waiting") {
		weight["late"]++ // of a delivery; the other angles of waiting have their own words
	}
	best := ""
	for _, angle := range a.of[topic] {
		if weight[angle] > weight[best] {
			best = angle
		}
	}
	return best
}

// openWords is what the customer said that nobody has answered.
func openWords(c cases.Case) string {
	var said strings.Builder
	for _, m := range unanswered(c) {
		said.WriteString(m.Title + "\n" + m.Words() + "\n")
	}
	return said.String()
}

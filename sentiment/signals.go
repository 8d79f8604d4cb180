package sentiment

import (
	"slices"

	"rasid/sentiment/internal/features"
)

// graveSignals are the tags that raise severity; every other tag only describes a word.
var graveSignals = []string{SignalChurn, SignalLegal, SignalPress, SignalSafety, SignalSelfHarm, SignalThreat, SignalAbuse, SignalBoycott}

// signals lists the grave tags of the entries in the text. A negated word gives none: "I am not going to sue".
func signals(p *features.Page) []string {
	var out []string
	for i := range p.Hits {
		h := &p.Hits[i]
		if h.Negator >= 0 {
			continue
		}
		for _, t := range h.Entry.Tags() {
			if slices.Contains(graveSignals, t) && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	slices.Sort(out)
	return out
}

// flagged is the probability from which a text counts as a likely complaint; it is the best threshold for alerts.
const flagged = 0.35

// Severity orders the queue: Calm to Critical, by the signals and the probability of a complaint. Threats and danger are critical
// whatever the mood; the other signals need a likely complaint.
func Severity(signals []string, neg float64) int {
	has := func(s string) bool { return slices.Contains(signals, s) }
	if has(SignalSelfHarm) || has(SignalThreat) && neg >= 0.2 || has(SignalSafety) && neg >= flagged {
		return Critical
	}
	if neg < flagged {
		return Calm
	}
	if has(SignalChurn) || has(SignalLegal) || has(SignalPress) || has(SignalBoycott) || has(SignalAbuse) || neg >= 0.95 {
		return High
	}
	return Low
}

package main

import (
	"slices"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/sentiment"
)

// spared are the signals that words can raise by chance. A threat to life is
// believed whatever stands around it.
var spared = []string{sentiment.SignalChurn, sentiment.SignalLegal, sentiment.SignalPress, sentiment.SignalSafety}

// praised is the probability of praise above which a sign of a threat is not one:
// "I told all my followers how good you are". Threats often speak kindly ("the
// papers would love this story"), so that a mere leaning to praise counts for nothing.
const praised = 0.85

// graver mends the signals of a judgement by the signs in its text. A signal that
// only harmless words raised goes, and the severity with it; one that the scorer
// did not hear comes, and staff see the mention whatever its mood. Warm praise
// threatens nobody, but it may tell of harm.
func graver(scorer *sentiment.Scorer, signs *responder.Signs, in sentiment.Input, r *sentiment.Result) {
	found, rest := signs.Of(in.Text)
	if rest != in.Text && len(r.Signals) > 0 {
		in.Text = rest
		kept := scorer.Score(in).Signals
		r.Signals = slices.DeleteFunc(slices.Clone(r.Signals), func(s string) bool {
			return slices.Contains(spared, s) && !slices.Contains(kept, s)
		})
		r.Severity = sentiment.Severity(r.Signals, r.Neg)
	}
	for _, s := range found {
		if r.Pos > praised && s != sentiment.SignalSafety {
			continue
		}
		if !slices.Contains(r.Signals, s) {
			r.Signals = append(slices.Clone(r.Signals), s)
			slices.Sort(r.Signals)
		}
		r.Severity = max(r.Severity, leastSeverity(s))
	}
}

// leastSeverity is what a sign makes of any mention.
func leastSeverity(signal string) int {
	if signal == sentiment.SignalSafety {
		return int(cases.Critical)
	}
	return int(cases.High)
}

package main

import (
	"fmt"
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

// ear is what every reader of a judgement goes through, at the terminal as in the
// running program, so that all of them are told the same of a text.
type ear struct {
	*sentiment.Scorer
	signs *responder.Signs
}

// newEar reads the scorer's words and the signs.
func newEar() (e ear, err error) {
	if e.Scorer, err = sentiment.New(); err != nil {
		return e, fmt.Errorf("loading the scorer: %w", err)
	}
	e.signs, err = responder.NewSigns()
	return e, err
}

// hear judges a text, with its reasons.
func (e ear) hear(in sentiment.Input) sentiment.Result {
	r := e.Score(in)
	e.mend(in, &r)
	return r
}

// mend gives a judgement of the scorer the signals it goes by.
func (e ear) mend(in sentiment.Input, r *sentiment.Result) {
	graver(e.Scorer, e.signs, in, r)
	if r.Lang == "other" {
		// Words of a third language only look like insults: French "retard" is a delay.
		r.Signals = slices.DeleteFunc(slices.Clone(r.Signals), func(signal string) bool { return signal == "abuse" })
	}
}

// graver mends the signals of a judgement by the signs in its text. A signal that
// only harmless words raised goes, and the severity with it; one that the scorer
// did not hear comes, and staff see the mention whatever its mood. Warm praise
// threatens nobody, but it may tell of harm.
func graver(scorer *sentiment.Scorer, signs *responder.Signs, in sentiment.Input, r *sentiment.Result) {
	found, rest := signs.Of(in.Text)
	if rest != in.Text && len(r.Signals) > 0 {
		in.Text = rest
		kept := scorer.Quick(in).Signals
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

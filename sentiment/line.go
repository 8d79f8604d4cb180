package sentiment

import "encoding/json"

// Line is a Result as programs read it, one JSON object.
type Line struct {
	ID       json.RawMessage `json:"id,omitempty"`
	Lang     string          `json:"lang"`
	Label    Label           `json:"label"`
	Neg      float64         `json:"neg"` // the three probabilities sum to 1
	Neu      float64         `json:"neu"`
	Pos      float64         `json:"pos"`
	Dialect  string          `json:"dialect,omitempty"`
	Severity int             `json:"severity"`
	Signals  []string        `json:"signals,omitempty"`
	Target   float64         `json:"target"` // probability that a complaint in it is about us
	Reasons  []LineReason    `json:"reasons,omitempty"`
}

// LineReason is a Reason as programs read it; Start and End are bytes of the
// text that was judged.
type LineReason struct {
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Text   string  `json:"text"`
	Weight float64 `json:"weight"`
	Kind   string  `json:"kind"`
	By     string  `json:"by,omitempty"`
	Why    string  `json:"why"`
}

// Line writes r down under an id, nil for none, with its reasons explained in
// "ar" or "en".
func (r Result) Line(id json.RawMessage, lang string) Line {
	l := Line{
		ID: id, Lang: r.Lang, Label: r.Label, Neg: r.Neg, Neu: r.Neu, Pos: r.Pos,
		Dialect: r.Dialect, Severity: r.Severity, Signals: r.Signals, Target: r.Target,
	}
	for _, x := range r.Reasons {
		l.Reasons = append(l.Reasons, LineReason{x.Start, x.End, x.Text, x.Weight, x.Kind, x.By, x.Explain(lang)})
	}
	return l
}

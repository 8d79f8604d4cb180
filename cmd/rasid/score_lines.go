package main

import (
	"encoding/json"

	"rasid/sentiment"
)

// verdict is one answer of `rasid score` in JSON.
type verdict struct {
	ID       json.RawMessage `json:"id,omitempty"`
	Lang     string          `json:"lang"`
	Label    sentiment.Label `json:"label"`
	Neg      float64         `json:"neg"`
	Neu      float64         `json:"neu"`
	Pos      float64         `json:"pos"`
	Severity int             `json:"severity"`
	Signals  []string        `json:"signals,omitempty"`
	Dialect  string          `json:"dialect,omitempty"`
	Reasons  []reasonOut     `json:"reasons,omitempty"`
}

// reasonOut is one reason in JSON.
type reasonOut struct {
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Text   string  `json:"text"`
	Weight float64 `json:"weight"`
	Kind   string  `json:"kind"`
	By     string  `json:"by,omitempty"`
}

func verdictOf(id string, r sentiment.Result) verdict {
	v := verdict{
		ID: json.RawMessage(id), Lang: r.Lang, Label: r.Label, Neg: r.Neg, Neu: r.Neu, Pos: r.Pos,
		Severity: r.Severity, Signals: r.Signals, Dialect: r.Dialect,
	}
	for _, x := range r.Reasons {
		v.Reasons = append(v.Reasons, reasonOut{x.Start, x.End, x.Text, x.Weight, x.Kind, x.By})
	}
	return v
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rasid/sentiment"
)

// maxLine bounds one line of --jsonl.
const maxLine = 4 << 20

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

// lineError is the answer to a line that cannot be judged.
type lineError struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
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

// scoreLines judges JSON lines one after the other, so that memory stays flat
// however long the file is.
func scoreLines(in io.Reader, out io.Writer, scorer *sentiment.Scorer, reasons bool) error {
	r, w := bufio.NewReaderSize(in, 1<<16), bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for {
		line, long, err := readLine(r)
		if len(bytes.TrimSpace(line)) > 0 || long {
			if err := enc.Encode(answerLine(line, long, scorer, reasons)); err != nil {
				return fmt.Errorf("writing a verdict: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return errors.Join(fmt.Errorf("reading a line: %w", err), w.Flush())
		}
	}
}

// answerLine judges one line, or says what is wrong with it.
func answerLine(line []byte, long bool, scorer *sentiment.Scorer, reasons bool) any {
	if long {
		return lineError{ID: json.RawMessage("null"), Error: "the line is longer than 4 MiB"}
	}
	var in struct {
		ID    json.RawMessage `json:"id"`
		Text  *string         `json:"text"`
		Stars int             `json:"stars"`
	}
	err := json.Unmarshal(line, &in)
	if len(in.ID) == 0 {
		in.ID = json.RawMessage("null")
	}
	switch {
	case err != nil:
		return lineError{ID: in.ID, Error: "the line is not the JSON that is wanted: " + jsonReason(err)}
	case in.Text == nil:
		return lineError{ID: in.ID, Error: `"text" is missing`}
	case in.Stars < 0 || in.Stars > 5:
		return lineError{ID: in.ID, Error: `"stars" is not 1 to 5`}
	}
	r := scorer.Score(sentiment.Input{Text: *in.Text, Stars: in.Stars, AboutUs: true})
	if !reasons {
		r.Reasons = nil
	}
	return verdictOf(string(in.ID), r)
}

// jsonReason says what is wrong without repeating the customer's words.
func jsonReason(err error) string {
	if t := (*json.UnmarshalTypeError)(nil); errors.As(err, &t) {
		return fmt.Sprintf("%q cannot be a %s", t.Field, t.Value)
	}
	return "it does not parse"
}

// readLine reads a line of at most maxLine bytes; of a longer one it drops
// everything and says so.
func readLine(r *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

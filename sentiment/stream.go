package sentiment

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// StreamOptions say how to judge a stream of lines.
type StreamOptions struct {
	NoReasons bool
	Lang      string // language of the explanations: "ar" or "en"
	Workers   int    // lines judged at a time; the output keeps the order of the input
	Brand     []string
	AboutUs   bool
	Mend      func(Input, *Result) // what the caller makes of a judgement before it is written; nil leaves it as it is
}

// MaxLine is the longest line Stream reads; a longer one gets an error of its own.
const MaxLine = 4 << 20

type lineIn struct {
	ID      json.RawMessage `json:"id"`
	Text    *string         `json:"text"`
	Stars   float64         `json:"stars"` // tables of data write 4.0 where a column has gaps
	AboutUs *bool           `json:"about_us"`
}

type lineError struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

// Stream judges lines of {"id","text"[,"stars"]} and writes one line for each, in order. A bad line gets
// {"id","error"}, with the id where it can still be read, and the rest go on. A byte order mark at the start and empty
// lines are passed over.
func (s *Scorer) Stream(ctx context.Context, r io.Reader, w io.Writer, o StreamOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := max(o.Workers, 1)
	queue := make(chan chan []byte, 4*n) // answers in the order of the lines; its length bounds what is in memory
	slots := make(chan struct{}, n)
	readErr := make(chan error, 1)
	go func() {
		defer close(queue)
		readErr <- eachLine(r, func(line []byte, long bool) error {
			answer := make(chan []byte, 1)
			select {
			case queue <- answer:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			go func() {
				answer <- s.line(line, long, o)
				<-slots
			}()
			return nil
		})
	}()
	out := bufio.NewWriterSize(w, 64<<10)
	for answer := range queue {
		var b []byte
		select {
		case b = <-answer:
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, err := out.Write(b); err != nil {
			return fmt.Errorf("writing a judged line: %w", err)
		}
		if len(queue) == 0 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("writing a judged line: %w", err)
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing a judged line: %w", err)
	}
	return <-readErr
}

const byteOrderMark = "\xef\xbb\xbf"

// eachLine calls yield with a copy of each line; a line longer than MaxLine is cut and marked.
func eachLine(r io.Reader, yield func(line []byte, long bool) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(len(byteOrderMark)); string(head) == byteOrderMark { // an error comes again at the next read
		_, _ = in.Discard(len(byteOrderMark))
	}
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if keep := MaxLine - len(line); len(part) > keep {
			long = true
			line = append(line, part[:keep]...)
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return fmt.Errorf("reading lines to judge: %w", err)
		}
		if t := bytes.TrimSpace(line); len(t) > 0 || long {
			if err := yield(bytes.Clone(t), long); err != nil {
				return err
			}
		}
		line, long = line[:0], false
		if err != nil {
			return nil
		}
	}
}

func (s *Scorer) line(b []byte, long bool, o StreamOptions) []byte {
	in := lineIn{ID: json.RawMessage("null")}
	if why := in.read(b, long); why != "" {
		return encode(lineError{ID: in.ID, Error: why})
	}
	input := Input{Text: *in.Text, Stars: int(in.Stars), Brand: o.Brand, AboutUs: o.AboutUs}
	if in.AboutUs != nil {
		input.AboutUs = *in.AboutUs
	}
	var res Result
	if o.NoReasons {
		res = s.Quick(input)
	} else {
		res = s.Score(input)
	}
	if o.Mend != nil {
		o.Mend(input, &res)
	}
	return encode(res.Line(in.ID, o.Lang))
}

// read takes a line apart; why says what is wrong with it, "" when nothing is.
func (in *lineIn) read(b []byte, long bool) (why string) {
	if long {
		in.ID = idOf(b)
		return "the line is longer than 4 MiB"
	}
	switch err := json.Unmarshal(b, in); {
	case !utf8.Valid(b):
		in.ID = json.RawMessage(strings.ToValidUTF8(string(in.ID), "\ufffd"))
		return "the line is not UTF-8"
	case err != nil:
		in.ID = idOf(b)
		return "the line is not the JSON that is wanted: " + plain(err)
	case b[0] != '{':
		return "the line is not the JSON that is wanted: it is no object {…}"
	case in.Text == nil:
		return `"text" is missing`
	case in.Stars < 0 || in.Stars > 5 || in.Stars != math.Trunc(in.Stars):
		return fmt.Sprintf(`"stars" is %v, want 1 to 5 or 0 for none`, in.Stars)
	}
	return ""
}

// idOf reads the id of a line that is broken further on; null where it is not among what can be read.
func idOf(b []byte) json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return json.RawMessage("null")
	}
	for {
		key, err := d.Token()
		name, ok := key.(string)
		var v json.RawMessage
		if err != nil || !ok || d.Decode(&v) != nil {
			return json.RawMessage("null")
		}
		if name == "id" && utf8.Valid(v) {
			return v
		}
	}
}

// plain says what is wrong without repeating the customer's words.
func plain(err error) string {
	t := (*json.UnmarshalTypeError)(nil)
	switch {
	case !errors.As(err, &t):
		return "it does not parse"
	case t.Field == "":
		return "it is no object {…}"
	}
	return fmt.Sprintf("%q cannot be a %s", t.Field, t.Value)
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // only an id that is not JSON could do this, and it came from the decoder
		return []byte("{\"error\":\"the answer cannot be written\"}\n")
	}
	return b.Bytes()
}

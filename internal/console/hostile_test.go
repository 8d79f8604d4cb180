package console

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/digest"
)

// hostile is what every page beside the inbox and the case shows of others'
// words: the same text wherever one can stand.
type hostile struct{ text string }

func (x *hostile) figures() digest.Figures {
	said := cases.Scored{Mention: cases.Mention{Source: x.text, Author: x.text, Title: x.text, Text: x.text, URL: x.text}, Case: 1, State: cases.Waiting}
	day := digest.Day(start)
	return digest.Figures{
		Span: day, Mood: digest.Mood{Total: 1, Neg: 1}, Days: []digest.Dawn{{Day: day.From, Mood: digest.Mood{Total: 1, Neg: 1}}},
		Topics: []digest.Count{{Topic: x.text, N: 1, Sample: said}}, Worst: []cases.Scored{said}, Waiting: 1, Longest: time.Hour,
		Sources:   []digest.SourceCount{{Name: x.text, N: 1, Neg: 1, Bad: x.text, Limits: x.text}, {Name: x.text, Bad: x.text, LastOK: start}},
		Waits:     []digest.Wait{{Case: 1, Author: x.text, Topic: x.text, Age: time.Hour}},
		Incidents: []cases.Incident{{ID: 1, Kind: cases.IncidentKind(x.text), Source: x.text, Count: 3, OpenedAt: start}},
		Anchor:    x.text,
	}
}

// EntriesBetween is a day of the record.
func (x *hostile) EntriesBetween(context.Context, time.Time, time.Time) ([]cases.Entry, error) {
	return []cases.Entry{
		{Seq: 1, Case: 1, Event: cases.Event(x.text), By: x.text, Note: x.text, At: start, Hash: x.text},
		{Seq: 2, Case: 1, Event: cases.Note, By: cases.Rasid, Note: "words " + x.text, At: start},
	}, nil
}

func (x *hostile) Counts(context.Context) (map[cases.State]int, error) { return nil, nil }
func (x *hostile) Verify(context.Context) (int64, error)               { return 0, nil }

// options lets the whole page show the text.
func (x *hostile) options(o *Options) {
	o.Ledger = x
	o.Name = func(string) string { return x.text }
	o.Digest = func(context.Context, time.Time, responder.Period) (digest.Figures, error) { return x.figures(), nil }
	o.Stopped = func(context.Context) (cases.Stop, error) {
		return cases.Stop{On: true, By: x.text, Why: x.text, At: start}, nil
	}
	o.Sources = func(context.Context) ([]cases.SourceStatus, error) {
		return []cases.SourceStatus{{Source: "0" + x.text, Kind: x.text, LastTry: start, LastOK: start, LastError: x.text, ErrorsInRow: 2, Limits: x.text}}, nil
	}
	o.Incidents = func(context.Context) ([]cases.Incident, error) {
		return []cases.Incident{{ID: 1, OpenedAt: start, Source: x.text}}, nil
	}
	o.Incident = func(_ context.Context, i cases.Incident) (responder.IncidentDetail, error) {
		said := cases.Case{ID: 1, Mentions: []cases.Mention{{Title: x.text, Text: x.text}}}
		return responder.IncidentDetail{Incident: i, Said: []cases.Case{said}, Statement: x.text}, nil
	}
	o.Promises = func(context.Context) ([]cases.Promise, error) {
		p := cases.Promise{Case: 1, Words: x.text, OpenedAt: start, DueAt: start, State: cases.PromiseOpen}
		return []cases.Promise{p, p.Settled(x.text, start)}, nil
	}
	o.Outlet = func() ([]Post, error) { return []Post{{Author: x.text, Said: x.text, Text: x.text, At: start}}, nil }
	o.Terms = Terms{Offers: []string{x.text}, Contacts: []string{x.text}, Levels: []Level{{Room: x.text, Kind: x.text}}}
}

func TestTextStaysTextOnEveryOtherPage(t *testing.T) {
	x := &hostile{text: "plain"}
	h := newHouse(t, x.options)
	mona := h.browse().as("mona")
	paths := []string{"/digest", "/digest?span=week", "/sources", "/incidents", "/promises", "/outlet", "/audit", "/policy", "/people", "/help", "/report"}
	calm := map[string][]string{}
	for _, path := range paths {
		code, page := mona.get(path)
		if calm[path] = shape(t, page); code != 200 || !strings.Contains(page, "plain") {
			t.Fatalf("%s was answered %d and does not show the text:\n%s", path, code, page)
		}
	}
	for _, x.text = range vectors {
		for _, path := range paths {
			_, page := mona.get(path)
			if got := shape(t, page); !slices.Equal(got, calm[path]) {
				for i := range min(len(got), len(calm[path])) {
					if got[i] != calm[path][i] {
						t.Errorf("%s with %q: element %d is %q, want %q", path, x.text, i, got[i], calm[path][i])
						break
					}
				}
				t.Errorf("%s with %q has %d elements, want %d", path, x.text, len(got), len(calm[path]))
			}
		}
		_, svg := mona.get("/digest.svg")
		if odd := odd(svg); len(odd) > 0 {
			t.Errorf("the picture with %q has more than shapes: %q\n%.300s", x.text, odd, svg)
		}
	}
}

// odd lists what is no shape in a picture: it names the business, and must stay
// a drawing whatever that is called.
func odd(svg string) (odd []string) {
	elements := []string{"svg", "title", "desc", "defs", "path", "rect", "g", "use"}
	attributes := []string{"xmlns", "viewBox", "width", "height", "role", "id", "d", "rx", "fill", "x", "y", "transform"}
	dec := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return odd
		}
		if err != nil {
			return append(odd, err.Error())
		}
		e, ok := token.(xml.StartElement)
		if ok && !slices.Contains(elements, e.Name.Local) {
			odd = append(odd, "<"+e.Name.Local+">")
		}
		for _, a := range e.Attr {
			if ours := a.Name.Local == "href" && strings.HasPrefix(a.Value, "#rasid-g"); !ours && !slices.Contains(attributes, a.Name.Local) {
				odd = append(odd, a.Name.Local+"="+a.Value)
			}
		}
	}
}

package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Limits on a document, checked before a real parser sees it. The XML parser
// behind gofeed recurses once per nested element without a limit: ten million
// bytes of unclosed tags end the process, and recover cannot help. Far smaller
// documents cost it gigabytes.
const (
	maxDepth      = 64
	maxElements   = 200_000
	maxAttributes = 64      // per element
	maxAllAttrs   = 200_000 // in the document
	maxSpaces     = 256     // blanks between the attributes of one element
	maxGlue       = 256 << 20
	maxScopes     = 1_000_000
)

// errBomb is the cause of every refusal by the guard.
var errBomb = errors.New("document refused")

// cut says where a document was shortened, and why.
type cut struct {
	body   []byte // what to parse
	reason string // "" when nothing was left out
}

// guard counts what a document would cost and refuses it above the limits. A
// document with more than maxItems items, or one that breaks off, is cut
// behind the last item that counts.
func guard(body []byte) (cut, error) {
	if start := bytes.TrimLeft(body, " \t\r\n"); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return guardJSON(body)
	}
	return guardXML(body)
}

// xmlGuard walks the tokens of a document with the very decoder that gofeed
// uses, in the same mode, so that both see the same elements.
type xmlGuard struct {
	body     []byte
	d        *xml.Decoder
	open     []element
	elements int
	attrs    int
	glue     int // bytes that joining text piece by piece will copy
	scopes   int // namespace entries that nesting will copy
	items    int
	keep     int    // offset behind the last complete item that counts
	tail     string // end tags that close what is open at keep
}

// element is one open element.
type element struct {
	name     string
	text     int // bytes of text so far
	prefixes int // namespaces in scope
}

func guardXML(body []byte) (cut, error) {
	m := &meter{body: body}
	g := &xmlGuard{body: body, d: xml.NewDecoder(m)}
	g.d.Strict = false
	g.d.CharsetReader = func(label string, _ io.Reader) (io.Reader, error) {
		// The text is UTF-8 already and its declaration removed; a second one
		// would make later bytes mean something else.
		m.refused = fmt.Errorf("%w: changes to charset %.20q in the middle", errBomb, label)
		return nil, m.refused
	}
	for {
		m.start(int(g.d.InputOffset()))
		t, err := g.d.RawToken()
		if m.refused != nil {
			return cut{}, m.refused
		}
		if errors.Is(err, io.EOF) && len(g.open) == 0 {
			return cut{body: body}, nil
		}
		if err != nil {
			return g.broken()
		}
		full, err := g.take(t)
		if err != nil {
			return cut{}, err
		}
		if full {
			return g.shorten(fmt.Sprintf("the feed lists more than %d items; the first %d were read", maxItems, maxItems)), nil
		}
	}
}

// broken keeps what came before a syntax error or a sudden end. Without one
// complete item the real parser is left to say what is wrong.
func (g *xmlGuard) broken() (cut, error) {
	if g.items == 0 {
		return cut{body: g.body}, nil
	}
	return g.shorten(fmt.Sprintf("the feed is broken after item %d; what follows could not be read", g.items)), nil
}

func (g *xmlGuard) shorten(reason string) cut {
	b := append(bytes.Clone(g.body[:g.keep]), g.tail...)
	return cut{body: b, reason: reason}
}

// take counts one token; full means that one item too many begins.
func (g *xmlGuard) take(t xml.Token) (full bool, err error) {
	switch t := t.(type) {
	case xml.StartElement:
		return g.begin(t)
	case xml.EndElement:
		if len(g.open) == 0 {
			return false, nil
		}
		last := g.open[len(g.open)-1]
		g.open = g.open[:len(g.open)-1]
		if isItem(last.name) && !g.inItem() {
			g.items++
			g.keep = int(g.d.InputOffset())
			g.tail = g.closing()
		}
	case xml.CharData:
		if n := len(g.open); n > 0 {
			g.open[n-1].text += len(t)
			g.glue += g.open[n-1].text
		}
		if g.glue > maxGlue {
			return false, fmt.Errorf("%w: its text is in too many pieces", errBomb)
		}
	case xml.Directive:
		if bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
			return false, fmt.Errorf("%w: it declares entities", errBomb)
		}
	}
	return false, nil
}

func (g *xmlGuard) begin(t xml.StartElement) (full bool, err error) {
	name := t.Name.Local
	if t.Name.Space != "" {
		name = t.Name.Space + ":" + name
	}
	if isItem(name) && g.items >= maxItems && !g.inItem() {
		return true, nil
	}
	e := element{name: name}
	if n := len(g.open); n > 0 {
		e.prefixes = g.open[n-1].prefixes
	}
	declares := false
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			declares = true
			e.prefixes++
		}
	}
	if declares {
		g.scopes += e.prefixes
	}
	g.elements++
	g.attrs += len(t.Attr)
	g.open = append(g.open, e)
	switch {
	case len(g.open) > maxDepth:
		return false, fmt.Errorf("%w: nested deeper than %d", errBomb, maxDepth)
	case g.elements > maxElements:
		return false, fmt.Errorf("%w: more than %d elements", errBomb, maxElements)
	case len(t.Attr) > maxAttributes || g.attrs > maxAllAttrs:
		return false, fmt.Errorf("%w: too many attributes", errBomb)
	case g.scopes > maxScopes:
		return false, fmt.Errorf("%w: too many namespaces", errBomb)
	}
	return false, nil
}

// closing returns the end tags of everything open.
func (g *xmlGuard) closing() string {
	var b strings.Builder
	for _, v := range slices.Backward(g.open) {
		b.WriteString("</" + v.name + ">")
	}
	return b.String()
}

func (g *xmlGuard) inItem() bool {
	return slices.ContainsFunc(g.open, func(e element) bool { return isItem(e.name) })
}

func isItem(name string) bool {
	return strings.EqualFold(name, "item") || strings.EqualFold(name, "entry") ||
		strings.HasSuffix(name, ":item") || strings.HasSuffix(name, ":entry")
}

// meter hands the decoder its bytes one by one and stops it inside a start tag
// with too many attributes: the decoder would collect them all before anybody
// could count them.
type meter struct {
	body    []byte
	at      int
	inTag   bool
	quote   byte
	equals  int
	blanks  int
	blank   bool
	refused error
}

// start tells the meter where the next token begins.
func (m *meter) start(offset int) {
	rest := m.body[min(offset, len(m.body)):]
	m.inTag = len(rest) > 1 && rest[0] == '<' && rest[1] != '!' && rest[1] != '?' && rest[1] != '/'
	m.quote, m.equals, m.blanks, m.blank = 0, 0, 0, false
}

// ReadByte implements io.ByteReader.
func (m *meter) ReadByte() (byte, error) {
	if m.at >= len(m.body) {
		return 0, io.EOF
	}
	b := m.body[m.at]
	m.at++
	if !m.inTag {
		return b, nil
	}
	blank := b == ' ' || b == '\t' || b == '\n' || b == '\r'
	switch {
	case m.quote != 0:
		if b == m.quote {
			m.quote = 0
		}
		return b, nil
	case b == '"' || b == '\'':
		m.quote = b
	case b == '=':
		m.equals++
	case blank && !m.blank:
		m.blanks++
	}
	m.blank = blank
	if m.equals > maxAttributes || m.blanks > maxSpaces {
		m.refused = fmt.Errorf("%w: too many attributes", errBomb)
		return 0, m.refused
	}
	return b, nil
}

// Read implements io.Reader; the decoder prefers ReadByte.
func (m *meter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := m.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// guardJSON counts nesting, values and items without building anything.
func guardJSON(body []byte) (cut, error) {
	depth, values, items, keep := 0, 0, 0, 0
	var stack [maxDepth]byte
	inString := false
	for i := 0; i < len(body); i++ {
		b := body[i]
		if inString {
			switch b {
			case '\\':
				i++
			case '"':
				inString = false
			}
			continue
		}
		switch b {
		case '"':
			inString = true
		case ',':
			values++
		case '{', '[':
			if depth >= maxDepth {
				return cut{}, fmt.Errorf("%w: nested deeper than %d", errBomb, maxDepth)
			}
			if depth == 2 && b == '{' && stack[1] == '[' {
				if items++; items > maxItems {
					return cut{append(bytes.Clone(body[:keep]), "]}"...), fmt.Sprintf("the feed lists more than %d items; the first %d were read", maxItems, maxItems)}, nil
				}
			}
			stack[depth] = b
			depth++
			values++
		case '}', ']':
			if depth--; depth < 0 {
				return cut{body: body}, nil // the real parser says what is wrong
			}
			if depth == 2 {
				keep = i + 1
			}
		}
		if values > maxElements {
			return cut{}, fmt.Errorf("%w: more than %d values", errBomb, maxElements)
		}
	}
	return cut{body: body}, nil
}

package match

import "strings"

// parser turns lexemes into nodes: OR binds loosest, then AND, then NOT.
type parser struct {
	in  []lexeme
	at  int
	end int // column behind the query
}

func (p *parser) peek() (lexeme, bool) {
	if p.at == len(p.in) {
		return lexeme{}, false
	}
	return p.in[p.at], true
}

// takes steps over the next lexeme when it is of kind k.
func (p *parser) takes(k kind) bool {
	t, ok := p.peek()
	if ok && t.kind == k {
		p.at++
		return true
	}
	return false
}

func (p *parser) any(depth int) (node, error) {
	first, err := p.all(depth)
	if err != nil {
		return nil, err
	}
	ns := either{first}
	for p.takes(or) {
		n, err := p.all(depth)
		if err != nil {
			return nil, err
		}
		ns = append(ns, n)
	}
	if len(ns) == 1 {
		return first, nil
	}
	return ns, nil
}

func (p *parser) all(depth int) (node, error) {
	first, err := p.one(depth)
	if err != nil {
		return nil, err
	}
	ns := every{first}
	for {
		t, ok := p.peek()
		if !ok || t.kind == or || t.kind == closing {
			break
		}
		p.takes(and)
		n, err := p.one(depth)
		if err != nil {
			return nil, err
		}
		ns = append(ns, n)
	}
	if len(ns) == 1 {
		return first, nil
	}
	return ns, nil
}

func (p *parser) one(depth int) (node, error) {
	t, ok := p.peek()
	if !ok {
		return nil, p.missing(p.end)
	}
	p.at++
	if depth > deepest {
		return nil, &Error{t.column, "the parentheses are nested too deep", "write it flatter"}
	}
	switch t.kind {
	case negate:
		n, err := p.one(depth + 1)
		if err != nil {
			return nil, err
		}
		return not{n}, nil
	case opening:
		return p.group(t, depth)
	case text:
		return newHas(t)
	case field:
		return newField(t)
	case and, or, closing:
	}
	return nil, p.missing(t.column)
}

func (p *parser) group(open lexeme, depth int) (node, error) {
	n, err := p.any(depth + 1)
	if err != nil {
		return nil, err
	}
	if !p.takes(closing) {
		return nil, &Error{open.column, "this ( is not closed", "write a ) after the group"}
	}
	return n, nil
}

// missing is the error for a place where a word should stand.
func (p *parser) missing(column int) error {
	e := &Error{column, "a word is missing here", `write a word or a "phrase"`}
	before := p.at - 1 // the lexeme that was taken instead of a word
	if column == p.end {
		before = p.at
	}
	if before > 0 {
		switch p.in[before-1].kind {
		case and, or:
			e.Problem = "a word is missing after AND or OR"
		case negate:
			e.Problem = "a word is missing after NOT"
		case opening:
			e.Problem = "a word is missing after ("
		case text, field, closing:
		}
	} else if column != p.end {
		e.Problem, e.Write = "a query cannot begin with this", `begin with a word; in lower case, or in quotes, "and", "or" and "not" are words`
	}
	return e
}

func newHas(t lexeme) (node, error) {
	p := newPhrase(t.value)
	if len(p.words) == 0 {
		return nil, &Error{t.column, "there are no letters or digits in " + quoted(t.value), "write a word to look for"}
	}
	return has{p}, nil
}

func newField(t lexeme) (node, error) {
	v := strings.TrimSpace(t.value)
	switch t.name {
	case "author":
		return author{id: v, name: newPhrase(v)}, nil
	case "site":
		host := strings.TrimPrefix(strings.Trim(strings.ToLower(v), "."), "www.")
		if host == "" || strings.ContainsAny(host, "/:@ ") {
			return nil, &Error{t.column, "site: takes the name of a site alone", "write " + example("site")}
		}
		return site(host), nil
	}
	code := strings.ToLower(v)
	if len(code) < 2 || len(code) > 3 || !letters(code) {
		return nil, &Error{t.column, "lang: takes a language code", "write " + example("lang")}
	}
	return lang(code), nil
}

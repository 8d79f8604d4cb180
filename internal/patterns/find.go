package patterns

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// reach bounds how far one pattern looks, so that the work for a text grows
// with its length alone; the longest pattern has about fifteen words.
const reach = 400

// Find looks for the words of all lists in a folded text, one list after the other,
// and calls found with each place. What a Harmless list has found is taken out
// before the later ones are looked for.
func (s *Lists) Find(text string, found func(l List, from, to int)) {
	s.find(text, s.index.live(text), found)
}

// find is Find for the patterns that are told, in order.
func (s *Lists) find(text string, live []int32, found func(l List, from, to int)) {
	for len(live) > 0 {
		list, n := s.patterns[live[0]].list, 1
		for n < len(live) && s.patterns[live[n]].list == list {
			n++
		}
		l, left := s.lists[list], []byte(nil)
		s.each(text, live[:n], func(from, to int) {
			found(l, from, to)
			if l.Kind != Harmless {
				return
			}
			if left == nil {
				left = []byte(text)
			}
			for i := from; i < to; i++ {
				left[i] = Taken
			}
		})
		if left != nil {
			text = string(left)
		}
		live = live[n:]
	}
}

// each calls yield with every place where one of some patterns is found, each
// behind the last.
func (s *Lists) each(text string, live []int32, yield func(from, to int)) {
	opening, last := true, ' '
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		end := 0
		if r != ' ' && !Letter(last) {
			end = s.match(text, at, opening, live)
			if next := at + n; end == 0 && (r == 'و' || r == 'ف') && next < len(text) {
				if end = s.match(text, next, opening, live); end > 0 {
					at = next
				}
			}
		}
		switch {
		case strings.ContainsRune(".!?;:\n", r):
			opening = true
		case !unicode.IsSpace(r) && r != '"' && r != '\'' && r != '-':
			opening = false
		}
		if end > at {
			yield(at, end)
			at, last, opening = end, 'x', false // a word ended here
			continue
		}
		at, last = at+n, r
	}
}

// match tries what may begin at a place and returns where the words end; 0 for none.
func (s *Lists) match(text string, at int, opening bool, live []int32) int {
	window := text[at:min(len(text), at+reach)]
	for _, i := range live {
		p := &s.patterns[i]
		if p.opening && !opening || !p.begin(window) {
			continue
		}
		if m := p.re().FindStringSubmatchIndex(window); m != nil && m[3] > 0 {
			return at + m[3]
		}
	}
	return 0
}

// begin reports whether a match can begin where a text does.
func (p *pattern) begin(text string) bool {
	if p.begins == nil {
		return true
	}
	for _, w := range p.begins {
		if w[0] == text[0] && strings.HasPrefix(text, w) {
			return true
		}
	}
	return false
}

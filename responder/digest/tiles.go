package digest

import (
	"rasid/internal/phrases"
)

// Tile is one figure for a page, in words and with the digits of the language.
type Tile struct {
	Name  string // total, neg, neu, pos, net, reply or waiting
	Value string
	Label string
	Note  string // beside it: what it was before, or how good it is; may be empty
}

// Tiles are the figures that a manager looks at first.
func (f Figures) Tiles(say *phrases.Catalogue) []Tile {
	s := speaker{say}
	tile := func(name string, value phrases.Plain, note string) Tile {
		return Tile{Name: name, Value: string(value), Label: s.Say("digest.tile." + name), Note: note}
	}
	mood := func(name string, now, before int) Tile {
		note := s.Say("digest.tile.before", "before", before)
		if now != before {
			note = s.Say("digest.tile.change", "change", s.change(now, before), "before", before)
		}
		return tile(name, phrases.Plain(s.Number(now)), note)
	}
	reply, aimed := phrases.Plain("–"), ""
	if f.Reply.N > 0 {
		reply = phrases.Plain(s.Duration(f.Reply.Median))
	}
	if share, ok := f.Reply.Share(); ok {
		aimed = s.Say("digest.within", "share", s.percent(share, false))
	}
	waits := ""
	if f.Waiting > 0 {
		waits = s.Say("digest.tile.longest", "age", f.Longest)
	}
	return []Tile{
		mood("total", f.Total, f.Previous.Total), mood("neg", f.Neg, f.Previous.Neg), mood("pos", f.Pos, f.Previous.Pos),
		tile("net", s.percent(f.Net(), true), s.Say("digest.tile.before", "before", s.percent(f.Previous.Net(), true))),
		tile("reply", reply, aimed), tile("waiting", phrases.Plain(s.Number(f.Waiting)), waits),
	}
}

// Dates writes the days of a span in words.
func Dates(say *phrases.Catalogue, span Span) string { return string(speaker{say}.dates(span)) }

package sentiment

import (
	"cmp"
	"math"
	"slices"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
)

// maxReasons bounds the list; everything weaker is added up in one last reason.
const maxReasons = 24

// explain shares the raw score out among the words. A feature of one word belongs to that word, one of two words half
// to each; what the table says about the lexicon's counts belongs to the entries found; the rest is the base.
func (s *Scorer) explain(d *desk, in Input, res *Result) {
	s.share(d)
	out := d.reasoned()
	out = s.trusted(d, in, res, out)
	out = foldRest(out)
	told := min(len(out), maxReasons)
	if in.Stars >= 1 && in.Stars <= 5 {
		sn, sp := starLogits(in.Stars)
		out = append(out, starReason(in.Stars, sp-sn, out))
	}
	sum := 0.0
	for i := range out {
		sum += out[i].Weight
	}
	// The base is what is left, so that the reasons add up to the raw score by construction.
	out = append(out, Reason{Weight: res.Raw - sum, Kind: KindBase})
	for ; told < len(out); told++ {
		settle(out[:told+1])
	}
	if len(d.pieces) > maxReasons {
		d.reasons, out = out, slices.Clone(out)
	}
	res.Reasons = out
}

// share fills d.share with each token's part of the raw score.
func (s *Scorer) share(d *desk) {
	n := len(d.page.Doc.Tok)
	d.share = slices.Grow(d.share[:0], n)[:n]
	clear(d.share)
	if d.page.Mute {
		return
	}
	x := 1 / math.Sqrt(float64(max(d.sum.n, 1)))
	step := s.table.Scale * x // of the stored bytes
	if s.layer != nil {
		step *= s.layer.Trust
	}
	d.shareGroups(s.divide(d, step, x))
}

// divide gives each token what the features of its own say, and half of what those of two say; a step of the stored bytes
// is worth step, one of the layer x. It gives what belongs to the positive entries of the lexicon, to the negative ones and
// to all.
func (s *Scorer) divide(d *desk, step, x float64) (groups [3]float64) {
	p := &d.page
	for k := range d.alone {
		if t := &d.alone[k]; !p.Again(k) {
			d.share[p.Tok(k)] += t.worth(step, x)
		}
	}
	for _, c := range d.couples {
		v := sum{}
		s.couple(&v, c.ID, p.Arabic)
		d.share[c.Tok] += v.worth(step, x)
	}
	for i := range p.Feats {
		f, w := &p.Feats[i], float64(int(d.cells[i].Pos)-int(d.cells[i].Neg))*step
		if s.layer != nil {
			v := sum{}
			s.layer.add(&v, f.Hash)
			w += v.worth(0, x)
		}
		switch {
		case f.B >= 0:
			d.share[f.A] += w / 2
			d.share[f.B] += w / 2
		case f.A >= 0:
			d.share[f.A] += w
		default:
			groups[groupOf[-f.A]] += w
		}
	}
	return groups
}

// groupOf is the group of an owner with its sign changed.
var groupOf = [...]int{-features.OwnerPos: 0, -features.OwnerNeg: 1, -features.OwnerHits: 2}

// shareGroups gives what the table says about the lexicon's counts to the entries found, by their strength.
func (d *desk) shareGroups(groups [3]float64) {
	p := &d.page
	var tot [3]float64
	for i := range p.Hits {
		v := float64(p.Hits[i].Value)
		tot[0] += max(v, 0)
		tot[1] += max(-v, 0)
		tot[2] += math.Abs(v)
	}
	for i := range p.Hits {
		v := float64(p.Hits[i].Value)
		for g, part := range [3]float64{max(v, 0), max(-v, 0), math.Abs(v)} {
			if part > 0 {
				d.share[p.Hits[i].Tok] += groups[g] * part / tot[g]
			}
		}
	}
}

// piece is what an entry of the lexicon or a word is worth, before it is put into words.
type piece struct {
	weight, size float64 // size is the weight without its sign
	hit          int32   // index of the entry, or -1
	tok          int32   // of the word
}

// order puts the strongest piece first; equally strong ones stay as they are. Most texts have so few that inserting one
// after the other is the fastest way.
func order(ps []piece) {
	const few = 40
	if len(ps) > few {
		slices.SortStableFunc(ps, func(a, b piece) int { return cmp.Compare(b.size, a.size) })
		return
	}
	for i := 1; i < len(ps); i++ {
		p, k := ps[i], i
		for ; k > 0 && p.size > ps[k-1].size; k-- {
			ps[k] = ps[k-1]
		}
		ps[k] = p
	}
}

// repeats reports whether a token marks that the emoji before it was repeated. The two are one to whoever reads: taken out
// alone, either would leave the emoji in the text.
func (d *desk) repeats(tok int) bool {
	return tok < len(d.page.Doc.Tok) && d.page.Doc.Tok[tok].Kind == text.EmojiRepeat
}

// end is where a token ends, with the repeats of an emoji.
func (d *desk) end(tok int) int {
	if d.repeats(tok + 1) {
		tok++
	}
	return int(d.page.Doc.Tok[tok].End)
}

// cut makes one piece of each lexicon entry, with the shares of all its words, and one of each other word, an emoji with
// its repeats; the strongest comes first, equally strong ones as they stand in the text.
func (d *desk) cut() []piece {
	hits, ps := d.page.Hits, d.pieces[:0]
	for i, h := 0, 0; i < len(d.share); i++ {
		p := piece{weight: d.share[i], hit: -1, tok: int32(i)}
		if h < len(hits) && hits[h].Tok == i {
			for n := hits[h].N; n > 1; n-- {
				i++
				p.weight += d.share[i]
			}
			p.hit = int32(h)
			h++
		}
		if d.repeats(i+1) && (h == len(hits) || hits[h].Tok != i+1) {
			i++
			p.weight += d.share[i]
		}
		if p.weight != 0 {
			p.size = math.Abs(p.weight)
			ps = append(ps, p)
		}
	}
	order(ps)
	d.pieces = ps
	return ps
}

// reasoned puts the pieces into words.
func (d *desk) reasoned() []Reason {
	p, ps, out := &d.page, d.cut(), d.reasons[:0]
	if len(ps) <= maxReasons {
		out = make([]Reason, 0, len(ps)+2) // for the caller, with the stars and the base
	}
	for i := range ps {
		if ps[i].hit >= 0 {
			out = append(out, d.hitReason(&p.Hits[ps[i].hit], ps[i].weight))
			continue
		}
		start, end := int(p.Doc.Tok[ps[i].tok].Start), d.end(int(ps[i].tok))
		out = append(out, Reason{Start: start, End: end, Text: p.Doc.Source[start:end], Weight: ps[i].weight, Kind: KindLearned})
	}
	return out
}

// foldRest keeps the strongest reasons and adds the others up.
func foldRest(rs []Reason) []Reason {
	if len(rs) <= maxReasons {
		return rs
	}
	rest := 0.0
	for i := range rs[maxReasons:] {
		rest += rs[maxReasons+i].Weight
	}
	return append(rs[:maxReasons], Reason{Weight: rest, Kind: KindRest})
}

// maxWidenings bounds the attempts below; each costs one more scoring.
const maxWidenings = 3

// trusted makes sure of the strongest reason: taking its span out of the text must move the score as the reason says.
// Where it does not (the word is said twice, or only means this beside its neighbours), the reason is widened to its
// clause. When that does not help either, the text is one reason, worth what taking it out changes.
func (s *Scorer) trusted(d *desk, in Input, res *Result, rs []Reason) []Reason {
	for range maxWidenings {
		if len(rs) == 0 || s.without(d, in, res, rs[0])*rs[0].Weight > 0 {
			return rs
		}
		from, to := d.clause(rs[0])
		rs = merge(rs, in.Text, from, to)
	}
	rs = merge(rs, in.Text, 0, len(in.Text))
	rs[0].Weight = s.without(d, in, res, rs[0])
	if rs[0].Weight == 0 {
		return nil
	}
	return rs
}

// without is what the reason's span is worth: the raw score with it less the raw score without it.
func (s *Scorer) without(d *desk, in Input, res *Result, r Reason) float64 {
	p, q := &d.page, &d.trial
	s.reader.ReadWithout(q, p, r.Start, r.End, d.both && NamesOnly(in.Text[:r.Start]+in.Text[r.End:]))
	q.Begin(s.table.Mask())
	head, tail := features.Common(p, q)
	t := d.joined
	for _, part := range p.Joined(head, p.Len()-tail) {
		v := s.addCells(p.Feats[part[0]:part[1]], d.cells[part[0]:part[1]])
		t.take(&v)
	}
	for k := range q.Len() {
		v := sum{}
		switch {
		case k < head:
			v = d.alone[k]
		case k >= q.Len()-tail:
			v = d.alone[k+p.Len()-q.Len()]
		default:
			v = s.alone(q, k, true)
		}
		t.add(&v, q.Again(k))
	}
	q.Join(head, q.Len()-tail)
	v := s.add(q.Feats)
	t.add(&v, false)
	gone, came := p.Couples(q, head, tail)
	v = sum{}
	s.addCouples(&v, gone, p.Arabic)
	t.take(&v)
	s.addCouples(&t, came, q.Arabic)
	zn, zp := s.logits(&t, q, in.Stars)
	return res.Raw - (zp - zn)
}

// clause is the stretch between two marks around the reason.
func (d *desk) clause(r Reason) (from, to int) {
	from, to = 0, len(d.page.Doc.Source)
	for i := range d.page.Doc.Tok {
		t := &d.page.Doc.Tok[i]
		if t.Kind != text.Mark && t.Kind != text.Comma {
			continue
		}
		if int(t.End) <= r.Start {
			from = int(t.End)
		}
		if int(t.Start) >= r.End {
			return from, int(t.Start)
		}
	}
	return from, to
}

// merge joins all reasons inside the bytes from..to into one.
func merge(rs []Reason, src string, from, to int) []Reason {
	one := Reason{Start: to, End: from, Kind: KindLearned}
	out := rs[:0]
	for _, r := range rs {
		if r.Start >= from && r.End <= to {
			one.Weight += r.Weight
			one.Start, one.End = min(one.Start, r.Start), max(one.End, r.End)
			continue
		}
		out = append(out, r)
	}
	one.Text = src[one.Start:one.End]
	out = append(out, one)
	settle(out)
	return out
}

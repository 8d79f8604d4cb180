package sentiment

import (
	"math"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
)

// maxReasons bounds the list; everything weaker is added up in one last reason.
const maxReasons = 24

// explain shares the raw score out among the words. A feature of one word belongs to that word, one of two words half
// to each; what the table says about the lexicon's counts belongs to the entries found; the rest is the base.
func (s *Scorer) explain(d *desk, in Input, res *Result) {
	p := &d.page
	s.share(d)
	sn, sp := starLogits(in.Stars)
	var out []Reason
	out = hitReasons(d, out)
	for i := range p.Doc.Tok {
		if w := d.share[i]; w != 0 {
			t := &p.Doc.Tok[i]
			out = append(out, Reason{Start: int(t.Start), End: int(t.End), Text: in.Text[t.Start:t.End], Weight: w, Kind: KindLearned})
		}
	}
	sortReasons(out)
	out = s.trusted(d, in, res, out)
	out = foldRest(out)
	if in.Stars >= 1 && in.Stars <= 5 {
		out = append(out, starReason(in.Stars, sp-sn, out))
	}
	sum := 0.0
	for i := range out {
		sum += out[i].Weight
	}
	// The base is what is left, so that the reasons add up to the raw score by construction.
	out = append(out, Reason{Weight: res.Raw - sum, Kind: KindBase})
	sortReasons(out)
	res.Reasons = out
}

// share fills d.share with each token's part of the raw score.
func (s *Scorer) share(d *desk) {
	p := &d.page
	if cap(d.share) < len(p.Doc.Tok) {
		d.share = make([]float64, 2*len(p.Doc.Tok))
	}
	d.share = d.share[:len(p.Doc.Tok)]
	clear(d.share)
	if p.Mute {
		return
	}
	root := math.Sqrt(float64(max(len(p.Feats), 1)))
	var groups [3]float64 // positive, negative, all hits
	for i := range p.Feats {
		f := &p.Feats[i]
		c := s.table.At(f.Hash)
		w := float64(int(c.Pos)-int(c.Neg)) * s.table.Scale / root
		if s.layer != nil {
			w *= s.layer.Trust
			v := &s.layer.dense[LayerSlot(f.Hash)]
			w += float64(v[1]-v[0]) / root
		}
		switch {
		case f.A == features.OwnerPos:
			groups[0] += w
		case f.A == features.OwnerNeg:
			groups[1] += w
		case f.A == features.OwnerHits:
			groups[2] += w
		case f.A < 0:
		case f.B >= 0:
			d.share[f.A] += w / 2
			d.share[f.B] += w / 2
		default:
			d.share[f.A] += w
		}
	}
	d.shareGroups(groups)
}

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

// hitReasons makes one reason of each lexicon entry, with the shares of all its words.
func hitReasons(d *desk, out []Reason) []Reason {
	p := &d.page
	for i := range p.Hits {
		h := &p.Hits[i]
		w := 0.0
		for k := h.Tok; k < h.Tok+h.N; k++ {
			w += d.share[k]
			d.share[k] = 0
		}
		if w != 0 {
			out = append(out, hitReason(p, h, w))
		}
	}
	return out
}

// foldRest keeps the strongest reasons and adds the others up.
func foldRest(rs []Reason) []Reason {
	if len(rs) <= maxReasons {
		return rs
	}
	rest := 0.0
	for _, r := range rs[maxReasons:] {
		rest += r.Weight
	}
	return append(rs[:maxReasons:maxReasons], Reason{Weight: rest, Kind: KindRest})
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
	d.cut = append(append(d.cut[:0], in.Text[:r.Start]...), in.Text[r.End:]...)
	s.reader.Read(&d.trial, string(d.cut))
	d.trial.Extract(s.table.Mask())
	zn, zp := s.logits(&d.trial, in.Stars, res.Lang)
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
	sortReasons(out)
	return out
}

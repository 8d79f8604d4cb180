package sentiment

import (
	"math"
	"strings"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
)

func (d *desk) hitReason(h *features.Hit, w float64) Reason {
	p := &d.page
	first := &p.Doc.Tok[h.Tok]
	r := Reason{Start: int(first.Start), End: d.end(h.Tok + h.N - 1), Weight: w, Kind: KindWord}
	r.Text = p.Doc.Source[r.Start:r.End]
	switch {
	case h.Negator >= 0:
		r.Kind, r.By = KindNegated, span(p, h.Negator)
	case h.Intensity >= 0:
		r.Kind, r.By = KindStronger, span(p, h.Intensity)
	case h.N > 1:
		r.Kind = KindPhrase
	case first.Kind == text.EmojiTok || first.Kind == text.Happy || first.Kind == text.Sad:
		r.Kind = KindEmoji
	}
	return r
}

func span(p *features.Page, tok int) string {
	t := &p.Doc.Tok[tok]
	return p.Doc.Source[t.Start:t.End]
}

// settle moves the last reason to its place among the others: the stronger come first, equally strong ones as they stand
// in the text.
func settle(rs []Reason) {
	last := len(rs) - 1
	r := rs[last]
	w, at := math.Abs(r.Weight), last
	for ; at > 0; at-- {
		if v := math.Abs(rs[at-1].Weight); v > w || v == w && rs[at-1].Start <= r.Start {
			break
		}
	}
	copy(rs[at+1:], rs[at:last])
	rs[at] = r
}

// Isolates keep a foreign span from reordering the sentence around it.
const (
	fsi = "\u2068"
	pdi = "\u2069"
)

// explanations in both languages; %s is the span, %b the word in By.
var explanations = map[string][2]string{
	KindWord:     {"%s", "%s"},
	KindPhrase:   {"%s", "%s"},
	KindNegated:  {"%s, turned by %b", "%s، مقلوبة بـ%b"},
	KindStronger: {"%s, with %b", "%s، مع %b"},
	KindEmoji:    {"emoji %s", "الرمز %s"},
	KindStars:    {"stars %s", "التقييم %s"},
	KindConflict: {"stars %s, but the words say otherwise", "التقييم %s والكلام يقول خلافه"},
	KindLearned:  {"%s (seen in similar texts)", "%s (من نصوص مشابهة)"},
	KindBase:     {"texts of this shape", "طبيعة مثل هذا النص"},
	KindRest:     {"the other words together", "بقية الكلمات معًا"},
}

// Explain says in a few words, in Arabic for "ar" and otherwise in English, what the reason is and which way it points.
func (r Reason) Explain(lang string) string {
	k, up, down := 0, "speaks for praise", "speaks for a complaint"
	if lang == "ar" {
		k, up, down = 1, "يشير إلى الرضا", "يشير إلى الشكوى"
	}
	form, ok := explanations[r.Kind]
	if !ok {
		form = explanations[KindWord]
	}
	dir := up
	if r.Weight < 0 {
		dir = down
	}
	s := strings.NewReplacer("%s", fsi+r.Text+pdi, "%b", fsi+r.By+pdi).Replace(form[k])
	return s + ": " + dir
}

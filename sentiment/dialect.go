package sentiment

import (
	"math"
	"slices"

	"rasid/sentiment/internal/text"
	"rasid/sentiment/sentences"
)

var dialects = [...]string{"msa", "gulf", "egyptian", "levantine", "maghrebi", "iraqi", "sudanese"}

const (
	dialectBits  = 15
	dialectRate  = 0.5
	dialectRound = 6
	cueBonus     = 1.2  // log odds that one word marked as characteristic in the lexicon is worth
	dialectSure  = 0.55 // probability below which the dialect is unknown
	cueStrength  = 0.5  // log odds from which a word is shown as a cue
)

type votes [len(dialects)]float32

// dialectModel tells Arabic dialects apart: a softmax over words and letters of our own sentences, learned when
// the first text is judged (a quarter of a second of one core, always the same), and the words that the lexicon marks as characteristic.
type dialectModel struct {
	odds []votes
}

// lesson is one sentence to learn from.
type lesson struct {
	slots []uint32
	k     int
}

// spoken is a sentence and its dialect, as an index.
type spoken struct {
	text string
	k    int
}

// dialectLessons are the sentences to learn dialects from.
func dialectLessons() ([]spoken, error) {
	us, err := sentences.Languages()
	if err != nil {
		return nil, err
	}
	ms, err := sentences.Mentions()
	if err != nil {
		return nil, err
	}
	var out []spoken
	add := func(split, dialect, s string) {
		if k := slices.Index(dialects[:], dialect); k >= 0 && split == "train" {
			out = append(out, spoken{s, k})
		}
	}
	for _, u := range us {
		add(u.Split, u.Dialect, u.Text)
	}
	for _, s := range ms {
		add(s.Split, s.Dialect, s.Text)
	}
	return out, nil
}

func newDialectModel(f *text.Folder, said []spoken) *dialectModel {
	var count [len(dialects)]int
	var d text.Doc
	ls := make([]lesson, len(said))
	for i, s := range said {
		f.Parse(&d, s.text)
		ls[i].k = s.k
		for j := range d.Tok {
			eachShape(&d, j, func(slot uint32) { ls[i].slots = append(ls[i].slots, slot) })
		}
		count[s.k]++
	}
	m := &dialectModel{odds: make([]votes, 1<<dialectBits)}
	m.learn(ls, count)
	return m
}

// learn runs AdaGrad over the lessons in a mixed but fixed order; rare dialects weigh as much as common ones.
func (m *dialectModel) learn(ls []lesson, count [len(dialects)]int) {
	sums := make([]votes, len(m.odds))
	for range dialectRound {
		for n := range ls {
			l := &ls[n*7919%len(ls)]
			x := calm(len(l.slots))
			var z votes
			for _, s := range l.slots {
				for k, w := range m.odds[s] {
					z[k] += w * x
				}
			}
			p := softmaxVotes(z)
			weight := float32(len(ls)) / float32(len(dialects)*count[l.k])
			p[l.k]--
			for _, s := range l.slots {
				for k := range p {
					g := p[k] * x * weight
					sums[s][k] += g * g
					m.odds[s][k] -= dialectRate * g / float32(math.Sqrt(float64(sums[s][k])+1e-3))
				}
			}
		}
	}
}

// calm keeps long sentences, which have many overlapping letter groups, from being too sure.
func calm(n int) float32 { return float32(1 / math.Sqrt(float64(max(n, 1)))) }

func softmaxVotes(z votes) votes {
	top := slices.Max(z[:])
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(float64(v - top))
	}
	var p votes
	for k, v := range z {
		p[k] = float32(math.Exp(float64(v-top)) / sum)
	}
	return p
}

// eachShape calls yield for the word and its letter groups of two to four, with its borders.
func eachShape(d *text.Doc, i int, yield func(uint32)) {
	t := &d.Tok[i]
	if t.Kind != text.Word {
		return
	}
	slot := func(h uint64) uint32 { return uint32(text.Mix(h)) & (1<<dialectBits - 1) } // the low bits are wanted
	yield(slot(t.Hash))
	yield(slot(t.Hash ^ 0x5bd1)) // a whole word counts twice: it says more than its letters
	w := d.R[t.From:min(t.To, t.From+32)]
	for s := -1; s < len(w); s++ {
		h := uint64(s32(s < 0))
		for l := 1; l <= 4 && s+l <= len(w)+1; l++ {
			c := uint64(0x110000)
			if k := s + l - 1; k >= 0 && k < len(w) {
				c = text.Code(w[k])
			}
			h = text.Step(h+1, c)
			if l >= 2 {
				yield(slot(h))
			}
		}
	}
}

func s32(b bool) uint32 {
	if b {
		return 7
	}
	return 11
}

// find gives the dialect and the words that gave it; it stays silent when it is not sure.
func (m *dialectModel) find(d *desk, lang string) (string, []string) {
	if lang == "en" || lang == "other" {
		return "", nil
	}
	p := &d.page
	var sum votes
	n := 0
	d.votes = d.votes[:0]
	for i := range p.Doc.Tok {
		w := m.word(&p.Doc, i, &n)
		for k := range sum {
			sum[k] += w[k]
		}
		d.votes = append(d.votes, w)
	}
	x := calm(n)
	for k := range sum {
		sum[k] *= x
	}
	for i := range p.Hits {
		for k, d := range dialects {
			if p.Hits[i].Entry.Tagged(d) {
				sum[k] += cueBonus / float32(len(p.Hits[i].Entry.Tags()))
			}
		}
	}
	prob := softmaxVotes(sum)
	best := slices.Index(prob[:], slices.Max(prob[:]))
	if n == 0 || prob[best] < dialectSure {
		return "", nil
	}
	return dialects[best], d.cues(best, x)
}

func (m *dialectModel) word(d *text.Doc, i int, n *int) votes {
	var v votes
	eachShape(d, i, func(slot uint32) {
		*n++
		for k, x := range m.odds[slot] {
			v[k] += x
		}
	})
	return v
}

// maxCues is how many words are shown.
const maxCues = 5

// cues are the words that speak for a dialect.
func (d *desk) cues(best int, x float32) []string {
	p := &d.page
	var out []string
	add := func(from, to int) {
		s := p.Doc.Source[p.Doc.Tok[from].Start:p.Doc.Tok[to].End]
		if len(out) < maxCues && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for i := range p.Hits {
		if p.Hits[i].Entry.Tagged(dialects[best]) {
			add(p.Hits[i].Tok, p.Hits[i].Tok+p.Hits[i].N-1)
		}
	}
	for i := range d.votes {
		if d.votes[i][best]*x >= cueStrength {
			add(i, i)
		}
	}
	return out
}

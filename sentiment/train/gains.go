package train

import (
	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
)

// origin is what a feature is made of and whether its words are Arabic.
type origin struct {
	kind   features.Kind
	arabic bool
}

func originOf(p *features.Page, f features.Feat) origin {
	return origin{f.Kind, f.A >= 0 && p.Doc.Tok[f.A].Script == text.Arabic}
}

// gains are the factors by which what was learned about each kind of feature counts: in Arabic, elsewhere. On the texts
// it learns from, letters explain too much and the lexicon too little, for the letters also know each source by its
// looks. The factors were fitted to texts judged by tables that had not seen them, of sources left out by the family and
// of sources learned from (docs/sentiment-experiments.md), and taken at .6 of their distance from 1, as the development
// texts decided.
var gains = [features.Kinds][2]float32{
	features.WordFeat:       {0.8, 1.25},
	features.PairFeat:       {1.05, 1.2},
	features.SkipFeat:       {1.05, 1.2},
	features.LettersFeat:    {0.9, 0.85},
	features.NegLettersFeat: {0.65, 0.8},
	features.StemFeat:       {0.85, 0.85},
	features.NumberFeat:     {0.9, 0.9},
	features.EmojiFeat:      {0.95, 0.95},
	features.RepeatFeat:     {0.9, 0.9},
	features.MarkFeat:       {1, 1},
	features.LinkFeat:       {1, 1},
	features.UserFeat:       {1, 1},
	features.FaceFeat:       {0.9, 0.9},
	features.GoodFeat:       {0.7, 0.7},
	features.BadFeat:        {0.75, 0.75},
	features.DiffFeat:       {1.15, 1.15},
	features.SumFeat:        {0.95, 0.95},
	features.FirstHitFeat:   {1.2, 1.2},
	features.LastHitFeat:    {1.1, 1.1},
	features.FirstFeat:      {1.05, 0.95},
	features.LastFeat:       {0.9, 0.9},
	features.SeamFeat:       {0.9, 0.95},
	features.TagFeat:        {0.9, 0.9},
	features.HitFeat:        {1.2, 1.2},
	features.PhraseFeat:     {1.05, 1.05},
	features.HitPairFeat:    {1, 1},
	features.DensityFeat:    {0.75, 0.75},
	features.FrameFeat:      {0.85, 0.85},
	features.StemPairFeat:   {1.05, 1.05},
	features.CoupleFeat:     {0.9, 0.85},
	features.NegCoupleFeat:  {0.65, 0.8},
}

// scale multiplies the weights of each slot by the gain of what it is made of.
func (c *Corpus) scale(w *Weights, slots []uint32) {
	for i, s := range slots {
		o := c.made[s]
		g := gains[o.kind][1]
		if o.arabic {
			g = gains[o.kind][0]
		}
		for y := range 3 {
			w.W[i][y] *= g
		}
	}
}

package responder

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/internal/lines"
	"rasid/internal/patterns"
)

// Doubts tells praise from what only sounds like it: thanks for a cold meal, or
// for an answer that never came. Who is thanked for that feels mocked in public.
type Doubts struct {
	words  *Topics // the words of each cue, as if it were a topic
	shapes *patterns.Lists
	angles *Angles
}

// ErrDoubtful says that nobody is thanked by a template, nor asked for pardon:
// only a person can tell what was meant.
var ErrDoubtful = errors.New("perhaps not meant as praise")

// newDoubts reads topics/doubts.tsv: cue, weight, words.
func newDoubts(angles *Angles) (*Doubts, error) {
	const name = "topics/doubts.tsv"
	b, err := topicFiles.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading doubts: %w", err)
	}
	d := &Doubts{words: newTopics(), angles: angles}
	for n, line := range lines.Of(string(b)) {
		if err := d.words.read(strings.Split(line, "\t")); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	d.shapes, err = ironicShapes()
	return d, err
}

// ironicShapes reads the shapes of praise that is not meant, once for all.
var ironicShapes = sync.OnceValues(func() (*patterns.Lists, error) { return patterns.ReadFiles(topicFiles, "topics/ironic.tsv") })

// grins are signs that people set behind what they do not mean.
const grins = "🙄🤡🙃😒🤦"

// scareQuotes finds a word of praise between quotation marks, in folded text: who
// writes "fresh" fish means another kind.
var scareQuotes = regexp.MustCompile(`["“”«»„‟‘][^"“”«»„‟‘’\n]{0,14}?(?:fresh|fast|quick|express|premium|luxur|vip|best|great|excellent|quality|clean|friendly|professional|service|free|ready|hot|instant|same.day|gourmet|handmade|organic|guarantee|priority|deluxe|renovated|` +
	`سريع|طازج|فاخر|ممتاز|خدمه|نظيف|مجاني|احتراف|راقي|ضمان|اصلي|جديد|فوري|الجوده|جوده|عضوي|ملكي|مميز)[^"“”«»„‟‘’\n]{0,14}["“”«»’]`)

// heavy is the weight from which one expression of a complaint speaks against
// praise around it; a plain "cold" or "refund" weighs less.
const heavy = -1.0

// Of reports whether praise may not be meant: it is put as irony, or it tells
// of something that went wrong and nothing says that it was put right.
func (d *Doubts) Of(c cases.Case) bool {
	if c.Score.Label != "pos" {
		return false
	}
	said := openWords(c)
	cues := d.words.weigh(said)
	shapes, _ := kindsIn(d.shapes, said)
	if cues["irony"] > 0 || slices.Contains(shapes, "irony") || strings.ContainsAny(said, grins) || scareQuotes.MatchString(fold.Text(said)) {
		return true
	}
	if m := c.Last(); m.Stars == 1 || m.Stars == 2 {
		return true
	}
	if cues["mended"] > 0 {
		return false
	}
	return cues["failure"] > 0 || slices.Contains(shapes, "failed") || endured(said) || d.wrong(said) || slices.ContainsFunc(c.Score.Reasons, weighty)
}

// wrong reports whether words tell what is wrong about a topic. Those of a late
// delivery or refund ("still", "waiting", "month") stand in praise too, so they
// do not count; the cues have lateness of their own.
func (d *Doubts) wrong(said string) bool {
	for angle := range d.angles.words.weigh(said) {
		if !strings.HasSuffix(angle, "late") {
			return true
		}
	}
	return false
}

// weighty reports whether a reason is an expression of the word lists that
// speaks clearly for a complaint.
func weighty(r cases.Reason) bool {
	return r.Weight <= heavy && r.Kind != "learned" && r.Kind != "base"
}

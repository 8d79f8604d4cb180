package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
	"rasid/sentiment/lexicon"
	"rasid/sentiment/model"
	"rasid/sentiment/sentences"
)

// Options say what to learn from and how.
type Options struct {
	Data    []string // folders with labelled texts (TSV, plain or gzipped)
	Own     bool     // add our own invented sentences (their training split)
	Leave   []string // sources or families to leave out
	Hyper   Hyper
	Bits    int // 2^Bits slots
	AtLeast int // texts a feature must be seen in
	Bytes   int // the table may take, compressed
	Seeds   int // learners to average
	Workers int // for reading; does not change the result
}

// Defaults are the options the shipped table was trained with, but for Data.
func Defaults() Options {
	return Options{Own: true, Hyper: DefaultHyper(), Bits: 22, AtLeast: 2, Bytes: 2_000_000, Seeds: 3, Workers: runtime.NumCPU()}
}

// ErrNoTexts says that there was nothing to learn from.
var ErrNoTexts = errors.New("training: no labelled texts found")

// Run trains a table. Progress goes to w. The same options and texts give the same bytes, on one core as on many.
func Run(ctx context.Context, o Options, w io.Writer) (*model.Table, error) {
	s, err := enrol(ctx, o, w)
	if err != nil {
		return nil, err
	}
	return s.teach(ctx, nil, w)
}

func newReader() (*features.Reader, error) {
	f := text.NewFolder()
	lex, err := lexicon.Load(f)
	if err != nil {
		return nil, fmt.Errorf("loading the lexicon: %w", err)
	}
	return &features.Reader{Folder: f, Lex: lex}, nil
}

func setOf(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// leanEnglish makes up for English complaints being told so calmly that "neutral" often looks a little likelier: with it
// the mean F1 of complaints rises by .2 points and macro-F1 falls by .3; 1.25 costs macro-F1 .8 more. On Arabic texts it
// only costs.
const leanEnglish = 1.1

// batch is how many texts are in memory at a time; of the others only the features are kept.
const batch = 16 * chunk

// load reads all texts as a stream and keeps their features.
func load(ctx context.Context, o Options, r *features.Reader, w io.Writer) (*Corpus, error) {
	files, err := Files(o.Data...)
	if err != nil {
		return nil, err
	}
	c := &Corpus{}
	var rows []Row
	mask := uint32(1)<<o.Bits - 1
	flush := func() error {
		err := c.Add(ctx, r, mask, rows, o.Workers)
		rows = rows[:0]
		return err
	}
	bar := newBar(w, "reading", len(files)+1)
	for _, f := range files {
		err := ReadFile(f, func(row Row) error {
			rows = append(rows, row)
			if len(rows) == batch {
				return flush()
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		bar.tick()
	}
	if o.Own {
		own, err := ownRows("train")
		if err != nil {
			return nil, err
		}
		rows = append(rows, own...)
	}
	if err := flush(); err != nil {
		return nil, err
	}
	bar.done()
	if len(c.Rows) == 0 {
		return nil, ErrNoTexts
	}
	return c, nil
}

// ownSource is the source that our own sentences are counted under.
const ownSource = "own"

// ownRows turns one split of our own sentences into rows of the source "own".
func ownRows(split string) ([]Row, error) {
	ss, err := sentences.Mentions()
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, s := range ss {
		if l, ok := labelOf(s.Label); ok && s.Split == split {
			lang := s.Lang
			if lang != "en" {
				lang = "ar" // mixed and Arabizi texts are weighed like Arabic ones
			}
			out = append(out, Row{ID: s.ID, Lang: lang, Source: ownSource, Domain: s.Domain, Label: l, Text: s.Text})
		}
	}
	return out, nil
}

// counted lists the sources that weigh something, in the order of their first row.
func counted(rows []Row, weight []float32) (int, []model.Source) {
	var out []model.Source
	at := map[string]int{}
	total := 0
	for i := range rows {
		if weight[i] == 0 {
			continue
		}
		k, ok := at[rows[i].Source]
		if !ok {
			k = len(out)
			at[rows[i].Source] = k
			out = append(out, model.Source{Name: rows[i].Source, Lang: rows[i].Lang})
		}
		out[k].Rows++
		total++
	}
	return total, out
}

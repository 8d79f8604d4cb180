package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"rasid/sentiment"
	"rasid/sentiment/eval"
	"rasid/sentiment/holdout"
	"rasid/sentiment/model"
	"rasid/sentiment/train"
)

// modelCommand trains, measures and describes the scorer's learned table.
func (p *program) modelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Train, measure or describe the table behind the scores",
		Long: `The scorer rests on a lexicon and on a table of learned weights. Both come with the
program; these commands learn the table again from labelled texts of your own,
measure it, and print its card: what it learned from, and how good it is.

While "rasid run" works it also learns from what staff decide, as a small layer
over that table: "local" shows it and "rollback" takes the last one away.`,
		Example: `  rasid model card
  rasid model local
  rasid model eval --data texts-dev`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.modelTrainCommand(), p.modelEvalCommand(), p.modelCardCommand(), p.modelLocalCommand(), p.modelRollbackCommand())
	return cmd
}

// modelTrainOptions are the flags of `rasid model train`.
type modelTrainOptions struct {
	data, leave []string
	dev, out    string
	noOwn       bool
}

func (p *program) modelTrainCommand() *cobra.Command {
	var o modelTrainOptions
	cmd := &cobra.Command{
		Use:   "train --data DIR",
		Short: "Learn a table from labelled texts",
		Long: `Reads every .tsv and .tsv.gz under the folders given (columns id, lang, source,
domain, label, text), adds the invented sentences that come with the program, and
writes weights.bin and CARD.md. The same texts give the same bytes.`,
		Example: `  rasid model train --data texts/free --out my-model
  rasid model train --data texts --dev texts-dev --out sentiment/model`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(o.data) == 0 && o.noOwn {
				return usageError{errors.New("want --data with labelled texts")}
			}
			return p.modelTrain(cmd.Context(), o)
		},
	}
	cmd.Flags().StringArrayVar(&o.data, "data", nil, "folder of labelled texts; may be given several times")
	cmd.Flags().StringArrayVar(&o.leave, "leave-out", nil, "source or family of sources to leave out; may be given several times")
	cmd.Flags().StringVar(&o.dev, "dev", "", "folder of labelled texts kept apart, to measure the new table for its card")
	cmd.Flags().StringVar(&o.out, "out", ".", "folder for weights.bin and CARD.md")
	cmd.Flags().BoolVar(&o.noOwn, "no-own", false, "leave out the invented sentences that come with the program")
	return cmd
}

// trainingMemory is how much memory training asks for, in bytes: all texts of the shipped table need half of it, and the
// collector lets the rest fill up before it works. Who has set GOMEMLIMIT knows better.
const trainingMemory = 1_700_000_000

func (p *program) modelTrain(ctx context.Context, o modelTrainOptions) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(trainingMemory)
	}
	if err := os.MkdirAll(o.out, 0o750); err != nil { // before minutes of work, not after
		return fmt.Errorf("making room for the trained table: %w", err)
	}
	opts := train.Defaults()
	opts.Data, opts.Leave, opts.Own = o.data, o.leave, !o.noOwn
	t, err := train.Run(ctx, opts, p.err)
	if err != nil {
		return err
	}
	card := train.CardOptions{Command: "rasid model train --data " + strings.Join(baseNames(o.data), " --data ")}
	if o.dev != "" {
		m, err := measured(ctx, "this table", t, o.dev)
		if err != nil {
			return err
		}
		card.Measures = append(card.Measures, m)
	}
	var table, text bytes.Buffer
	if err := t.Write(&table); err != nil {
		return err
	}
	if err := train.Card(&text, t, card); err != nil {
		return err
	}
	for name, b := range map[string][]byte{"weights.bin": table.Bytes(), "CARD.md": text.Bytes()} {
		if err := os.WriteFile(filepath.Join(o.out, name), b, 0o600); err != nil {
			return fmt.Errorf("writing the trained table: %w", err)
		}
	}
	_, err = fmt.Fprintf(p.out, "%d texts, %d features, %d bytes in %s\n", t.Rows, t.Features, table.Len(), o.out)
	return err
}

// measured are the means of a table on the texts of dev, for a card.
func measured(ctx context.Context, name string, t *model.Table, dev string) (train.Measured, error) {
	s, err := sentiment.With(t)
	if err != nil {
		return train.Measured{}, err
	}
	var report strings.Builder
	err = eval.Run(ctx, s, eval.RunOptions{Data: []string{dev}, Workers: runtime.NumCPU()}, &report)
	return train.Measured{Name: name, Lines: eval.Means(report.String())}, err
}

// baseNames keeps folders of this machine out of the card.
func baseNames(dirs []string) []string {
	out := make([]string, len(dirs))
	for i, d := range dirs {
		out[i] = filepath.Base(filepath.Clean(d))
	}
	return out
}

// modelEvalOptions are the flags of `rasid model eval`.
type modelEvalOptions struct {
	data, baseline   []string
	train            []string
	model, predicted string
	tau              float64
}

func (p *program) modelEvalCommand() *cobra.Command {
	var o modelEvalOptions
	cmd := &cobra.Command{
		Use:   "eval --data DIR",
		Short: "Measure a table on labelled texts",
		Long: `Prints for each source, for each language and for all texts together: accuracy,
macro-F1, precision, recall and F1 of complaints, average precision, calibration
error, and how many complaints are found at 90 and 95 % precision; and the same
for each file of predictions given with --baseline. "chance" beside the calibration
error is what it would be if every probability were true: with few texts never 0.

With --train the table is not measured but learned anew, once for each family of
sources and without it, and judges that family: what to expect of texts of a kind
never seen, and what 200 labels of the place itself then bring. This takes some
ten minutes for 250,000 texts.`,
		Example: `  rasid model eval --data texts-dev
  rasid model eval --data texts-dev --model my-model/weights.bin --baseline other=predictions.tsv.gz
  rasid model eval --data texts-dev --train texts`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(o.data) == 0 {
				return usageError{errors.New("want --data with labelled texts")}
			}
			if len(o.train) > 0 && (o.model != "" || len(o.baseline) > 0) {
				return usageError{errors.New("with --train the tables measured are learned anew: --model and --baseline have no place")}
			}
			return p.modelEval(cmd.Context(), o)
		},
	}
	cmd.Flags().StringArrayVar(&o.data, "data", nil, "folder or file of labelled texts; may be given several times")
	cmd.Flags().StringArrayVar(&o.train, "train", nil, "folder of labelled texts to learn from, each family of sources left out in turn; may be given several times")
	cmd.Flags().StringArrayVar(&o.baseline, "baseline", nil, "predictions to compare with, as NAME=FILE; may be given several times")
	cmd.Flags().StringVar(&o.model, "model", "", "weights.bin to measure instead of the one in the program")
	cmd.Flags().StringVar(&o.predicted, "predictions", "", "file to write the predictions to")
	cmd.Flags().Float64Var(&o.tau, "tau", 0.35, "probability from which a text is flagged as a complaint")
	return cmd
}

func (p *program) modelEval(ctx context.Context, o modelEvalOptions) (err error) {
	opts := eval.RunOptions{Data: o.data, Baseline: o.baseline, Tau: o.tau, Workers: runtime.NumCPU()}
	if o.predicted != "" {
		f, err := os.Create(filepath.Clean(o.predicted))
		if err != nil {
			return fmt.Errorf("writing predictions: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		opts.Pred = f
	}
	if len(o.train) > 0 {
		learn := train.Defaults()
		learn.Data, learn.Seeds = o.train, 1
		return holdout.Run(ctx, learn, opts, p.out, p.err)
	}
	s, err := scorerOf(o.model)
	if err != nil {
		return err
	}
	return eval.Run(ctx, s, opts, p.out)
}

func scorerOf(path string) (*sentiment.Scorer, error) {
	if path == "" {
		return sentiment.New()
	}
	t, err := tableOf(path)
	if err != nil {
		return nil, err
	}
	return sentiment.With(t)
}

func tableOf(path string) (*model.Table, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing can be lost
	return model.Read(f)
}

// modelCardOptions are the flags of `rasid model card`.
type modelCardOptions struct {
	model, dev string
	beside     []string
}

func (p *program) modelCardCommand() *cobra.Command {
	var o modelCardOptions
	cmd := &cobra.Command{
		Use:   "card",
		Short: "Print what the table in the program learned from and how good it is",
		Long: `Prints the model card of the learned table that comes with the program: the
sources it learned from with their licences, its figures on texts kept apart, and
the command that learns it again.

With --model and --dev it writes the card of another table anew, and with --beside
the figures of more tables next to its own.`,
		Example: `  rasid model card
  rasid model card --model my-model/weights.bin --dev texts-dev --beside "free texts only=free/weights.bin"`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.model == "" && (o.dev != "" || len(o.beside) > 0) {
				return usageError{errors.New("want --model: the card of the table in the program is written already")}
			}
			if o.model != "" && o.dev == "" {
				return usageError{errors.New("want --dev with labelled texts to measure the table on")}
			}
			return p.modelCard(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.model, "model", "", "weights.bin to write the card of")
	cmd.Flags().StringVar(&o.dev, "dev", "", "folder of labelled texts kept apart, to measure on")
	cmd.Flags().StringArrayVar(&o.beside, "beside", nil, "another table to measure, as NAME=FILE; may be given several times")
	return cmd
}

func (p *program) modelCard(ctx context.Context, o modelCardOptions) error {
	if o.model == "" {
		_, err := io.WriteString(p.out, model.Card())
		return err
	}
	t, err := tableOf(o.model)
	if err != nil {
		return err
	}
	card := train.CardOptions{Command: "rasid model train --data train"}
	m, err := measured(ctx, "this table", t, o.dev)
	if err != nil {
		return err
	}
	card.Measures = append(card.Measures, m)
	for _, b := range o.beside {
		name, path, ok := strings.Cut(b, "=")
		if !ok {
			return usageError{fmt.Errorf("--beside %q: want NAME=FILE", b)}
		}
		other, err := tableOf(path)
		if err != nil {
			return err
		}
		if m, err = measured(ctx, fmt.Sprintf("%s (%d texts)", name, other.Rows), other, o.dev); err != nil {
			return err
		}
		card.Measures = append(card.Measures, m)
	}
	return train.Card(p.out, t, card)
}

// Package learn turns decisions of staff into better judgement. Whatever they
// decide is read once from the history; where it implies whether a mention was
// a complaint, it becomes a lesson in the store. When enough is new, a small
// bounded layer over the scorer is fitted to the lessons, compared with the
// scorer alone on lessons it has not seen, and switched on only when it is
// better. Each layer is a version that can be rolled back.
package learn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"rasid/internal/cases"
	"rasid/sentiment"
	"rasid/sentiment/local"
)

// Diary is where decisions stand and lessons are kept.
type Diary interface {
	Untaught(ctx context.Context, limit int) (es []cases.Entry, upTo int64, err error)
	Case(ctx context.Context, id int64) (cases.Case, error)
	Teach(ctx context.Context, upTo int64, ls []cases.Lesson) error
}

// Lessons are what was kept.
type Lessons interface {
	Lessons(ctx context.Context, limit int) ([]cases.Taught, error)
	LessonsAfter(ctx context.Context, seq int64) (n int, erased bool, err error)
}

// Shelf holds the layers.
type Shelf interface {
	LayerOn(ctx context.Context) (cases.Layer, bool, error)
	Layers(ctx context.Context, limit int) ([]cases.Layer, error)
	SaveLayer(ctx context.Context, l cases.Layer) error
}

// Every is how many new lessons are worth a new layer.
const Every = 20

// Options are those of every fit.
func Options() local.Options { return local.Defaults() }

// batch bounds one look through the history.
const batch = 200

// Learner is the duty of learning, and the scorer as it stands now. It is safe
// for concurrent use.
type Learner struct {
	diary   Diary
	lessons Lessons
	shelf   Shelf
	base    *sentiment.Scorer
	mark    string // fingerprint of base
	log     *slog.Logger
	reasons map[verdict][]string
	now     atomic.Pointer[standing]
}

// standing is the scorer in use and the version of its layer; 0 for none.
type standing struct {
	scorer  *sentiment.Scorer
	version int
}

// New makes a learner over a scorer. Until Load or Step it judges like base.
func New(d Diary, ls Lessons, sh Shelf, base *sentiment.Scorer, log *slog.Logger) *Learner {
	l := &Learner{diary: d, lessons: ls, shelf: sh, base: base, mark: base.Fingerprint(), log: log, reasons: reasons()}
	l.now.Store(&standing{scorer: base})
	return l
}

// Scorer is the scorer to judge with now.
func (l *Learner) Scorer() *sentiment.Scorer { return l.now.Load().scorer }

// Version is the version of the layer in use; 0 for the scorer alone.
func (l *Learner) Version() int { return l.now.Load().version }

// Load takes the layer the store says is on, also when another instance or a
// person changed it. One that belongs on another scorer is left aside.
func (l *Learner) Load(ctx context.Context) error {
	on, ok, err := l.shelf.LayerOn(ctx)
	if err != nil {
		return fmt.Errorf("reading what was learned: %w", err)
	}
	switch {
	case !ok || on.Base != l.mark:
		if l.Version() != 0 {
			l.now.Store(&standing{scorer: l.base})
		}
		return nil
	case on.Version == l.Version():
		return nil
	}
	var layer sentiment.Layer
	if err := layer.UnmarshalBinary(on.Body); err != nil {
		return fmt.Errorf("reading layer %d: %w", on.Version, err)
	}
	l.now.Store(&standing{scorer: l.base.WithLayer(&layer), version: on.Version})
	return nil
}

// Step keeps what new decisions teach, and fits a new layer when enough is
// new. It returns how many decisions it looked at.
func (l *Learner) Step(ctx context.Context, now time.Time) (int, error) {
	if err := l.Load(ctx); err != nil {
		return 0, err
	}
	n, err := l.gather(ctx)
	if err != nil || n == batch {
		return n, err
	}
	return n, l.refit(ctx, now)
}

func (l *Learner) gather(ctx context.Context) (int, error) {
	es, upTo, err := l.diary.Untaught(ctx, batch)
	if err != nil {
		return 0, err
	}
	var found []cases.Lesson
	for _, e := range es {
		c, err := l.diary.Case(ctx, e.Case)
		if err != nil {
			return 0, fmt.Errorf("reading case %d for its lesson: %w", e.Case, err)
		}
		if lesson, ok := l.lesson(e, c); ok {
			found = append(found, lesson)
		}
	}
	if len(es) == 0 {
		return 0, nil // the next decision says how far we came
	}
	return len(es), l.diary.Teach(ctx, upTo, found)
}

// refit fits a new layer when one is due.
func (l *Learner) refit(ctx context.Context, now time.Time) error {
	past, err := l.shelf.Layers(ctx, 1)
	if err != nil {
		return err
	}
	var last cases.Layer
	if len(past) > 0 {
		last = past[0]
	}
	o := Options()
	fresh, erased, err := l.lessons.LessonsAfter(ctx, last.Seq)
	if err != nil {
		return err
	}
	moved := last.Version > 0 && last.Base != l.mark // the program came with another scorer
	if !erased && !moved && fresh < Every || last.Version == 0 && fresh < o.MinLabels {
		return nil
	}
	taught, err := l.lessons.Lessons(ctx, o.Keep)
	if err != nil {
		return err
	}
	layer, rep, err := l.fit(ctx, taught, last.Version+1, o)
	tooFew := errors.Is(err, local.ErrTooFew)
	switch {
	case err != nil && !tooFew:
		return err
	case tooFew && !erased && !moved:
		return nil // copies and floods are many, what they teach is not
	}
	layer.Seq, layer.At = last.Seq, now
	for _, t := range taught {
		layer.Seq = max(layer.Seq, t.Seq)
	}
	if err := l.shelf.SaveLayer(ctx, layer); err != nil && !errors.Is(err, cases.ErrStale) {
		return err
	}
	l.log.Info("learned from staff", "layer", layer.Version, "state", layer.State, "lessons", rep.Used, "given", rep.Given, "doubted", rep.Doubted,
		"negF1", rep.After.NegF1, "before", rep.Before.NegF1)
	return l.Load(ctx)
}

// fit makes the next version from lessons.
func (l *Learner) fit(ctx context.Context, taught []cases.Taught, version int, o local.Options) (cases.Layer, local.Report, error) {
	examples := make([]local.Example, len(taught))
	for i, t := range taught {
		examples[i] = local.Example{Text: t.Text, Stars: t.Stars, Label: sentiment.Label(t.Label), By: t.By, Author: t.Author}
	}
	out := cases.Layer{Version: version, Base: l.mark, State: cases.LayerRefused, By: cases.Rasid}
	o.Version = version
	layer, rep, err := local.Fit(ctx, l.base, examples, o)
	out.Lessons = rep.Used
	report, wrong := json.Marshal(rep)
	if err != nil || wrong != nil {
		return out, rep, errors.Join(err, wrong)
	}
	out.Report = string(report)
	if !rep.Better {
		return out, rep, nil
	}
	out.State = cases.LayerOn
	out.Body, err = layer.MarshalBinary()
	return out, rep, err
}

// ReadReport reads how a layer measured.
func ReadReport(l cases.Layer) (local.Report, error) {
	var rep local.Report
	if l.Report == "" {
		return rep, nil
	}
	if err := json.Unmarshal([]byte(l.Report), &rep); err != nil {
		return rep, fmt.Errorf("reading the report of layer %d: %w", l.Version, err)
	}
	return rep, nil
}

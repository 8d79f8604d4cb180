package watchers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v4"

	"rasid/internal/cases"
)

// What a Watcher does when nothing else is set.
const (
	pollDeadline = 60 * time.Second // a worker is never held longer
	longestPause = time.Hour        // between attempts at a source that fails
	stallAfter   = 5                // errors in a row
	poisonAfter  = 3                // refused pages in a row before the cause is sought
)

// Watcher polls one source and records what is about the business. It is used
// by one goroutine at a time. Time is passed in: the caller asks it to Step
// and is told when the next step is due.
type Watcher struct {
	Name, Kind string
	Source     Source
	Book       Book
	Every      time.Duration
	Match      func(cases.Mention) bool // nil = everything is about us
	Quiet      time.Duration            // silence from which the source counts as stalled; 0 = never
	Limits     string                   // what the platform does not allow, in plain words
	Gap        func(why string)         // told when mentions may have been missed; nil = only the log
	// Rejected is told of replies that the platform shows to nobody, at every look
	// that sees them; nil = nobody.
	Rejected func(ctx context.Context, source string, list []cases.Rejected, now time.Time)
	// Answers is told of answers of the business that stand there, at every look
	// that sees them and once the mentions are recorded; nil = nobody.
	Answers func(ctx context.Context, source string, list []cases.Answer, now time.Time)
	Log     *slog.Logger // nil = silent

	// Status goes on from what was saved before a restart, so that a pause a
	// platform asked for is kept.
	Status cases.SourceStatus

	pause   backoff.BackOff
	refused int       // pages in a row that Book did not take
	saved   time.Time // when the status was last saved
}

// Step polls once if the source is due, and returns when it is due again.
func (w *Watcher) Step(ctx context.Context, now time.Time) time.Time {
	w.setBack(now)
	if now.Before(w.Status.NextTry) {
		return w.Status.NextTry
	}
	w.Status.Source, w.Status.Kind, w.Status.Limits = w.Name, w.Kind, w.Limits
	was := w.Status
	page, added, err := w.look(ctx, now)
	if err != nil && ctx.Err() != nil {
		return now // we are stopping; that says nothing about the source
	}
	w.Status.LastTry = now
	if err != nil {
		w.failed(ctx, now, err)
	} else {
		w.succeeded(now, page, added)
	}
	w.Status.Stalled = w.Status.ErrorsInRow >= stallAfter || w.silent(now)
	if w.worthSaving(was, now) {
		if err := w.Book.SaveStatus(ctx, w.Status); err != nil && ctx.Err() == nil {
			w.log().ErrorContext(ctx, "source status not saved", "source", w.Name, "err", err)
		}
		w.saved = now
	}
	return w.Status.NextTry
}

// setBack moves what a source remembers to a clock that was set back behind its
// last try, and keeps what is left of its pause: a clock that stood years ahead
// for a minute must not silence a source for years.
func (w *Watcher) setBack(now time.Time) {
	st := &w.Status
	ahead := st.LastTry.Sub(now)
	if ahead <= 0 {
		return
	}
	w.log().Warn("clock set back", "source", w.Name, "by", ahead)
	st.NextTry, w.saved = st.NextTry.Add(-ahead), time.Time{}
	for _, at := range []*time.Time{&st.LastTry, &st.LastOK, &st.LastNew} {
		if at.After(now) {
			*at = now
		}
	}
}

// Hurry brings the next step forward, because something is known to wait. A
// source that fails keeps its pause.
func (w *Watcher) Hurry(now time.Time) {
	if w.Status.ErrorsInRow == 0 && now.Before(w.Status.NextTry) {
		w.Status.NextTry = now
	}
}

// saveEvery is how often the status is saved while nothing changes: a source
// that looks into its inbox every second must not write as often.
const saveEvery = 15 * time.Second

func (w *Watcher) worthSaving(was cases.SourceStatus, now time.Time) bool {
	is := w.Status
	return now.Sub(w.saved) >= saveEvery || is.LastNew != was.LastNew || is.LastError != was.LastError || is.Stalled != was.Stalled ||
		is.NextTry.Sub(now) > saveEvery // a pause that a restart must keep
}

// look takes one page from the source to the book.
func (w *Watcher) look(ctx context.Context, now time.Time) (cases.Page, int, error) {
	after, err := w.Book.Cursor(ctx, w.Name)
	if err != nil {
		return cases.Page{}, 0, fmt.Errorf("reading the cursor of %s: %w", w.Name, err)
	}
	page, err := w.poll(ctx, after)
	if err != nil {
		return cases.Page{}, 0, err
	}
	page.Mentions = w.ours(ctx, page.Mentions)
	if page.Gap != "" {
		w.log().WarnContext(ctx, "mentions may be missing", "source", w.Name, "why", page.Gap)
		if w.Gap != nil {
			w.Gap(page.Gap)
		}
	}
	if w.Rejected != nil && len(page.Rejected) > 0 {
		w.Rejected(ctx, w.Name, page.Rejected, now)
	}
	if len(page.Mentions) == 0 && page.Next == after {
		w.answered(ctx, page, now)
		return page, 0, nil // nothing to remember: a transaction for each empty look would wear the disk
	}
	added, err := w.Book.Record(ctx, w.Name, page, now)
	if err != nil {
		added, err = w.quarantine(ctx, after, page, now, err)
	} else {
		w.refused = 0
	}
	if err == nil {
		w.answered(ctx, page, now)
	}
	return page, added, err
}

// answered passes on which answers of the business the look saw.
func (w *Watcher) answered(ctx context.Context, page cases.Page, now time.Time) {
	if w.Answers != nil && len(page.Answers) > 0 {
		w.Answers(ctx, w.Name, page.Answers, now)
	}
}

// poll asks the source under a deadline and a panic barrier: one broken source
// must not end the others.
func (w *Watcher) poll(ctx context.Context, after cases.Cursor) (p cases.Page, err error) {
	ctx, cancel := context.WithTimeout(ctx, pollDeadline)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("polling %s: it panicked: %v", w.Name, r)
		}
	}()
	ctx, meter := cases.Metered(ctx)
	defer func() {
		if a := meter.Heard(); !a.At.IsZero() {
			w.Status.Allowance = a
		}
	}()
	return w.Source.Poll(ctx, after)
}

// ours keeps what is about the business. What was said to us and what was
// deleted passes unasked.
func (w *Watcher) ours(ctx context.Context, all []cases.Mention) []cases.Mention {
	if w.Match == nil {
		return all
	}
	var keep []cases.Mention
	for _, m := range all {
		if m.Direct || m.Ours || m.Gone || w.match(ctx, m) {
			keep = append(keep, m)
		}
	}
	return keep
}

// match asks Match behind a barrier. What cannot be judged is kept: a mention
// too many is seen by staff, one too few by nobody.
func (w *Watcher) match(ctx context.Context, m cases.Mention) (keep bool) {
	defer func() {
		if r := recover(); r != nil {
			w.log().ErrorContext(ctx, "matching panicked", "source", w.Name, "id", m.ID, "panic", fmt.Sprint(r))
			keep = true
		}
	}()
	return w.Match(m)
}

// quarantine looks for a mention that the book can never take. A page that was
// refused three times running is recorded mention by mention under the old
// cursor; one that is refused while the book takes other pages is parked and
// named in the gap, and the source goes on.
func (w *Watcher) quarantine(ctx context.Context, after cases.Cursor, page cases.Page, now time.Time, cause error) (int, error) {
	if w.refused++; w.refused < poisonAfter || ctx.Err() != nil {
		return 0, cause
	}
	added, gap := 0, page.Gap
	for _, m := range page.Mentions {
		n, err := w.Book.Record(ctx, w.Name, cases.Page{Mentions: []cases.Mention{m}, Next: after}, now)
		if added += n; err == nil {
			continue
		}
		if !w.poisonous(ctx, after, m, now) {
			return added, cause
		}
		gap = cases.Also(gap, fmt.Sprintf("mention %.80q could not be recorded", m.ID))
	}
	if _, err := w.Book.Record(ctx, w.Name, cases.Page{Next: page.Next, Gap: gap}, now); err != nil {
		return added, cause
	}
	w.log().ErrorContext(ctx, "mentions parked", "source", w.Name, "why", gap, "err", cause)
	w.refused = 0
	return added, nil
}

// poisonous reports whether the book takes an empty page just before and just
// after it refuses m: then the fault lies with m and not with the book.
func (w *Watcher) poisonous(ctx context.Context, after cases.Cursor, m cases.Mention, now time.Time) bool {
	empty := cases.Page{Next: after}
	if _, err := w.Book.Record(ctx, w.Name, empty, now); err != nil {
		return false
	}
	if _, err := w.Book.Record(ctx, w.Name, cases.Page{Mentions: []cases.Mention{m}, Next: after}, now); err == nil {
		return true // it is recorded now; naming it once too often loses nothing
	}
	_, err := w.Book.Record(ctx, w.Name, empty, now)
	return err == nil
}

func (w *Watcher) succeeded(now time.Time, page cases.Page, added int) {
	w.backOff().Reset()
	w.Status.LastOK, w.Status.LastError, w.Status.ErrorsInRow = now, "", 0
	w.Status.Seen += int64(added)
	if added > 0 || w.Status.LastNew.IsZero() {
		w.Status.LastNew = now
	}
	w.Status.NextTry = now.Add(max(w.Every, page.Wait))
	if page.More {
		w.Status.NextTry = now
	}
}

func (w *Watcher) failed(ctx context.Context, now time.Time, err error) {
	w.Status.ErrorsInRow++
	w.Status.LastError = firstWords(err.Error())
	pause := w.backOff().NextBackOff()
	if later, ok := errors.AsType[*cases.LaterError](err); ok {
		pause = max(pause, later.After)
	}
	w.Status.NextTry = now.Add(pause)
	level := slog.LevelWarn
	if w.Status.ErrorsInRow == stallAfter {
		level = slog.LevelError // once, when it becomes a stall
	}
	w.log().Log(ctx, level, "source failed", "source", w.Name, "errors", w.Status.ErrorsInRow, "next", w.Status.NextTry, "err", err)
}

func (w *Watcher) silent(now time.Time) bool {
	return w.Quiet > 0 && !w.Status.LastNew.IsZero() && now.Sub(w.Status.LastNew) > w.Quiet
}

// backOff starts at the source's own interval, so that a failing source is
// never asked more often than a good one.
func (w *Watcher) backOff() backoff.BackOff {
	if w.pause == nil {
		first := max(w.Every, time.Second)
		w.pause = backoff.NewExponentialBackOff(backoff.WithInitialInterval(first), backoff.WithMultiplier(2),
			backoff.WithRandomizationFactor(0.2), backoff.WithMaxInterval(max(longestPause, first)), backoff.WithMaxElapsedTime(0))
	}
	return w.pause
}

func (w *Watcher) log() *slog.Logger {
	if w.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Log
}

// firstWords bounds what a page or a chat shows of an error.
func firstWords(s string) string {
	const limit = 300
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit]) + "…"
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/watchers"
)

// duty is one small loop: find what is due, do one step, write it down.
type duty struct {
	name  string
	every time.Duration // pause when nothing was due
	step  func(ctx context.Context, now time.Time) (done int, err error)
	next  func() time.Time    // when the step knows better than every; nil otherwise
	hears *bell               // wakes it early; nil: nothing does
	hurry func(now time.Time) // told that the bell woke it; nil: the step looks anyway
}

// duties is the whole running program as one table. Each row also runs after a
// restart exactly where it stopped, because what is due is a row in the
// database.
func (h *house) duties() []duty {
	judge := &responder.Judge{Desk: h.store, Office: h.office, Score: h.score, Log: h.log}
	poster := &responder.Poster{Desk: h.store, Outbox: h.store, Office: h.office, Owner: h.owner, Clock: h.now, Log: h.log, Crisis: h.crisis}
	looker := &responder.Looker{Desk: h.store, Office: h.office, Sends: h.store, Log: h.log}
	waker := &responder.Waker{Desk: h.store, Alarms: h.store, Office: h.office, Log: h.log}
	keeper := &responder.Keeper{Desk: h.store, Ledger: h.store, Office: h.office, Log: h.log}
	rereader := &responder.Rereader{Desk: h.store, Changes: h.store, Office: h.office, Score: h.score, Log: h.log}
	list := []duty{
		{name: "judge", every: 300 * time.Millisecond, step: judge.Step},
		{name: "read again", every: time.Second, step: rereader.Step},
		{name: "draft", every: 300 * time.Millisecond, step: h.writer.Step},
		{name: "post", every: 300 * time.Millisecond, step: poster.Step},
		onTime(duty{name: "look", every: 15 * time.Second, step: looker.Step}), // it asks platforms
		{name: "wake", every: time.Second, step: waker.Step},
		{name: "all clear", every: 20 * time.Second, step: (&responder.AllClear{Crisis: h.crisis, Calmer: h.store, Desk: h.store}).Step},
		{name: "promises", every: time.Second, step: keeper.Step},
		{name: "ratings", every: time.Second, step: (&responder.Surveyor{Desk: h.store, Ratings: h.store, Office: h.office, Log: h.log}).Step},
		{name: "digest", every: 30 * time.Second, step: h.planDigests},
		{name: "prune", every: time.Hour, step: h.prune},
		h.learn(),
	}
	for _, room := range h.office.Rooms {
		bulletin := &responder.Bulletin{Cards: h.store, Tally: h.store, Desk: h.store, Office: h.office, Room: room, Clock: h.now, Log: h.log}
		list = append(list, duty{name: "incidents " + room.Name, every: time.Second, step: bulletin.Step})
		board := &responder.Board{Desk: h.store, Cards: h.store, Office: h.office, Stopped: h.stopped, Room: room, Clock: h.now, Log: h.log}
		list = append(list, duty{name: "show " + room.Name, every: 300 * time.Millisecond, step: board.Step})
		for _, kind := range []cases.SendKind{cases.SendNotice, cases.SendDigest} {
			say := &responder.Speaker{Outbox: h.store, Room: room, Kind: kind, Owner: h.owner, Clock: h.now}
			list = append(list, duty{name: "say " + string(kind) + " " + room.Name, every: time.Second, step: say.Step})
		}
	}
	list = append(list, h.mailDuties()...)
	for i := range list {
		if list[i].next == nil { // else only time makes it due
			list[i].hears = &h.bell
		}
	}
	for _, w := range h.watchers {
		list = append(list, h.watch(w))
	}
	return list
}

// learnEvery is how often decisions are looked through for lessons; there is
// no hurry, and a new layer takes seconds of one core.
const learnEvery = 30 * time.Second

// learn is the duty of learning from staff.
func (h *house) learn() duty {
	return onTime(duty{name: "learn", every: learnEvery, step: func(ctx context.Context, now time.Time) (int, error) {
		_, err := h.learner.Step(ctx, now)
		return 0, err
	}})
}

// onTime makes a duty that is not woken by every step of every case: only time
// makes it due.
func onTime(d duty) duty {
	var due time.Time
	step := d.step
	d.step = func(ctx context.Context, now time.Time) (int, error) {
		due = now.Add(d.every)
		return step(ctx, now)
	}
	d.next = func() time.Time { return due }
	return d
}

// watch is the duty of one source, which knows itself when it is due again.
// What staff must know of it, a gap or a silence, becomes a notice.
func (h *house) watch(w *watchers.Watcher) duty {
	var due time.Time
	var gap string
	w.Gap = func(why string) { gap = why }
	return duty{
		name: "watch " + w.Name,
		step: func(ctx context.Context, now time.Time) (int, error) {
			news := w.Status.LastNew
			due = w.Step(ctx, now)
			found := 0
			if w.Status.LastNew != news {
				found = 1
			}
			if gap != "" {
				key := fmt.Sprintf("gap/%s/%s", w.Name, now.UTC().Format("2006-01-02T15")) // at most one an hour
				if err := h.notify(ctx, key, now, "notice.gap", "source", w.Name, "why", phrases.Noted(responder.Visible(gap))); err != nil {
					return 0, err
				}
				gap = ""
			}
			if st := w.Status; st.Stalled {
				return found, h.tellStall(ctx, st, now)
			}
			return found, nil
		},
		next:  func() time.Time { return due },
		hears: h.letterbox(w.Kind), hurry: w.Hurry,
	}
}

// tellStall says, once for each silence, that a source gives no answer or, with
// answers, nothing new.
func (h *house) tellStall(ctx context.Context, st cases.SourceStatus, now time.Time) error {
	since, phrase := st.LastOK, "notice.stalled"
	switch {
	case st.LastError == "":
		since, phrase = st.LastNew, "notice.silent"
	case st.LastOK.IsZero():
		phrase = "notice.unanswered"
	}
	return h.notify(ctx, fmt.Sprintf("stall/%s/%d", st.Source, since.Unix()), now, phrase, "source", st.Source,
		"why", phrases.Cause(responder.Visible(st.LastError)), "time", phrases.At{T: since.In(h.office.Zone), Now: now})
}

// letterbox is the bell of a source that reads the inbox; nil for those that
// ask a platform, which are asked when they are due and not when something
// happened here.
func (h *house) letterbox(kind string) *bell {
	if sourceKinds()[kind].inbox {
		return &h.arrivals
	}
	return nil
}

// notify says a phrase in every room of level 0, once for each key.
func (h *house) notify(ctx context.Context, key string, now time.Time, phrase string, pairs ...any) error {
	for _, room := range h.office.Rooms {
		if room.Level != 0 {
			continue
		}
		_, err := h.store.Enqueue(ctx, cases.Send{
			Key: key + "/" + room.Name, Kind: cases.SendNotice, Target: room.Name, By: cases.Rasid, DueAt: now,
			Text: h.office.Words[room.Language].Say(phrase, pairs...),
		})
		if err != nil {
			return fmt.Errorf("putting a notice for %s into the outbox: %w", room.Name, err)
		}
	}
	return nil
}

// errorPause bounds how often a failing duty tries again.
const errorPause = 5 * time.Second

// bell wakes duties early: whoever did something rings, because what it did
// may be work for another. It carries nothing and may be missed: what is due
// is in the database, and everybody looks there by themselves soon enough.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// heard is closed at the next ring; without a bell it never is.
func (b *bell) heard() <-chan struct{} {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// perform runs the duties until ctx ends, and returns when all have stopped.
func (h *house) perform(ctx context.Context, list []duty) {
	var all sync.WaitGroup
	for _, d := range list {
		all.Go(func() { d.run(ctx, h.now, &h.bell, h.log.With("duty", d.name)) })
	}
	all.Wait()
}

func (d duty) run(ctx context.Context, now func() time.Time, bell *bell, log *slog.Logger) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	heard := d.hears.heard()
	for {
		select {
		case <-ctx.Done():
			return
		case <-heard:
			if d.hurry != nil {
				d.hurry(now())
			}
		case <-timer.C:
		}
		heard = d.hears.heard() // before the step: what happens during it may come too late for it
		done, err := d.guarded(ctx, now())
		pause := d.every
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("duty not done", "err", err)
			pause = max(errorPause, d.every)
		case done > 0:
			pause = 0
			bell.ring()
		case d.next != nil:
			pause = min(max(d.next().Sub(now()), 50*time.Millisecond), time.Minute)
		}
		timer.Reset(pause)
	}
}

// guarded keeps one poisonous item from taking the program down with it.
func (d duty) guarded(ctx context.Context, now time.Time) (done int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("duty %s panicked: %v\n%s", d.name, r, debug.Stack())
		}
	}()
	return d.step(ctx, now)
}

// prune removes texts and names that are older than the policy keeps them, as
// long as the clock can be believed.
func (h *house) prune(ctx context.Context, now time.Time) (int, error) {
	if h.cfg.Keep <= 0 {
		return 0, nil
	}
	from, leapt, err := h.store.Ages(ctx, now)
	if err != nil {
		return 0, fmt.Errorf("pruning: %w", err)
	}
	if now.Before(from) {
		return 0, h.tellLeap(ctx, leapt, from, now)
	}
	n, err := h.store.Prune(ctx, now.Add(-h.cfg.Keep)) // a bounded part; at once the next, while there is one
	if err != nil {
		return 0, fmt.Errorf("pruning: %w", err)
	}
	return n, h.store.PruneInbox(ctx, now.Add(-7*24*time.Hour))
}

// tellLeap says, once for each leap, that nothing is deleted for its age yet.
func (h *house) tellLeap(ctx context.Context, leapt, from, now time.Time) error {
	if leapt.IsZero() {
		return nil
	}
	h.log.Warn("the clock leapt, nothing is deleted for its age yet", "before", leapt, "now", now, "until", from)
	return h.notify(ctx, fmt.Sprintf("leap/%d", now.Unix()), now, "notice.leap", "from", phrases.At{T: leapt.In(h.office.Zone), Now: now},
		"to", phrases.At{T: now.In(h.office.Zone), Now: leapt}, "time", phrases.At{T: from.In(h.office.Zone), Now: now})
}

package storetest

import (
	"errors"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// lesson is what mona thinks of the last mention of a case.
func (d *desktop) lesson(c cases.Case, seq int64, label string) cases.Lesson {
	m := c.Last()
	return cases.Lesson{Seq: seq, Mention: m.Num, Hash: cases.HashWords(m), Label: label, Origin: cases.FromDismissal, By: "mona", At: d.now}
}

// layer is a version to save.
func (d *desktop) layer(version int, state cases.LayerState) cases.Layer {
	return cases.Layer{Version: version, Base: "b1", Body: []byte{byte(version)}, State: state, Seq: 9, Lessons: 40, Report: "{}", By: cases.Rasid, At: d.now}
}

// on is the version in use, 0 for none.
func (d *desktop) on() int {
	d.t.Helper()
	l, ok, err := d.LayerOn(d.t.Context())
	d.ok(err)
	if !ok {
		return 0
	}
	return l.Version
}

var lessons = map[string]func(*testing.T, Place){
	"decisions of people are looked through once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.do(d.waiting("amal", "Sorry!"), cases.Dismiss, "mona", func(ch *cases.Change) { ch.Note = "spam" })
		es, upTo, err := d.Untaught(t.Context(), 10)
		d.ok(err)
		want(t, "decisions", len(es), 1)
		want(t, "event", es[0].Event, cases.Dismiss)
		d.ok(d.Teach(t.Context(), upTo, []cases.Lesson{d.lesson(c, es[0].Seq, "neu")}))
		again, _, err := d.Untaught(t.Context(), 10)
		d.ok(err)
		want(t, "decisions seen again", len(again), 0)
		d.ok(d.Teach(t.Context(), upTo, []cases.Lesson{d.lesson(c, es[0].Seq, "pos")})) // a slower instance
		ls, err := d.Lessons(t.Context(), 10)
		d.ok(err)
		want(t, "lessons", len(ls), 1)
		want(t, "label", ls[0].Label, "neu")
		want(t, "words", ls[0].Text, "the parcel is late")
		want(t, "author", ls[0].Author, "shop/amal")
		learned, err := d.LearnedBetween(t.Context(), d.now, d.now.Add(time.Hour))
		d.ok(err)
		want(t, "learned in the hour", learned.Decisions, 1)
		want(t, "complaints among them", learned.Complaints, 0)
	},
	"changed and forgotten words teach nothing": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		a, b := d.waiting("amal", "Sorry!"), d.waiting("badr", "Sorry!")
		d.ok(d.Teach(t.Context(), 5, []cases.Lesson{d.lesson(a, 4, "neu"), d.lesson(b, 5, "neg")}))
		d.ok(d.SaveLayer(t.Context(), d.layer(1, cases.LayerOn)))
		d.later(time.Minute)
		m := a.Last()
		m.Text, m.EditedAt = "the parcel is here, thanks", d.now
		d.record(m)
		ls, err := d.Lessons(t.Context(), 10)
		d.ok(err)
		want(t, "lessons about words that stand", len(ls), 1)
		want(t, "whose", ls[0].Author, "shop/badr")
		_, erased, err := d.LessonsAfter(t.Context(), 5)
		d.ok(err)
		want(t, "erased before", erased, false)
		_, err = d.Erase(t.Context(), "shop", "badr", d.now)
		d.ok(err)
		n, erased, err := d.LessonsAfter(t.Context(), 0)
		d.ok(err)
		want(t, "lessons left", n, 1)
		want(t, "erased", erased, true)
		d.ok(d.SaveLayer(t.Context(), d.layer(2, cases.LayerRefused)))
		want(t, "layer that knew too much", d.on(), 0)
		all, err := d.Layers(t.Context(), 10)
		d.ok(err)
		want(t, "its weights", len(all[1].Body), 0)
	},
	"layers replace each other and can be rolled back": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		if _, _, err := d.RollBack(t.Context(), "mona", d.now); !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("rolling back nothing: %v", err)
		}
		d.ok(d.SaveLayer(t.Context(), d.layer(1, cases.LayerOn)))
		d.ok(d.SaveLayer(t.Context(), d.layer(2, cases.LayerOn)))
		if err := d.SaveLayer(t.Context(), d.layer(2, cases.LayerOn)); !errors.Is(err, cases.ErrStale) {
			t.Errorf("saving a version twice: %v", err)
		}
		d.ok(d.SaveLayer(t.Context(), d.layer(3, cases.LayerRefused)))
		want(t, "on", d.on(), 2)
		from, to, err := d.RollBack(t.Context(), "mona", d.now)
		d.ok(err)
		want(t, "from", from, 2)
		want(t, "to", to, 1)
		want(t, "on after it", d.on(), 1)
		_, to, err = d.RollBack(t.Context(), "mona", d.now)
		d.ok(err)
		want(t, "to the scorer alone", to, 0)
		want(t, "on at the end", d.on(), 0)
	},
}

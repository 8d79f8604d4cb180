// Package respondertest holds what every Replier and every StaffChat must
// keep, whatever the platform. An adapter's test starts its fake platform and
// hands the levers over.
package respondertest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/responder"
)

// Fault is one way in which the next call to the platform fails.
type Fault string

// The faults. "Lost" means that the platform acted and the answer did not
// arrive.
const (
	Unreachable Fault = "nobody answers"         // no connection comes about
	Limited     Fault = "429 with a pause"       // the platform asks to wait
	Forbidden   Fault = "we may not write there" // refused for good
	Broken      Fault = "502 without effect"     // a proxy's error page
	DropBefore  Fault = "connection lost before the effect"
	Lost        Fault = "answer lost after the effect"
	Cut         Fault = "answer cut off in the middle"
	Garbage     Fault = "answer that is a web page"
)

// Replier is one Replier on a fake platform.
type Replier struct {
	Replier responder.Replier
	// Mention lets a customer say something in public and returns it as the
	// source of the platform would.
	Mention func(t *testing.T, text string) cases.Mention
	// Posted returns what we have put into the public place, oldest first.
	Posted func() []Post
	// Fail makes the next call to the platform fail.
	Fail func(f Fault)
	// Withdraw deletes what the customer said; nil where that is impossible.
	Withdraw func(m cases.Mention)
	// Secret is the token in use: no error may show it.
	Secret string
	// Limit is how long a reply may be, and Unit what one more of it is.
	Limit int
	Unit  string
	// Settles says that the platform knows idempotency keys, so that the
	// adapter may find out by itself what an unknown outcome was.
	Settles bool
}

// Post is one thing of ours that stands in public.
type Post struct {
	Text    string
	ReplyTo string // ReplyTo of the mention it stands under
}

// Movable is a Replier that a test moves to where nobody listens.
type Movable struct{ responder.Replier }

// Failing is Replier.Fail: elsewhere opens the replier where nobody listens,
// and fault lets the platform fail in any other way.
func (m *Movable) Failing(elsewhere func() responder.Replier, fault func(Fault)) func(Fault) {
	return func(f Fault) {
		if f == Unreachable {
			m.Replier = elsewhere()
			return
		}
		fault(f)
	}
}

// ExerciseReplier runs everything a Replier must keep. Setup is called once
// per check and cleans up after itself.
func ExerciseReplier(t *testing.T, setup func(t *testing.T) Replier) {
	t.Helper()
	t.Run("approved bytes are posted bytes, under the mention", func(t *testing.T) { literally(t, setup(t)) })
	t.Run("every failure is classified", func(t *testing.T) { classified(t, setup) })
	t.Run("a cancelled call sends nothing", func(t *testing.T) { cancelled(t, setup(t)) })
	t.Run("length is counted in the platform's unit", func(t *testing.T) { fits(t, setup(t)) })
	t.Run("what cannot be posted as approved is refused", func(t *testing.T) { refused(t, setup(t)) })
	t.Run("a mention that is gone is refused", func(t *testing.T) { withdrawn(t, setup(t)) })
	t.Run("a program is never answered", func(t *testing.T) { programs(t, setup(t)) })
}

func reply(m cases.Mention, text string) cases.Reply {
	return cases.Reply{Key: cases.ReplyKey(41, 1), Attempt: 1, Case: 41, Draft: 1, Mention: m, Text: text}
}

func literally(t *testing.T, r Replier) {
	for _, text := range append(naughty(), "أهلًا سارة، نعتذر عن تأخر طلبك.\nنوافيك خلال ٢٤ ساعة.") {
		if r.Replier.Fits(text) != nil {
			continue
		}
		m := r.Mention(t, "خدمة سيئة")
		before := len(r.Posted())
		receipt, err := r.Replier.Reply(t.Context(), reply(m, text))
		posted := r.Posted()[before:]
		switch {
		case errors.Is(err, cases.ErrRefused) && len(posted) == 0: // it said no rather than change the words
		case err != nil:
			t.Errorf("%q: %v", text, err)
		case len(posted) != 1 || posted[0].Text != strings.TrimSpace(text) || posted[0].ReplyTo != m.ReplyTo:
			t.Errorf("approved %q under %s, posted %+v", text, m.ReplyTo, posted)
		case receipt.ID == "" || receipt.At.IsZero():
			t.Errorf("%q: the receipt %+v does not say which post it was or when", text, receipt)
		}
	}
}

func classified(t *testing.T, setup func(t *testing.T) Replier) {
	tests := map[Fault]cases.Outcome{
		Unreachable: cases.WasNotSent, Limited: cases.WasNotSent, Forbidden: cases.WasRefused, Broken: cases.WasUnknown,
		DropBefore: cases.WasUnknown, Lost: cases.WasUnknown, Cut: cases.WasUnknown, Garbage: cases.WasUnknown,
	}
	for f, want := range tests {
		t.Run(string(f), func(t *testing.T) {
			r := setup(t)
			m := r.Mention(t, "خدمة سيئة")
			r.Fail(f)
			_, err := r.Replier.Reply(t.Context(), reply(m, "نعتذر منك"))
			got := cases.OutcomeOf(err)
			settled := r.Settles && want == cases.WasUnknown && got == cases.WasDelivered
			if got != want && !settled {
				t.Errorf("outcome %s of %v, want %s", got, err, want)
			}
			n := len(r.Posted())
			if n > 1 || n == 1 && (got == cases.WasNotSent || got == cases.WasRefused) || n == 0 && got == cases.WasDelivered {
				t.Errorf("%d posts stand in public although the outcome is %s", n, got)
			}
			var later *cases.LaterError
			if f == Limited && (!errors.As(err, &later) || later.After <= 0) {
				t.Errorf("%v does not say when to come back", err)
			}
			quiet(t, r.Secret, err)
		})
	}
}

// quiet fails when an error shows a secret, in whatever way it is printed.
func quiet(t *testing.T, secret string, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the secret is in an error: %v", err)
		}
	}
}

func cancelled(t *testing.T, r Replier) {
	m := r.Mention(t, "خدمة سيئة")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Replier.Reply(ctx, reply(m, "نعتذر"))
	if got := cases.OutcomeOf(err); got != cases.WasNotSent || len(r.Posted()) != 0 {
		t.Errorf("outcome %s of %v with %d posts, want not sent and none", got, err, len(r.Posted()))
	}
}

func fits(t *testing.T, r Replier) {
	if err := r.Replier.Fits(strings.Repeat(r.Unit, r.Limit)); err != nil {
		t.Errorf("%d times %q: %v, want that it fits", r.Limit, r.Unit, err)
	}
	long := strings.Repeat(r.Unit, r.Limit+1)
	if r.Replier.Fits(long) == nil {
		t.Errorf("%d times %q fits, want that it is too long", r.Limit+1, r.Unit)
	}
	_, err := r.Replier.Reply(t.Context(), reply(r.Mention(t, "x"), long))
	if cases.OutcomeOf(err) != cases.WasRefused || len(r.Posted()) != 0 {
		t.Errorf("a reply that is too long: %v with %d posts, want refused and none", err, len(r.Posted()))
	}
}

func refused(t *testing.T, r Replier) {
	m := r.Mention(t, "خدمة سيئة")
	nowhere := m
	nowhere.ReplyTo = "nonsense"
	for name, rep := range map[string]cases.Reply{
		"no text": reply(m, ""), "white space": reply(m, " \n\t"), "broken UTF-8": reply(m, "a\xffb"), "nowhere": reply(nowhere, "نعتذر"),
	} {
		if _, err := r.Replier.Reply(t.Context(), rep); cases.OutcomeOf(err) != cases.WasRefused {
			t.Errorf("%s: %v, want refused", name, err)
		}
	}
	if n := len(r.Posted()); n != 0 {
		t.Errorf("%d posts, want none", n)
	}
}

func withdrawn(t *testing.T, r Replier) {
	if r.Withdraw == nil {
		t.Skip("nothing can be deleted on this platform")
	}
	m := r.Mention(t, "خدمة سيئة")
	r.Withdraw(m)
	_, err := r.Replier.Reply(t.Context(), reply(m, "نعتذر"))
	if cases.OutcomeOf(err) != cases.WasRefused || len(r.Posted()) != 0 {
		t.Errorf("%v with %d posts, want refused and none", err, len(r.Posted()))
	}
}

func programs(t *testing.T, r Replier) {
	m := r.Mention(t, "beep")
	m.Bot = true
	_, err := r.Replier.Reply(t.Context(), reply(m, "نعتذر"))
	if cases.OutcomeOf(err) != cases.WasRefused || len(r.Posted()) != 0 {
		t.Errorf("answering a program: %v with %d posts, want refused and none", err, len(r.Posted()))
	}
}

package responder_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

func TestAFrozenInstanceDoesNotPostWhenItWakes(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	s.now = s.now.Add(time.Minute)
	clock := s.poster.Clock
	s.poster.Clock = func() time.Time { return s.now.Add(4 * time.Minute) } // stopped right after the claim
	_, err := s.poster.Step(t.Context(), s.now)
	s.must(err)
	s.posts(0)
	s.poster.Clock = clock
	s.later(10 * time.Minute)
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestAStopDoesNotCutOffThePostUnderWay(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	s.now = s.now.Add(time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	s.office.Places["reviews"] = responder.Place{Name: "reviews", Replier: stopping{s.place, stop}}
	_, err := s.poster.Step(ctx, s.now)
	s.must(err)
	s.state(c, cases.Answered)
	s.posts(1)
}

// stopping tells the program to stop while it posts.
type stopping struct {
	*place
	stop func()
}

func (p stopping) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	p.stop()
	receipt, err := p.place.Reply(ctx, r)
	return receipt, errors.Join(err, ctx.Err()) // as a network would: the answer is not waited for
}

func TestAStopRightAfterTheClaimLeavesNothingInDoubt(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActApprove, "")
	s.now = s.now.Add(time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	s.poster.Outbox = claimed{s.store, stop}
	_, err := s.poster.Step(ctx, s.now)
	s.must(err)
	s.state(c, cases.Answered)
	s.posts(1)
}

// claimed tells the program to stop the moment a row says "started".
type claimed struct {
	responder.Outbox
	stop func()
}

func (o claimed) Claim(ctx context.Context, kind cases.SendKind, targets []string, now time.Time, lease time.Duration) (cases.Send, bool, error) {
	s, ok, err := o.Outbox.Claim(ctx, kind, targets, now, lease)
	if ok {
		o.stop()
	}
	return s, ok, err
}

func TestAReplyThatIsGivenUpLetsThePlacePauseAllTheSame(t *testing.T) {
	s := newShop(t)
	first, second := s.say("1", "Sara", "bad coffee"), s.say("2", "Omar", "bad tea")
	s.place.fail = &cases.LaterError{After: time.Hour}
	s.press(first, "mona", responder.ActApprove, "")
	for range 5 {
		s.later(61 * time.Minute)
	}
	s.state(first, cases.Failed)
	s.press(second, "mona", responder.ActApprove, "")
	s.place.fail = nil
	s.later(30 * time.Minute)
	s.posts(0)
	s.later(31 * time.Minute)
	s.posts(1)
}

package responder_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// readable is a place in which a reply can be looked for.
type readable struct {
	*place
	look func(cases.Reply) (cases.Receipt, bool, error)
}

func (p readable) Find(_ context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	return p.look(r)
}

// looking is a shop whose place loses its answers, but can be read back by look.
func looking(t *testing.T, look func(cases.Reply) (cases.Receipt, bool, error)) *shop {
	t.Helper()
	s := promising(t)
	s.place.fail = errors.New("read: connection reset")
	s.office.Places["reviews"] = responder.Place{Name: "reviews", Title: "Reviews", Replier: readable{s.place, look}}
	s.more = append(s.more, (&responder.Looker{Desk: s.store, Office: s.office, Sends: s.store, Log: s.poster.Log}).Step)
	return s
}

// lose lets Mona send words whose answer is lost.
func (s *shop) lose(id, author string) cases.Case {
	s.t.Helper()
	c := s.say(id, author, "bad coffee")
	s.press(c, "adam", responder.ActEdit, twoHours)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	return c
}

func TestALostAnswerIsLookedForWhereThePlaceCanBeRead(t *testing.T) {
	var looked cases.Reply
	s := looking(t, func(r cases.Reply) (cases.Receipt, bool, error) {
		looked = r
		return cases.Receipt{ID: "p7"}, true, nil // and this platform does not say since when
	})
	s.place.after = true
	c := s.state(s.lose("1", "Sara"), cases.Answered)
	s.posts(1)
	if looked.Text != twoHours || looked.Mention.ID != "1" {
		t.Errorf("looked for %q under %s", looked.Text, looked.Mention.ID)
	}
	sent := s.now
	if c.Reply.ID != "p7" || !c.Reply.At.Equal(sent) {
		t.Errorf("the reply is %+v, want p7 at %s", c.Reply, sent)
	}
	s.owes("open by 2026-11-22 12:00")
	s.later(time.Hour)
	s.posts(1)
}

func TestWhatALookDoesNotFindIsPostedAgainOnceNoSlowAnswerCanArrive(t *testing.T) {
	s := looking(t, func(cases.Reply) (cases.Receipt, bool, error) { return cases.Receipt{}, false, nil })
	c := s.state(s.lose("1", "Sara"), cases.Unsure)
	s.place.fail = nil
	s.later(s.office.Policy.ResendLock - time.Second)
	s.state(c, cases.Unsure)
	s.posts(0)
	s.later(time.Second)
	s.state(c, cases.Answered)
	s.posts(1)
}

func TestALookThatFailsDecidesNothingAndHoldsUpNoOther(t *testing.T) {
	s := looking(t, func(r cases.Reply) (cases.Receipt, bool, error) {
		if r.Mention.Author == "Sara" {
			return cases.Receipt{}, true, errors.New("503 Service Unavailable")
		}
		return cases.Receipt{ID: "p8", At: r.First.Add(3 * time.Second)}, true, nil
	})
	sara, omar := s.lose("1", "Sara"), s.lose("2", "Omar")
	s.place.fail = nil
	s.later(time.Hour)
	s.state(sara, cases.Unsure)
	if omar = s.state(omar, cases.Answered); !omar.Reply.At.Equal(s.now.Add(3*time.Second - time.Hour)) {
		t.Errorf("the reply stands since %s, not since the platform says", omar.Reply.At)
	}
	s.posts(0)
}

func TestWhereAPlaceCannotBeReadAPersonIsAskedWhetherTheReplyStands(t *testing.T) {
	s := looking(t, nil)
	s.office.Places["reviews"] = responder.Place{Name: "reviews", Title: "Reviews", Replier: s.place}
	c := s.lose("1", "Sara")
	s.place.fail = nil
	s.later(time.Hour)
	s.state(c, cases.Unsure)
	s.posts(0)
}

// sent is what left for a case.
type sent []cases.Send

func (l sent) Outbox(context.Context, int64) ([]cases.Send, error) { return l, nil }

func TestOfAllThatWasSentOnlyTheReplyInDoubtIsLookedFor(t *testing.T) {
	others := sent{
		{Key: "reply/1/1", Kind: cases.SendReply, State: cases.Delivered}, {Key: "ack/1/900", Kind: cases.SendAck, State: cases.InDoubt},
		{Key: "notice/1", Kind: cases.SendNotice, State: cases.Delivered},
	}
	if s, ok, err := responder.InDoubt(t.Context(), others, 1); ok || err != nil {
		t.Errorf("%s is looked for, %v", s.Key, err)
	}
	doubt := cases.Send{Key: "reply/1/2", Kind: cases.SendReply, State: cases.InDoubt}
	if s, ok, err := responder.InDoubt(t.Context(), append(others, doubt), 1); !ok || err != nil || s.Key != doubt.Key {
		t.Errorf("%q is looked for, %v, %v; want %s", s.Key, ok, err, doubt.Key)
	}
}

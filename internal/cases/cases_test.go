package cases

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestEveryStateIsReachable(t *testing.T) {
	got := reach(New, func(Rule) bool { return true })
	for _, s := range States() {
		if !got[s] {
			t.Errorf("no path from new to %s", s)
		}
	}
}

func TestEveryOpenStateHasAWayOut(t *testing.T) {
	for _, s := range States() {
		if !s.Open() {
			continue
		}
		got := reach(s, func(Rule) bool { return true })
		closed := false
		for to := range got {
			closed = closed || !to.Open()
		}
		if !closed {
			t.Errorf("%s is open and never ends", s)
		}
	}
}

func TestNothingIsAnsweredWithoutApproval(t *testing.T) {
	got := reach(New, func(r Rule) bool { return r.On != Approve && r.On != ByRule })
	// CutOff and Sent report on a post that is under way, and only an approval
	// puts one under way; without approvals neither can happen.
	posted := reach(New, func(r Rule) bool {
		return r.On != Approve && r.On != ByRule && r.On != CutOff && r.On != Sent
	})
	if posted[Answered] || posted[Approved] {
		t.Errorf("answered is reachable without an approval")
	}
	if got[Approved] && !got[Unsure] {
		t.Errorf("approved is reachable without an approval")
	}
}

func TestEveryRuleIsWrittenOnceAndUsesKnownWords(t *testing.T) {
	states, events := map[State]bool{}, map[Event]bool{}
	for _, s := range States() {
		states[s] = true
	}
	for _, e := range Events() {
		events[e] = true
	}
	seen, used := map[string]bool{}, map[Event]bool{}
	for _, r := range Rules() {
		key := fmt.Sprintf("%s on %s", r.From, r.On)
		if seen[key] {
			t.Errorf("%s stands twice", key)
		}
		seen[key], used[r.On] = true, true
		if !states[r.From] || !states[r.To] || !events[r.On] {
			t.Errorf("%+v uses an unknown word", r)
		}
	}
	for _, e := range Events() {
		if !used[e] {
			t.Errorf("event %s can never happen", e)
		}
	}
}

func TestAStepThatIsNotWrittenIsIllegal(t *testing.T) {
	if _, err := Next(Noted, Approve); !errors.Is(err, ErrIllegal) {
		t.Errorf("approving a noted case: got %v, want ErrIllegal", err)
	}
	if s, err := Next(Waiting, Approve); err != nil || s != Approved {
		t.Errorf("approving a waiting case: got %s, %v", s, err)
	}
}

func TestAnErrorNobodyUnderstoodIsUnknown(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Outcome
	}{
		{nil, WasDelivered},
		{errors.New("EOF"), WasUnknown},
		{fmt.Errorf("posting: %w", ErrNotSent), WasNotSent},
		{&LaterError{After: time.Second}, WasNotSent},
		{fmt.Errorf("posting: %w", ErrRefused), WasRefused},
	} {
		if got := OutcomeOf(c.err); got != c.want {
			t.Errorf("%v: got %s, want %s", c.err, got, c.want)
		}
	}
}

func TestTheHashOfAReplyTellsPlaceMentionAndTextApart(t *testing.T) {
	base := HashReply("a", "b", "c")
	for _, other := range []string{HashReply("ab", "", "c"), HashReply("a", "bc", ""), HashReply("a", "b", "c ")} {
		if other == base {
			t.Errorf("two different replies hash to %s", base)
		}
	}
}

func reach(from State, use func(Rule) bool) map[State]bool {
	got := map[State]bool{from: true}
	for grew := true; grew; {
		grew = false
		for _, r := range Rules() {
			if got[r.From] && use(r) && !got[r.To] {
				got[r.To], grew = true, true
			}
		}
	}
	return got
}

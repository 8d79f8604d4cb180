package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/responder"
)

// answersWith is a reply place whose taking back ends in one way.
type answersWith struct{ err error }

func (a answersWith) Retract(context.Context, cases.Reply) error { return a.err }

func TestTakingAReplyBackSaysWhatBecameOfIt(t *testing.T) {
	for _, c := range []struct {
		err  error
		gone bool
		say  string
	}{
		{nil, false, ""},
		{fmt.Errorf("looking: %w", cases.ErrNotFound), true, ""},
		{responder.ErrColleague, false, "what stands there is not the reply of case #7; nothing was deleted"},
		{fmt.Errorf("looking: %w", cases.ErrNotSent), false, "nothing was deleted: looking"},
		{fmt.Errorf("asking: %w", cases.ErrRefused), false, "nothing was deleted: asking"},
		{errors.New("the answer was lost"), false, "it is not known whether the reply still stands; look there (https://reviews.example/1)"},
	} {
		gone, err := takeBack(t.Context(), answersWith{c.err}, cases.Send{Receipt: cases.Receipt{URL: "https://reviews.example/1"}}, 7)
		if gone != c.gone || (err == nil) != (c.say == "") || err != nil && !strings.HasPrefix(err.Error(), c.say) {
			t.Errorf("after %v: gone %t, %v; want %q", c.err, gone, err, c.say)
		}
	}
}

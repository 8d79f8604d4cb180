package responder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
)

// ReviewPlace is a platform where a review holds at most one answer of the
// business, and writing an answer replaces the one that stood there. Its errors
// are classified as a Replier's are.
type ReviewPlace interface {
	// Review looks at a review; cases.ErrNotFound when it is gone.
	Review(ctx context.Context, at string) (Review, error)
	// Put writes the answer.
	Put(ctx context.Context, at, text string) (cases.Receipt, error)
	// Fits says by how much a text is too long.
	Fits(text string) error
}

// Review is a review as it stands now.
type Review struct {
	Text     string // as the source of the platform reads it; "" when it cannot be told
	Answer   string // of the business; "" when there is none
	AnswerID string
	At       time.Time // of the answer
}

// OneAnswer is a Replier for a ReviewPlace. Such places cannot hold an answer
// twice, but can silently lose the one a colleague wrote by hand; so it looks
// first, and leaves alone what is not ours. What we posted there before is
// replaced: whoever approves another answer to the same review wants that.
type OneAnswer struct {
	Place ReviewPlace
	// Changes reports why the place would not show a text as it is; nil = it
	// shows every text.
	Changes func(text string) error
}

var (
	_ Replier = OneAnswer{}
	_ Finder  = OneAnswer{}
	_ Checker = OneAnswer{}
	_ Single  = OneAnswer{}
)

// ErrColleague says that an answer that is not ours stands there already.
var ErrColleague = errors.New("somebody of the business answered already")

// byHandError is an answer of a colleague that stands there. It is an ErrColleague.
type byHandError struct{ cases.Answer }

func (byHandError) Error() string { return ErrColleague.Error() }

func (byHandError) Unwrap() error { return ErrColleague }

// Reply writes the approved answer where none stands, or in the place of an
// earlier one of ours.
func (p OneAnswer) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("answering %s: %w: %w", r.Mention.ID, cases.ErrRefused, err)
	}
	at := r.Mention.ReplyTo
	was, err := p.Place.Review(ctx, at)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return cases.Receipt{}, fmt.Errorf("answering %s: %w: the review is gone", r.Mention.ID, cases.ErrRefused)
	case err != nil:
		return cases.Receipt{}, fmt.Errorf("looking at the review before answering: %w", err)
	case SameWords(was.Answer, r.Text):
		return cases.Receipt{ID: was.AnswerID, At: was.At}, nil // of an earlier attempt
	case was.Answer != "" && !slices.ContainsFunc(r.Earlier, func(ours string) bool { return SameWords(was.Answer, ours) }):
		return cases.Receipt{}, fmt.Errorf("answering %s: %w: %w", r.Mention.ID, cases.ErrRefused, byHandError{cases.Answer{Text: was.Answer, At: was.At}})
	}
	got, err := p.Place.Put(ctx, at, r.Text)
	if err == nil {
		return got, nil
	}
	return Again(ctx, p, r, fmt.Errorf("answering %s: %w", r.Mention.ID, err))
}

func (p OneAnswer) postable(r cases.Reply) error {
	if err := Postable(r); err != nil {
		return err
	}
	if p.Changes != nil {
		if err := p.Changes(r.Text); err != nil {
			return err
		}
	}
	return p.Fits(r.Text)
}

// Postable refuses what no place would show as it was approved, and whom
// nobody should address.
func Postable(r cases.Reply) error {
	switch {
	case r.Mention.Bot:
		return errors.New("a program is not answered")
	case strings.TrimSpace(r.Text) == "":
		return errors.New("there are no words")
	case !utf8.ValidString(r.Text):
		return errors.New("the text is not valid UTF-8")
	case strings.ContainsFunc(r.Text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }):
		return errors.New("the text holds control characters")
	}
	return nil
}

// SameWords compares texts without regard to white space, which places trim
// and rewrap.
func SameWords(a, b string) bool {
	return a != "" && strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// Fits asks the place.
func (p OneAnswer) Fits(text string) error { return p.Place.Fits(text) }

// Find looks whether the answer stands, with exactly these words; places trim
// and rewrap white space.
func (p OneAnswer) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	now, err := p.Place.Review(ctx, r.Mention.ReplyTo)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking for the answer: %w", err)
	}
	if !SameWords(now.Answer, r.Text) {
		return cases.Receipt{}, false, nil
	}
	return cases.Receipt{ID: now.AnswerID, At: now.At}, true, nil
}

// Check looks whether the review still stands as staff saw it. An answer that
// stands is left to Reply, which knows whether it is ours.
func (p OneAnswer) Check(ctx context.Context, m cases.Mention) (Standing, error) {
	now, err := p.Place.Review(ctx, m.ReplyTo)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return Standing{Gone: true}, nil
	case err != nil:
		return Standing{}, fmt.Errorf("checking the review: %w", err)
	}
	if now.Text != "" && SameWords(now.Text, m.Text) {
		now.Text = m.Text
	}
	return Standing{Text: now.Text}, nil
}

// Single says that one answer stands there.
func (OneAnswer) Single() {}

// Doctor asks the place, if it can examine itself.
func (p OneAnswer) Doctor(ctx context.Context) []cases.Advice { return examine(ctx, p.Place) }

package responder

import (
	"context"
	"errors"
	"fmt"

	"rasid/internal/cases"
)

// CommentPlace is a platform where an answer is one more comment below what it
// answers, and where nothing tells a second attempt from a second comment. Its
// errors are classified as a Replier's are.
type CommentPlace interface {
	// Above reads what is answered, as it stands now; cases.ErrNotFound when it
	// is gone.
	Above(ctx context.Context, at string) (Above, error)
	// Write adds a comment below it, with exactly this text.
	Write(ctx context.Context, above Above, text string) (cases.Receipt, error)
	// Ours lists the comments of our account right below it.
	Ours(ctx context.Context, above Above) ([]OurComment, error)
}

// Above is what a comment answers.
type Above struct {
	At     string // as ReplyTo of the mention
	Thread string // the platform's name of the conversation, where it needs one
	Text   string // as the source of the platform reads it
	Closed bool   // takes no comments any more
}

// OurComment is a comment of our account: its words as people see them.
type OurComment struct {
	Text    string
	Receipt cases.Receipt
}

// Comments is a Replier for a CommentPlace. An answer that was lost is looked
// for below what it answers, and never sent again by the program.
type Comments struct {
	Place CommentPlace
	// Length says by how much a text is too long, or why the place cannot show
	// it as it is.
	Length func(text string) error
	// Names reports whether a text names somebody who would be told of it.
	Names func(text string) bool

	tried Tried // what we tried to answer: what stands there may be ours
}

var (
	_ Replier = (*Comments)(nil)
	_ Finder  = (*Comments)(nil)
	_ Checker = (*Comments)(nil)
)

// Fits asks the place.
func (p *Comments) Fits(text string) error { return p.Length(text) }

func (p *Comments) postable(r cases.Reply) error {
	if err := Postable(r); err != nil {
		return err
	}
	if p.Names(r.Text) {
		return errors.New("the text names an account or a community, which would be told of it")
	}
	return p.Fits(r.Text)
}

// Reply writes the approved text below the mention.
func (p *Comments) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("answering %.60s: %w: %w", r.Mention.ID, cases.ErrRefused, err)
	}
	above, err := p.Place.Above(ctx, r.Mention.ReplyTo)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return cases.Receipt{}, fmt.Errorf("answering %s: %w: it is gone", r.Mention.ID, cases.ErrRefused)
	case err != nil:
		return cases.Receipt{}, fmt.Errorf("looking at what is answered: %w", err)
	case above.Closed:
		return cases.Receipt{}, fmt.Errorf("answering %s: %w: the conversation is closed", r.Mention.ID, cases.ErrRefused)
	}
	p.tried.Note(above.At)
	got, err := p.Place.Write(ctx, above, r.Text)
	if err == nil {
		return got, nil
	}
	err = fmt.Errorf("answering %s: %w", r.Mention.ID, err)
	if cases.OutcomeOf(err) == cases.WasUnknown {
		if found, there, ferr := p.find(ctx, above, r.Text); ferr == nil && there {
			return found, nil
		}
	}
	return cases.Receipt{}, err
}

// Find looks whether the answer stands: a comment of ours right below the
// mention with exactly these words.
func (p *Comments) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	above, err := p.Place.Above(ctx, r.Mention.ReplyTo)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking at what was answered: %w", err)
	}
	return p.find(ctx, above, r.Text)
}

func (p *Comments) find(ctx context.Context, above Above, text string) (cases.Receipt, bool, error) {
	ours, err := p.Place.Ours(ctx, above)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking for the answer: %w", err)
	}
	for _, c := range ours {
		if SameWords(c.Text, text) {
			return c.Receipt, true, nil
		}
	}
	return cases.Receipt{}, false, nil
}

// Check looks, just before posting, whether the mention still stands as staff
// saw it, and whether a colleague answered it by hand meanwhile.
func (p *Comments) Check(ctx context.Context, m cases.Mention) (Standing, error) {
	above, err := p.Place.Above(ctx, m.ReplyTo)
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return Standing{Gone: true}, nil
	case err != nil:
		return Standing{}, fmt.Errorf("checking what is answered: %w", err)
	}
	st := Standing{Text: above.Text}
	if SameWords(above.Text, m.Text) {
		st.Text = m.Text
	}
	if p.tried.Has(m.ReplyTo) {
		return st, nil
	}
	ours, err := p.Place.Ours(ctx, above)
	if err != nil || len(ours) == 0 {
		return st, nil // the mention itself was seen; that a colleague answered is an extra
	}
	st.Colleague = ours[0].Text
	return st, nil
}

// Doctor asks the place, if it can examine itself.
func (p *Comments) Doctor(ctx context.Context) []cases.Advice { return examine(ctx, p.Place) }

// examine asks a place, if it can examine itself.
func examine(ctx context.Context, place any) []cases.Advice {
	d, ok := place.(interface {
		Doctor(ctx context.Context) []cases.Advice
	})
	if !ok {
		return nil
	}
	return d.Doctor(ctx)
}

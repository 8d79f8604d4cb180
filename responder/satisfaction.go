package responder

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

//go:embed satisfaction
var satisfactionFiles embed.FS

// LowRating is the rating up to which a case is opened again.
const LowRating = 2

// Asker is a Talker that can put choices under its words.
type Asker interface {
	Talker
	// Ask posts the words with one button for each choice. Anybody can press
	// them; only the press of the person asked counts, which the token decides.
	Ask(ctx context.Context, r cases.Reply, choices []Button) (cases.Receipt, error)
}

// ratingRoom is what the token of a choice is signed for: the one person it was
// offered to. In nobody else's hand does it open.
func ratingRoom(author string) string { return "rate/" + author }

// Choices are the five buttons of a satisfaction question.
func (o *Office) Choices(c cases.Case, now time.Time) []Button {
	say := o.words(LanguageOf(c))
	var list []Button
	for n := cases.LowestRating; n <= cases.HighestRating; n++ {
		label := say.Number(n)
		switch n {
		case cases.LowestRating:
			label += " 😞"
		case cases.HighestRating:
			label += " 😊"
		}
		list = append(list, Button{Action: ActRate, Label: label, Data: o.Signer.Sign(ratingRoom(c.AuthorID), ActRate, c.ID, n, now.Add(tokenLife))})
	}
	return list
}

// question is the satisfaction question of a case that is solved at an instant;
// false when none is asked, which needs no reason: nobody would miss it.
func (o *Office) question(c cases.Case, now time.Time) (cases.Send, bool) {
	p, m := o.Policy.Satisfaction, c.Last()
	talker, talks := o.PlaceOf(c).Replier.(Talker)
	bad := func(s string) bool { return s != "churn" } // to ask somebody harmed or threatened for stars would be cruel
	switch {
	case p.EnabledBy == "", !talks, c.Source == ReportSource, !c.AskedAt.IsZero():
		return cases.Send{}, false
	case m.Gone, m.Bot, m.Ours, c.AuthorID == "", strings.Contains(c.AuthorID, ":"): // a channel or a webhook presses nothing
		return cases.Send{}, false
	case c.Score.Severity >= cases.Critical, slices.ContainsFunc(c.Score.Signals, bad):
		return cases.Send{}, false
	}
	language, kind := LanguageOf(c), "words"
	if _, ok := talker.(Asker); ok {
		kind = "taps"
	}
	list, err := wordings(satisfactionFiles, "satisfaction/"+kind+"."+language+".txt")
	if err != nil || len(list) == 0 {
		return cases.Send{}, false
	}
	text := strings.TrimSpace(put(list[int(c.ID)%len(list)], map[string]string{"greet": greeting(c, language)}))
	if talker.Fits(text) != nil {
		return cases.Send{}, false
	}
	return asideRow(c, cases.SendAsk, fmt.Sprintf("%s/%d", cases.SendAsk, c.ID), RuleSatisfaction, text, now.Add(p.After)), true
}

// resolve closes a case as solved, and lets the question leave where the policy
// asks one.
func (k *Clerk) resolve(ctx context.Context, r *request) (Answer, error) {
	ch := r.change(cases.Resolve)
	ch.Promises = settled(r.c, r.who.ID, r.d.At)
	if ask, ok := k.Office.question(r.c, r.d.At); ok {
		why, err := k.Writer.holdAside(ctx, cases.SendAsk, RuleSatisfaction, r.d.At)
		if err != nil {
			return Answer{}, err
		}
		if why == "" {
			ch.Send = []cases.Send{ask}
		} else {
			ch.Note = "not asked how satisfied: " + why
		}
	}
	return k.apply(ctx, r, ch, r.answer("answer.resolved"))
}

// rate takes the answer of a customer: not of anybody of staff, and of nobody
// but the one who was asked.
func (k *Clerk) rate(ctx context.Context, d Decision) (Answer, error) {
	a, id, n, err := k.Office.Signer.Open(ratingRoom(d.By.ID), d.Token, d.At)
	if err != nil || a != ActRate {
		k.Log.Info("rating refused", "platform", d.By.Platform, "id", d.By.ID, "err", err)
		return Answer{Text: k.Office.words("ar").Say("rate.others") + "\n" + k.Office.words("en").Say("rate.others"), Alert: true}, nil
	}
	for range tries {
		c, err := k.Desk.Case(ctx, id)
		if err != nil {
			return Answer{}, fmt.Errorf("reading case %d: %w", id, err)
		}
		say := k.Office.words(LanguageOf(c))
		switch {
		case c.AuthorID != d.By.ID || n < cases.LowestRating || n > cases.HighestRating:
			return Answer{Text: say.Say("rate.others"), Alert: true}, nil
		case c.Rating != 0:
			return Answer{Text: say.Say("rate.twice", "n", c.Rating)}, nil
		case c.State != cases.Resolved:
			return Answer{Text: say.Say("rate.open")}, nil
		}
		_, err = k.Desk.Apply(ctx, cases.Change{Case: c.ID, Version: c.Version, Event: cases.Rate, By: cases.Customer, At: d.At, Rating: n, Note: strconv.Itoa(n)})
		switch {
		case errors.Is(err, cases.ErrStale):
			continue
		case err != nil:
			return Answer{}, fmt.Errorf("recording the rating of case %d: %w", id, err)
		case n <= LowRating:
			return Answer{Text: say.Say("rate.low")}, nil
		}
		return Answer{Text: say.Say("rate.thanks")}, nil
	}
	return Answer{}, fmt.Errorf("recording the rating of case %d: %w", id, cases.ErrStale)
}

// Ratings lists the solved cases whose customer is not satisfied.
type Ratings interface {
	LowRated(ctx context.Context, most, limit int) ([]cases.Case, error)
}

// Surveyor opens cases again whose customers are not satisfied, one level up.
type Surveyor struct {
	Desk    Desk
	Ratings Ratings
	Office  *Office
	Log     *slog.Logger
}

// Step opens what was rated low since it was solved.
func (s *Surveyor) Step(ctx context.Context, now time.Time) (int, error) {
	low, err := s.Ratings.LowRated(ctx, LowRating, batch)
	if err != nil {
		return 0, fmt.Errorf("listing low ratings: %w", err)
	}
	for _, c := range low {
		level := NextLevel(s.Office, c)
		ch := cases.Change{
			Case: c.ID, Version: c.Version, Event: cases.Reopen, By: cases.Rasid, At: now, Level: &level, Urgent: true,
			Note: fmt.Sprintf("the customer rated it %d of %d", c.Rating, cases.HighestRating), Rooms: s.Office.RoomsFor(c, level),
		}
		ch.Send = s.Office.notify(ch.Rooms, 0, now, func(room Room, say *phrases.Catalogue) (string, string) {
			return fmt.Sprintf("rated/%d/%s", c.ID, room.Name), say.Say("notice.rated", "case", c.ID, "stars", phrases.Plain(Stars(c.Rating)), "n", level)
		})
		_, err := s.Desk.Apply(ctx, ch)
		switch {
		case errors.Is(err, cases.ErrStale):
		case err != nil:
			return 0, fmt.Errorf("opening case %d again: %w", c.ID, err)
		default:
			s.Log.Info("opened again after a low rating", "case", c.ID, "rating", c.Rating)
		}
	}
	return len(low), nil
}

// Stars draws a rating: four of five is ★★★★☆.
func Stars(n int) string {
	n = min(max(n, 0), cases.HighestRating)
	return strings.Repeat("★", n) + strings.Repeat("☆", cases.HighestRating-n)
}

package responder

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/internal/phrases"
)

// shelved is the topic under which a case's wordings are looked for.
func (t *Templates) shelved(c cases.Case) string {
	topic := TopicOther
	if len(c.Score.Topics) > 0 {
		topic = c.Score.Topics[0]
	}
	if c.Score.Label == "pos" {
		topic = "thanks"
	}
	switch {
	case t.Discreet && topic == "thanks":
		return "discreet-thanks"
	case t.Discreet:
		return "discreet"
	}
	return topic
}

// Savable reports whether staff may save the reply to a case as a wording: it
// stands in public, and a person wrote it.
func (o *Office) Savable(c cases.Case) bool {
	d, ok := c.Draft()
	return o.Keeps && ok && d.Origin == "staff" && c.State == cases.Answered
}

// numeral finds what holds a digit: a date, a price, the number of an order.
var numeral = regexp.MustCompile(`\S*\p{N}\S*`)

// Generalise turns a reply to one customer into a wording for all: the
// customer's name, the promised time and the private channel become places. It
// reports what keeps it from being one: a key of the phrases and the words.
func (t *Templates) Generalise(c cases.Case, d cases.Draft) (w Wording, why string, words string) {
	language := LanguageOf(c)
	text := Clean(d.Text)
	if strings.ContainsAny(text, "{}") {
		return w, "answer.save.signs", "{ }"
	}
	for _, name := range []string{strings.Join(strings.Fields(c.Author), " "), addressee(c, language)} {
		text = swap(text, name, "{name}")
	}
	text = swap(text, t.Commitment.Within[language], "{within}")
	text = swap(text, t.Commitment.Private[language], "{private}")
	topic := t.shelved(c)
	if slices.Contains(c.Score.Signals, "abuse") {
		topic = "calm"
	}
	switch n := strings.Count(text, "{within}"); {
	case !strings.HasSuffix(topic, "thanks") && n != 1:
		return w, "answer.save.within", t.Commitment.Within[language]
	case strings.HasSuffix(topic, "thanks") && n > 0, strings.Count(text, "{name}") > 1, strings.Count(text, "{private}") > 1:
		return w, "answer.save.twice", ""
	}
	bare := placeholder.ReplaceAllString(text, " ")
	if n := numeral.FindString(bare); n != "" {
		return w, "answer.save.number", n
	}
	for part := range strings.FieldsSeq(c.Author) {
		if len([]rune(part)) > 2 && swap(bare, part, "") != bare {
			return w, "answer.save.name", part
		}
	}
	return Wording{Language: language, Topic: topic, Text: text, Case: c.ID}, "", ""
}

// alone reports whether what stands between two places of a folded text is no
// part of a longer word.
func alone(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	part := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r)) }
	return !part(before) && !part(after)
}

// swap puts a place where words stand, however they are spelled.
func swap(text, words, place string) string {
	want := strings.TrimSpace(fold.Text(words))
	if want == "" {
		return text
	}
	m := fold.Map(text)
	for from := 0; ; {
		i := strings.Index(m.Text[from:], want)
		if i < 0 {
			return text
		}
		at := from + i
		if alone(m.Text, at, at+len(want)) {
			start, end := m.Source(at, at+len(want))
			return text[:start] + place + swap(text[end:], words, place)
		}
		from = at + len(want)
	}
}

// save keeps the reply to a case as a wording, at the second press: the first
// shows what it would be.
func (k *Clerk) save(ctx context.Context, r *request) (Answer, error) {
	d, _ := r.c.Draft()
	switch {
	case k.Templates == nil || k.Templates.Saved == nil:
		return r.refuse("answer.unknown"), nil
	case !k.Office.Savable(r.c):
		return r.refuse("answer.save.not"), nil
	}
	w, why, words := k.Templates.Generalise(r.c, d)
	if why != "" {
		return r.refuse(why, "words", words), nil
	}
	if found := k.Writer.Look(k.sample(r, w), cases.Case{Source: r.c.Source, Score: r.c.Score}); len(found) > 0 {
		f := found[0]
		return r.refuse("answer.save.guard", "what", phrases.Plain(r.say.Say("finding."+f.Kind)), "words", Visible(f.Words)), nil
	}
	if !k.twice(r, "save") {
		return r.refuse("answer.save.sure", "topic", k.topic(r, w.Topic), "text", Visible(w.Text)), nil
	}
	w.By, w.At = r.who.ID, r.d.At
	id, fresh, err := k.Templates.Saved.Save(w)
	switch {
	case errors.Is(err, errFull):
		return r.refuse("answer.save.full"), nil
	case err != nil:
		return Answer{}, err
	case !fresh:
		return r.answer("answer.save.already", "id", id), nil
	}
	ch := r.change(cases.Note)
	ch.Note = fmt.Sprintf("saved as wording %s/%s/%s", w.Language, w.Topic, id)
	return k.apply(ctx, r, ch, r.answer("answer.saved", "id", id, "topic", k.topic(r, w.Topic)))
}

// sample is a wording as a customer without a name would read it.
func (k *Clerk) sample(r *request, w Wording) string {
	text, _ := k.Templates.fill(w, cases.Case{Source: r.c.Source}, 0)
	return text
}

// topic is a topic in words; what only templates know is called other.
func (k *Clerk) topic(r *request, topic string) phrases.Plain {
	if key := "topic." + topic; r.say.Has(key) {
		return phrases.Plain(r.say.Say(key))
	}
	return phrases.Plain(r.say.Say("topic.other"))
}

// wordings lists what staff saved.
func (k *Clerk) wordings(r *request) (Answer, error) {
	if k.Templates == nil || k.Templates.Saved == nil {
		return r.refuse("answer.unknown"), nil
	}
	all, err := k.Templates.Saved.List()
	if err != nil {
		return Answer{}, err
	}
	if len(all) == 0 {
		return r.answer("wordings.none"), nil
	}
	lines := []string{r.say.Say("wordings.title", "n", len(all))}
	for _, w := range all[:min(len(all), inboxShown)] {
		lines = append(lines, r.say.Say("wordings.line", "id", w.ID, "topic", k.topic(r, w.Topic), "name", k.Office.NameOf(w.By), "text", Excerpt(Visible(w.Text), 120)))
	}
	return Answer{Text: strings.Join(lines, "\n")}, nil
}

// forget stops using a saved wording. The case it was written for remembers
// who did.
func (k *Clerk) forget(ctx context.Context, r *request) (Answer, error) {
	if k.Templates == nil || k.Templates.Saved == nil {
		return r.refuse("answer.unknown"), nil
	}
	id := strings.ToLower(strings.TrimSpace(r.d.Text))
	if id == "" {
		return r.refuse("answer.whichwording"), nil
	}
	w, ok, err := k.Templates.Saved.Remove(id)
	if err != nil {
		return Answer{}, err
	}
	if !ok {
		return r.refuse("wordings.unknown", "id", Excerpt(id, 20)), nil
	}
	k.Log.Info("wording removed", "id", w.ID, "by", r.who.ID)
	done := r.answer("wordings.removed", "id", w.ID)
	for range tries {
		if r.c, err = k.Desk.Case(ctx, w.Case); errors.Is(err, cases.ErrNotFound) {
			return done, nil // the file was put there by hand
		} else if err != nil {
			return Answer{}, fmt.Errorf("reading case %d: %w", w.Case, err)
		}
		ch := r.change(cases.Note)
		ch.DraftNo, ch.Note = 0, fmt.Sprintf("wording %s/%s/%s removed", w.Language, w.Topic, w.ID)
		if _, err = k.apply(ctx, r, ch, done); !errors.Is(err, cases.ErrStale) {
			break
		}
	}
	if errors.Is(err, cases.ErrIllegal) || errors.Is(err, cases.ErrStale) {
		return done, nil // a closed case takes no notes; the log has it
	}
	return done, err
}

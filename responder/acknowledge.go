package responder

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/lines"
	"rasid/internal/phrases"
)

//go:embed acknowledge
var acknowledgeFiles embed.FS

// wordings reads a file of wordings: one a line, # begins a comment.
func wordings(files embed.FS, name string) ([]string, error) {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	var list []string
	for _, line := range lines.Of(string(b)) {
		list = append(list, strings.TrimSpace(line))
	}
	return list, nil
}

// Acknowledgement is what the policy says to a customer whose case waits while
// the business is closed: when somebody will answer. why says what speaks
// against it; with neither, none is due. What depends on the hour (crisis,
// switch, budgets) is looked at elsewhere.
func (w *Writer) Acknowledgement(c cases.Case, now time.Time) (row cases.Send, why string, err error) {
	o := w.Office
	opening, closed := o.opening(c, now)
	_, talks := o.PlaceOf(c).Replier.(Talker)
	if o.Policy.Acknowledge.EnabledBy == "" || !closed || !talks || c.State != cases.Waiting || c.Score.Label == "pos" {
		return row, "", nil
	}
	language := LanguageOf(c)
	list, err := wordings(acknowledgeFiles, "acknowledge/"+language+".txt")
	if err != nil {
		return row, "", err
	}
	n := int(c.ID) % len(list) // never the same words for two in a row
	text := strings.TrimSpace(put(list[n], map[string]string{"greet": greeting(c, language), "open": o.openingWords(c.Source, language, opening, now)}))
	d := cases.Draft{Text: text, Language: language, Origin: fmt.Sprintf("template:acknowledge/%s/%d", language, n+1), By: cases.Rasid, At: now}
	d.Findings = w.harm(text, c)
	key := fmt.Sprintf("%s/%d/%d", cases.SendAck, c.ID, opening.Unix())
	return asideRow(c, cases.SendAck, key, RuleAcknowledge, text, now.Add(o.Policy.Undo)), o.Refrain(lenient(c), d), nil
}

// lenient is a case as an acknowledgement looks at it. It says nothing of the
// problem, so what asks for a careful answer, but for no silence, does not
// speak against it: a high severity, that the customer is about to leave, and a
// title in another language than the words.
func lenient(c cases.Case) cases.Case {
	if arabic, foreign := letters(c.Last().Words()); c.Score.Language == "mixed" && min(arabic, foreign) == 0 {
		c.Score.Language = LanguageOf(c)
	}
	if c.Score.Severity < cases.Critical {
		c.Score.Severity = min(c.Score.Severity, cases.Low)
	}
	c.Score.Signals = slices.DeleteFunc(slices.Clone(c.Score.Signals), func(s string) bool { return s == "churn" })
	return c
}

// greeting greets by name where it looks like one.
func greeting(c cases.Case, language string) string {
	hello, end := "Hello", "."
	if language == "ar" {
		hello = "أهلًا"
	}
	if name := addressee(c, language); name != "" {
		return hello + " " + name + end
	}
	return hello + end
}

// openingWords names an opening in the customer's language, by the clock of the
// place: today, tomorrow or the weekday, and the date when it is far.
func (o *Office) openingWords(source, language string, opening, now time.Time) string {
	zone := o.Zone
	if cal := o.Calendar(source); cal != nil && cal.Zone != nil {
		zone = cal.Zone
	}
	say, local := o.words(language), opening.In(zone)
	noon := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	days, key := int(noon(opening).Sub(noon(now)).Hours()/24), "opening.date"
	switch {
	case days == 0:
		key = "opening.today"
	case days == 1:
		key = "opening.tomorrow"
	case days < 7:
		key = "opening.weekday"
	}
	text := say.Say(key, "time", phrases.Plain(timeOfDay(say, local)),
		"weekday", phrases.Plain(say.Say(fmt.Sprintf("digest.weekday.%d", local.Weekday()))),
		"day", phrases.Plain(say.Number(local.Day())), "month", phrases.Plain(say.Say(fmt.Sprintf("digest.month.%d", local.Month()))))
	if here := now.In(o.Zone); here.Format("-0700") != now.In(zone).Format("-0700") {
		text += " (" + local.Format("UTC-07:00") + ")" // a branch in another zone
	}
	return text
}

// timeOfDay writes a time as people of the language say it.
func timeOfDay(say *phrases.Catalogue, t time.Time) string {
	key := "opening.am"
	if t.Hour() >= 12 {
		key = "opening.pm"
	}
	clock := t.Format("3:04")
	if say.Language == "ar" {
		clock = phrases.ArabicDigits(clock)
	}
	return say.Say(key, "clock", phrases.Plain(clock))
}

// acknowledge lets the acknowledgement of a waiting case leave, or says in the
// history why not. The author is told once for each closing, whatever the
// number of their cases.
func (w *Writer) acknowledge(ctx context.Context, c cases.Case, now time.Time) error {
	row, why, err := w.Acknowledgement(c, now)
	if err != nil || row.Key == "" {
		return err
	}
	if why == "" {
		if why, err = w.holdAside(ctx, cases.SendAck, RuleAcknowledge, now); err != nil {
			return err
		}
	}
	a := w.Office.Policy.Acknowledge
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: now}
	if why != "" {
		ch.Note = fmt.Sprintf("no acknowledgement (%s): %s", a.Hash(), why)
	} else {
		ch.By, ch.Send = RuleAcknowledge, []cases.Send{row}
		ch.Note = fmt.Sprintf("closed: the acknowledgement (%s), enabled by %s, may leave", a.Hash(), a.EnabledBy)
	}
	if _, err = w.Desk.Apply(ctx, ch); errors.Is(err, cases.ErrStale) {
		return nil // told already, or the case moved on
	}
	return err
}

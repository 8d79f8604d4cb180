package responder

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Do is what a written rule does with a mention it matches.
type Do string

// What rules do.
const (
	DoDraft    Do = "draft"    // a draft for a person to approve
	DoAnswer   Do = "answer"   // the template leaves by itself
	DoThank    Do = "thank"    // the same, for praise
	DoIgnore   Do = "ignore"   // read, nothing to do
	DoHold     Do = "hold"     // staff see it without a draft
	DoEscalate Do = "escalate" // a draft, and up to a level at once
)

// Rule is one written rule of the policy. What a condition leaves empty, it
// does not ask for.
type Rule struct {
	Name      string
	When      When
	Do        Do
	Level     int    // with DoEscalate
	EnabledBy string // who answers for what leaves by it
	PerDay    int    // replies that may leave by it in 24 hours
}

// When is what a rule asks of a mention; of a list, one is enough.
type When struct {
	Sentiment, Severity, Topic, Language, Source []string
	Stars                                        []int
	AuthorCases                                  *CaseCount
	Hours                                        string   // open, closed; "" for both
	Signals                                      []string // NoSignal: without any
}

// CaseCount is how many earlier cases an author had.
type CaseCount struct {
	From, To  int
	Unlimited bool // no upper end
}

// NoSignal in a rule means mentions without any signal.
const NoSignal = "none"

// Automatic reports whether replies leave by the rule without a person.
func (r Rule) Automatic() bool { return r.Do == DoAnswer || r.Do == DoThank }

// By is how the records call the rule.
func (r Rule) By() string { return "rule:" + r.Name }

// Hash fixes the text of the rule: the records name it, so that a rule that
// was changed later cannot be mistaken for the one that decided.
func (r Rule) Hash() string {
	cases := "any"
	if n := r.When.AuthorCases; n != nil {
		cases = fmt.Sprint(*n)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q %v %s %q %q|%s %d %q %d", r.Name, r.When.Sentiment, r.When.Severity, r.When.Topic,
		r.When.Language, r.When.Source, r.When.Stars, cases, r.When.Hours, r.When.Signals, r.Do, r.Level, r.EnabledBy, r.PerDay))
	return hex.EncodeToString(sum[:6])
}

// Ruling is what the written rules say of one case, and why.
type Ruling struct {
	Rule   Rule // zero when no rule matched
	Grave  bool // people come before every rule
	Missed []Miss
}

// Miss is a rule that did not match, and the first condition that failed.
type Miss struct{ Rule, Why string }

// Matched reports whether a rule decides.
func (r Ruling) Matched() bool { return r.Rule.Name != "" }

// Note is the line for the history: which rule decided, by its hash, and why
// those before it did not. It is "" when there are no rules.
func (r Ruling) Note() string {
	var parts []string
	switch {
	case r.Grave:
		return "grave: to people at once, no rule and no template"
	case r.Matched():
		parts = append(parts, fmt.Sprintf("rule %s (%s): %s", r.Rule.Name, r.Rule.Hash(), r.Rule.Do))
	case len(r.Missed) > 0:
		parts = append(parts, "no rule matched")
	}
	for _, m := range r.Missed {
		parts = append(parts, fmt.Sprintf("not %s: %s", m.Rule, m.Why))
	}
	return strings.Join(parts, "; ")
}

// grave are the signals for which the people at the top are called whatever
// the hour, and no template is offered: words from a file would be cruel.
var grave = []string{"selfharm", "threat", "safety"}

// isGrave reports whether a score asks for people at once.
func isGrave(s cases.Score) bool {
	return slices.ContainsFunc(s.Signals, func(sig string) bool { return slices.Contains(grave, sig) })
}

// Rule finds the first rule that matches a case judged as s.
func (o *Office) Rule(c cases.Case, s cases.Score, now time.Time) Ruling {
	if isGrave(s) {
		return Ruling{Grave: true}
	}
	var ruling Ruling
	for _, r := range o.Rules {
		why := o.misses(r, c, s, now)
		if why == "" {
			ruling.Rule = r
			return ruling
		}
		ruling.Missed = append(ruling.Missed, Miss{r.Name, why})
	}
	return ruling
}

// misses names the first condition of a rule that a case does not meet; "" when
// it meets them all.
func (o *Office) misses(r Rule, c cases.Case, s cases.Score, now time.Time) string {
	topic := TopicOther
	if len(s.Topics) > 0 {
		topic = s.Topics[0]
	}
	hours := "closed"
	if o.Calendar(c.Source).Open(now) {
		hours = "open"
	}
	w := r.When
	asked := []string(nil)
	if w.Hours != "" {
		asked = []string{w.Hours}
	}
	for _, x := range []struct {
		name, is string
		want     []string
	}{
		{"sentiment", s.Label, w.Sentiment},
		{"severity", s.Severity.String(), w.Severity},
		{"topic", topic, w.Topic},
		{"language", s.Language, w.Language},
		{"source", c.Source, w.Source},
		{"hours", hours, asked},
	} {
		if len(x.want) > 0 && !slices.Contains(x.want, x.is) {
			return x.name + " " + x.is
		}
	}
	if n := c.Last().Stars; len(w.Stars) > 0 && !slices.Contains(w.Stars, n) {
		return "stars " + strconv.Itoa(n)
	}
	if n, want := len(c.Past), w.AuthorCases; want != nil && (n < want.From || n > want.To && !want.Unlimited) {
		return fmt.Sprintf("author_cases %d", n)
	}
	return missedSignals(s.Signals, w.Signals)
}

func missedSignals(has, want []string) string {
	switch {
	case len(want) == 0, slices.ContainsFunc(has, func(s string) bool { return slices.Contains(want, s) }):
		return ""
	case len(has) == 0 && slices.Contains(want, NoSignal):
		return ""
	case len(has) == 0:
		return "signals none"
	}
	return "signals " + strings.Join(has, ", ")
}

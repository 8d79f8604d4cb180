package config

import (
	"fmt"
	"slices"
	"strings"
)

// mostPieces bounds the work of comparing rules. A policy that is cut into more
// pieces is not looked at further; it is still obeyed.
const mostPieces = 20_000

// checkRules looks for rules that cannot do what they say: unknown names,
// conditions no mention meets, automatic answers that the limits always stop,
// and rules that earlier ones leave nothing to.
func (r *reader) checkRules(c *Config) {
	taken := map[string]int{}
	whole := r.everything(c)
	var earlier []piece
	for i := range c.Policy.Rules {
		rule := &c.Policy.Rules[i]
		path := fmt.Sprintf("policy.rules[%d]", i)
		r.named(path+".name", rule.Name, taken, i)
		if rule.Do.Word == "" {
			r.fault(path+".do", "the rule does nothing", "do: draft, answer, thank, ignore, hold or escalate 1")
		}
		if rule.PerDay == 0 {
			rule.PerDay = 20
		}
		if rule.PerDay < 0 || rule.PerDay > 10_000 {
			r.fault(path+".per_day", fmt.Sprintf("%d is out of bounds", rule.PerDay), "a number from 1 to 10000")
		}
		r.checkWhen(c, rule.When, path+".when")
		r.checkDo(c, *rule, path)
		if r.badBelow(path) {
			continue // what it means is not known
		}
		p := whole.cut(rule.When)
		p.rule = i
		r.checkReached(c, p, earlier)
		earlier = append(earlier, p)
	}
}

// badBelow reports whether something below a path was complained of.
func (r *reader) badBelow(path string) bool {
	return r.judged(path) || slices.ContainsFunc(r.found, func(p Problem) bool { return strings.HasPrefix(p.Path, path+".") || p.Path == path })
}

func (r *reader) checkWhen(c *Config, w When, path string) {
	for i, n := range w.Stars {
		if n < 0 || n > 5 {
			r.fault(fmt.Sprintf("%s.stars[%d]", path, i), fmt.Sprintf("nobody gives %d stars", n), "1 to 5, or 0 for places without stars")
		}
	}
	names := make([]string, 0, len(c.Sources))
	for _, s := range c.Sources {
		names = append(names, s.Name)
	}
	for i, s := range w.Source {
		if !slices.Contains(names, s) {
			r.fault(fmt.Sprintf("%s.source[%d]", path, i), fmt.Sprintf("there is no source %q%s", s, hint(s, names)), orList(names))
		}
	}
	if len(w.Signals) > 1 && slices.Contains(w.Signals, noSignal) {
		r.fault(path+".signals", "none and others at once", "none alone, or the signals")
	}
	for key, n := range map[string]int{
		"sentiment": len(w.Sentiment), "severity": len(w.Severity), "stars": len(w.Stars), "topic": len(w.Topic),
		"language": len(w.Language), "source": len(w.Source), "signals": len(w.Signals),
	} {
		if lookup(find(r.root, path), key) != nil && n == 0 {
			r.fault(path+"."+key, "an empty list, which no mention meets", "what is meant, or remove the line")
		}
	}
}

// checkDo looks whether a rule can ever do what it says.
func (r *reader) checkDo(c *Config, rule Rule, path string) {
	if rule.Do.Word == "escalate" && !slices.ContainsFunc(c.Rooms, func(m Room) bool { return m.Level == rule.Do.Level }) {
		r.fault(path+".do", fmt.Sprintf("no room has level %d", rule.Do.Level), "a level that a room under rooms: has")
	}
	if rule.Do.Word == "ignore" && len(rule.When.Severity) > 0 && !slices.ContainsFunc(rule.When.Severity, func(h Harm) bool { return h != "critical" }) {
		r.fault(path+".do", "what is critical is never ignored", "do: escalate 1")
	}
	if !rule.Do.Automatic() {
		if rule.EnabledBy != "" {
			r.fault(path+".enabled_by", "nothing leaves by this rule", "nothing: remove the line")
		}
		return
	}
	r.checkEnabled(c, rule.EnabledBy, path)
	never := func(key, cause, write string) {
		r.fault(path+".when."+key, "the rule is dead: "+cause, write)
	}
	w := rule.When
	switch {
	case len(w.Severity) > 0 && !slices.Contains(w.Severity, "mild") && !slices.Contains(w.Severity, "low"):
		never("severity", "what is severe is never answered by a rule", "mild or low, or do: draft")
	case len(w.Signals) > 0 && !slices.Contains(w.Signals, noSignal):
		never("signals", "a mention with a signal is never answered by a rule", "none, or do: draft")
	case len(w.Language) > 0 && !slices.Contains(w.Language, "ar") && !slices.Contains(w.Language, "en"):
		never("language", "only Arabic and English are answered by a rule", "ar or en, or do: draft")
	case rule.Do.Word == "thank" && len(w.Sentiment) > 0 && !slices.Contains(w.Sentiment, "pos"):
		never("sentiment", "only praise is thanked for", "pos, or do: answer")
	case rule.Do.Word == "thank" && len(w.Stars) > 0 && !slices.ContainsFunc(w.Stars, func(n int) bool { return n == 0 || n > 3 }):
		never("stars", "few stars are no praise", "4 or 5, or do: draft")
	}
	if len(w.Source) > 0 && !slices.ContainsFunc(c.Sources, func(s Source) bool {
		return slices.Contains(w.Source, s.Name) && s.Reply.Kind != "manual"
	}) {
		never("source", "these places take no replies from programs", "a source whose reply is not manual, or do: draft")
	}
}

// checkEnabled looks for the person who answers for what leaves by a rule.
func (r *reader) checkEnabled(c *Config, enabledBy, path string) {
	if enabledBy == "" {
		r.fault(path+".enabled_by", "replies would leave with nobody answering for them", "enabled_by: the id of an approver under staff")
		return
	}
	ids := make([]string, 0, len(c.Staff))
	for _, p := range c.Staff {
		ids = append(ids, p.ID)
		if p.ID != enabledBy {
			continue
		}
		if !p.Role.Approves() {
			r.fault(path+".enabled_by", fmt.Sprintf("%s is %s and may not let replies go", p.ID, p.Role), "the id of an approver, supervisor or manager")
		}
		return
	}
	r.fault(path+".enabled_by", fmt.Sprintf("there is nobody %q under staff%s", enabledBy, hint(enabledBy, ids)), orList(ids))
}

// checkReached looks whether earlier rules leave a rule anything to decide.
func (r *reader) checkReached(c *Config, p piece, earlier []piece) {
	rules := c.Policy.Rules
	path := fmt.Sprintf("policy.rules[%d]", p.rule)
	line := func(i int) string {
		n := find(r.root, fmt.Sprintf("policy.rules[%d]", i))
		if n == nil {
			return rules[i].Name
		}
		return fmt.Sprintf("%s on line %d", rules[i].Name, n.Line)
	}
	for _, e := range earlier {
		same := e.covers(p) && p.covers(e)
		switch {
		case same && rules[e.rule].Do != rules[p.rule].Do:
			r.fault(path, fmt.Sprintf("contradicts %s, which matches the same and says %s", line(e.rule), rules[e.rule].Do), "one of the two")
			return
		case same:
			r.fault(path, "says the same as "+line(e.rule), "one of the two")
			return
		case e.covers(p):
			r.fault(path, fmt.Sprintf("is shadowed: %s matches everything this one does", line(e.rule)), "the narrower rule first, or remove it")
			return
		}
	}
	if !p.gone(earlier) {
		return
	}
	// Only the rules without which it would still decide something are named.
	needed := earlier
	for i := range slices.Backward(earlier) {
		if others := slices.Delete(slices.Clone(needed), i, i+1); p.gone(others) {
			needed = others
		}
	}
	by := make([]string, 0, len(needed))
	for _, e := range needed {
		by = append(by, line(e.rule))
	}
	r.fault(path, fmt.Sprintf("is dead: %s together match everything this one does", strings.Join(slices.Compact(by), " and ")), "the narrower rule first, or remove it")
}

// gone reports whether others match everything that p does.
func (p piece) gone(others []piece) bool {
	rest := []piece{p}
	for _, o := range others {
		var left []piece
		for _, part := range rest {
			left = append(left, part.without(o)...)
		}
		if rest = left; len(rest) == 0 || len(rest) > mostPieces {
			break
		}
	}
	return len(rest) == 0
}

package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// reserved are the words the records use for those who are no staff.
var reserved = []string{"rasid", "rule", "customer"}

func (r *reader) checkStaff(c *Config) {
	if len(c.Staff) == 0 {
		r.whole("staff", "nobody may decide", "at least one person, like - {id: mona, role: approver}")
	}
	taken, ids, approvers := map[string]int{}, map[string]string{}, 0
	for i := range c.Staff {
		p := &c.Staff[i]
		path := fmt.Sprintf("staff[%d]", i)
		r.named(path+".id", p.ID, taken, i)
		if slices.Contains(reserved, p.ID) {
			r.fault(path+".id", fmt.Sprintf("%q has a meaning of its own in the records", p.ID), "another id")
		}
		if p.Role == "" {
			r.fault(path+".role", "no role", "agent, approver, supervisor or manager")
		}
		if p.Role.Approves() || r.has(path+".role") {
			approvers++
		}
		for _, on := range []struct{ platform, id string }{{"telegram", string(p.Telegram)}, {"discord", string(p.Discord)}} {
			key := on.platform + " " + on.id
			if other, twice := ids[key]; twice && on.id != "" {
				r.fault(path+"."+on.platform, "the same person as "+other, "each id once")
			}
			ids[key] = p.ID
		}
		p.Name = cmp.Or(p.Name, p.ID)
		r.checkDays(path+".shifts", p.Shifts)
	}
	if len(c.Staff) > 0 && approvers == 0 {
		r.whole("staff", "nobody may approve a reply", "role: approver for one of them")
	}
	if c.Policy.FourEyes != "never" && approvers == 1 {
		r.fault("policy.four_eyes", "two people must agree, but only one may approve", "a second approver under staff, or four_eyes: never")
	}
	r.checkHands(c)
}

// checkHands looks that in each chat room somebody can press a button.
func (r *reader) checkHands(c *Config) {
	for i, m := range c.Rooms {
		if !slices.Contains(connected, m.Kind) || len(c.Staff) == 0 {
			continue
		}
		can := slices.ContainsFunc(c.Staff, func(p Person) bool {
			return p.Role.Approves() && (m.Kind == "telegram" && p.Telegram != "" || m.Kind == "discord" && p.Discord != "")
		})
		unread := false
		for j := range c.Staff {
			unread = unread || r.has(fmt.Sprintf("staff[%d].%s", j, m.Kind))
		}
		if !can && !unread {
			r.fault(fmt.Sprintf("rooms[%d].kind", i), fmt.Sprintf("nobody who may approve has a %s id, so no button here would work", m.Kind), m.Kind+": 123456789 beside the people under staff")
		}
	}
}

// bounded is a limit of the policy.
type bounded struct {
	path     string
	value    time.Duration
	min, max time.Duration
	off      bool // 0 switches it off
}

func (r *reader) checkPolicy(c *Config) {
	p := c.Policy
	if p.FlagAt < 0.05 || p.FlagAt > 0.99 {
		r.fault("policy.flag_at", "not a probability between 0.05 and 0.99", "a number like 0.5 (lower flags more)")
	}
	limits := []bounded{
		{"policy.undo", p.Undo, 0, time.Hour, true},
		{"policy.max_age", p.MaxAge, time.Hour, 3650 * day, false},
		{"policy.expire_after", p.ExpireAfter, time.Hour, 365 * day, true},
		{"policy.resend_after", p.ResendAfter, time.Minute, day, false},
		{"policy.escalate_after", p.EscalateAfter, time.Minute, 30 * day, true},
		{"policy.join_within", p.JoinWithin, 0, 90 * day, true},
		{"policy.remind_after", p.RemindAfter, time.Minute, 30 * day, true},
		{"policy.claim_for", p.ClaimFor, time.Minute, 7 * day, false},
		{"policy.snooze_for", p.SnoozeFor, time.Minute, 30 * day, false},
		{"policy.satisfaction.after", p.Satisfaction.After, time.Minute, 30 * day, true},
		{"policy.commitment.reply_within", p.Commitment.ReplyWithin, time.Hour, 30 * day, false},
	}
	for _, l := range limits {
		if l.off && l.value == 0 || l.value >= l.min && l.value <= l.max {
			continue
		}
		write := fmt.Sprintf("a time from %s to %s", span(l.min), span(l.max))
		if l.off {
			write += ", or 0 for never"
		}
		r.fault(l.path, fmt.Sprintf("%s is too short or too long", span(l.value)), write)
	}
	r.checkTargets("policy.targets", p.Targets)
	for i, s := range c.Sources {
		r.checkTargets(fmt.Sprintf("sources[%d].targets", i), s.Targets)
	}
	if p.HoldUntilOpen == "critical" {
		r.fault("policy.hold_until_open", "what is critical never waits for an opening", "low, high or never")
	}
	if p.HoldUntilOpen != "never" && !c.Business.Hours.written() && len(c.Branches) == 0 {
		r.fault("policy.hold_until_open", "the business has no hours, so it never opens", `business: {hours: {days: {sun-thu: ["09:00-17:00"]}}}`)
	}
	r.checkCounts(p)
	r.checkLevels(c)
	r.checkOffers(p)
	r.checkAsides(c)
	r.checkWording(c)
	r.checkNotes(p)
	r.checkCourtesy(p)
	r.checkModel(c)
	r.checkRules(c)
}

// checkAsides looks that what is said beside answers can be said.
func (r *reader) checkAsides(c *Config) {
	a := c.Policy.Acknowledge
	if a.PerDay < 1 || a.PerDay > 10_000 {
		r.fault("policy.acknowledge.per_day", fmt.Sprintf("%d is out of bounds", a.PerDay), "a number from 1 to 10000")
	}
	s := c.Policy.Satisfaction
	if s.PerDay < 1 || s.PerDay > 10_000 {
		r.fault("policy.satisfaction.per_day", fmt.Sprintf("%d is out of bounds", s.PerDay), "a number from 1 to 10000")
	}
	if s.EnabledBy != "" {
		r.checkEnabled(c, s.EnabledBy, "policy.satisfaction")
	}
	if a.EnabledBy == "" {
		return
	}
	r.checkEnabled(c, a.EnabledBy, "policy.acknowledge")
	if !c.Business.Hours.written() && !slices.ContainsFunc(c.Branches, func(b Branch) bool { return b.Hours.written() }) {
		r.fault("policy.acknowledge.enabled_by", "the business has no hours, so it is never closed", `business: {hours: {days: {sun-thu: ["09:00-17:00"]}}}`)
	}
}

// checkTargets looks that every target is a time a shop can mean.
func (r *reader) checkTargets(path string, t Targets) {
	for _, v := range []struct {
		key string
		d   time.Duration
	}{
		{"acknowledge", t.Acknowledge}, {"reply", t.Reply}, {"resolve", t.Resolve},
		{"high.acknowledge", t.High.Acknowledge}, {"high.reply", t.High.Reply}, {"high.resolve", t.High.Resolve},
		{"critical.acknowledge", t.Critical.Acknowledge}, {"critical.reply", t.Critical.Reply}, {"critical.resolve", t.Critical.Resolve},
	} {
		if v.d != 0 && (v.d < time.Minute || v.d > 90*day) {
			r.fault(path+"."+v.key, span(v.d)+" is too short or too long", "a time from 1m to 90d")
		}
	}
}

// span writes a length of time as this file spells it.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

func (r *reader) checkCounts(p Policy) {
	counts := []struct {
		path          string
		value, lo, hi int
	}{
		{"policy.remind_times", p.RemindTimes, 0, 20},
		{"policy.budgets.per_author_day", p.Budgets.PerAuthorDay, 1, 100},
		{"policy.budgets.per_hour", p.Budgets.PerHour, 1, 10_000},
		{"policy.budgets.per_day", p.Budgets.PerDay, 1, 100_000},
		{"policy.budgets.per_approver_hour", p.Budgets.PerApproverHour, 1, 10_000},
		{"policy.incidents.cards", p.Incidents.Cards, 1, 10_000},
		{"policy.incidents.copies", p.Incidents.Copies, 2, 10_000},
		{"policy.incidents.burst", p.Incidents.Burst, 2, 10_000},
	}
	for _, n := range counts {
		if n.value < n.lo || n.value > n.hi {
			r.fault(n.path, fmt.Sprintf("%d is out of bounds", n.value), fmt.Sprintf("a number from %d to %d", n.lo, n.hi))
		}
	}
}

// checkLevels looks that no level between the staff room and the highest room
// is empty, because a case climbs one level at a time.
func (r *reader) checkLevels(c *Config) {
	for i, m := range c.Rooms {
		if m.Level < 2 || m.Level > 9 {
			continue
		}
		if !slices.ContainsFunc(c.Rooms, func(o Room) bool { return o.Level == m.Level-1 }) {
			r.fault(fmt.Sprintf("rooms[%d].level", i), fmt.Sprintf("no room has level %d, so no case would climb to level %d", m.Level-1, m.Level), fmt.Sprintf("level: %d", m.Level-1))
		}
	}
}

func (r *reader) checkOffers(p Policy) {
	taken := map[string]int{}
	for i, o := range p.Offers {
		path := fmt.Sprintf("policy.offers[%d]", i)
		r.named(path+".name", o.Name, taken, i)
		if blank(o.AR) || blank(o.EN) {
			r.fault(path, "an offer must be the same in both languages", "its wording under ar: and en:")
		}
	}
	for i, contact := range p.Contacts {
		if blank(contact) {
			r.fault(fmt.Sprintf("policy.contacts[%d]", i), "nothing is written here", "an address or number that replies may name")
		}
	}
}

func blank(s string) bool { return strings.Trim(s, " \t\u00a0\u200f\u200e") == "" }

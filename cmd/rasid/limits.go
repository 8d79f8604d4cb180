package main

import (
	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/responder"
)

// policy turns the words of the file into the responder's.
func policy(c config.Policy) responder.Policy {
	p := responder.DefaultPolicy()
	p.FlagAt, p.Undo, p.MaxAge = c.FlagAt, c.Undo, min(c.MaxAge, p.MaxAge)
	p.RemindAfter, p.ClaimFor, p.SnoozeFor = c.RemindAfter, c.ClaimFor, c.SnoozeFor
	p.ApprovalsHour = c.Budgets.PerApproverHour
	p.EscalateAfter, p.ExpireAfter, p.RemindTimes, p.ResendLock = c.EscalateAfter, c.ExpireAfter, c.RemindTimes, c.ResendAfter
	p.Targets = targets(c.Targets, config.Targets{})
	p.Hold, p.HoldUpTo = c.HoldUntilOpen != "never", severity(c.HoldUntilOpen)
	p.SameText = c.Words.SameText
	p.HoldAbuse = c.Abuse == "hold"
	p.Acknowledge = responder.Aside{EnabledBy: c.Acknowledge.EnabledBy, PerDay: c.Acknowledge.PerDay}
	p.Satisfaction = responder.Aside{EnabledBy: c.Satisfaction.EnabledBy, PerDay: c.Satisfaction.PerDay, After: c.Satisfaction.After}
	switch c.FourEyes {
	case "low":
		p.FourEyes, p.FourEyesFrom = true, cases.Low
	case "high":
		p.FourEyes, p.FourEyesFrom = true, cases.High
	case "critical":
		p.FourEyes, p.FourEyesFrom = true, cases.Critical
	}
	return p
}

// severity turns the word of the file into the responder's; "" and never are
// the mildest.
func severity(s config.Severity) cases.Severity {
	return map[config.Severity]cases.Severity{"low": cases.Low, "high": cases.High, "critical": cases.Critical}[s]
}

// targets are those of the policy, where a source's own go before.
func targets(t, over config.Targets) responder.Targets {
	all := responder.Targets{}
	for s, word := range map[cases.Severity]config.Severity{cases.Mild: "", cases.Low: "low", cases.High: "high", cases.Critical: "critical"} {
		all[s] = responder.Target(t.Of(word, over))
	}
	return all
}

// words are languages as plain words.
func words(languages []config.Language) []string {
	out := make([]string, len(languages))
	for i, l := range languages {
		out[i] = string(l)
	}
	return out
}

package config

import (
	"cmp"
	"time"
)

// Policy is what may be answered, when, by whom and in what time. Nothing
// leaves outside it.
type Policy struct {
	// FlagAt is the probability of an unhappy customer from which a case is
	// flagged, 0.05 to 0.99.
	FlagAt float64 `yaml:"flag_at"`
	// Undo is how long an approval can be taken back before the reply is posted.
	Undo time.Duration `yaml:"undo"`
	// MaxAge is the age from which a draft must be read again before it can be
	// approved.
	MaxAge time.Duration `yaml:"max_age"`
	// ExpireAfter is how long a case may wait before the moment for an answer
	// has passed.
	ExpireAfter time.Duration `yaml:"expire_after"`
	// ResendAfter is how long "send again" is locked when a platform's answer
	// was lost: a slow reply could still appear.
	ResendAfter time.Duration `yaml:"resend_after"`
	// JoinWithin is how long the same author on the same source continues the
	// same case.
	JoinWithin time.Duration `yaml:"join_within"`
	// Targets are how fast the business wants to be, counted in its hours. Staff
	// are warned when three quarters of a target are gone; when it passes, the
	// case goes one level up.
	Targets Targets `yaml:"targets"`
	// HoldUntilOpen is the severity up to which a case that comes while the
	// business is closed is shown only when it opens: low, high or never. It can
	// be read in /inbox and on the page all the time.
	HoldUntilOpen Severity `yaml:"hold_until_open"`
	// RemindAfter is how long a waiting case rests before staff are reminded,
	// counted in the business's hours; each further reminder waits twice as long.
	RemindAfter time.Duration `yaml:"remind_after"`
	// RemindTimes is how many reminders a level gets.
	RemindTimes int `yaml:"remind_times"`
	// EscalateAfter is how long a case waits at each level before it goes to
	// the rooms one level up, counted in the business's hours; critical cases
	// count around the clock.
	EscalateAfter time.Duration `yaml:"escalate_after"`
	// ClaimFor is how long a claim holds before it is released.
	ClaimFor time.Duration `yaml:"claim_for"`
	// SnoozeFor is the pause of "later" when none is named.
	SnoozeFor time.Duration `yaml:"snooze_for"`
	// FourEyes is the severity from which the person who wrote the words may not
	// approve them: low, high, critical or never.
	FourEyes Severity `yaml:"four_eyes"`
	// Commitment is what replies may promise.
	Commitment Commitment `yaml:"commitment"`
	// Offers are the only offers replies may make.
	Offers []Offer `yaml:"offers"`
	// Contacts are the only addresses and numbers replies may name.
	Contacts []string `yaml:"contacts"`
	// Words are names and words that replies may not say.
	Words Wording `yaml:"words"`
	// Model is a language model that may write the sentence which names the
	// problem, in drafts that a person decides about. Left out, none is asked.
	Model Model `yaml:"model"`
	// Knowledge is what staff should know when they answer, by topic.
	Knowledge []Note `yaml:"knowledge"`
	// Courtesy is what drafts may take over of an Arabic customer's own tone: a
	// greeting and closing in their dialect where it is beyond doubt (gulf,
	// egyptian, levantine, maghrebi), and the answer to a salam (salam). Left
	// out, drafts are formal.
	Courtesy []Courtesy `yaml:"courtesy"`
	// Abuse is what happens to insults: draft (a calm wording, a person approves)
	// or hold (no draft: a person decides whether to answer at all).
	Abuse Abuse `yaml:"abuse"`
	// Budgets bound what leaves.
	Budgets Budgets `yaml:"budgets"`
	// Incidents say from where on many complaints are one incident with one card.
	Incidents Incidents `yaml:"incidents"`
	// Acknowledge tells a customer who writes outside the hours when somebody
	// will answer. It leaves by itself, within every limit; off until somebody
	// enables it.
	Acknowledge Acknowledge `yaml:"acknowledge"`
	// Satisfaction asks a customer, once, how satisfied they are after a case was
	// closed as solved. It leaves by itself, within every limit; off until
	// somebody enables it.
	Satisfaction Satisfaction `yaml:"satisfaction"`
	// Rules say what happens to mentions of one sort; the first that matches
	// decides. Without rules a person decides about every unhappy mention.
	Rules []Rule `yaml:"rules"`
}

// Acknowledge is what a customer is told outside the hours: when the business
// opens, once for each time it is closed. It is not the answer; the case waits
// on.
type Acknowledge struct {
	// EnabledBy is the id of the approver who answers for it; left out, it is off.
	EnabledBy string `yaml:"enabled_by"`
	// PerDay is how many may leave in 24 hours; left out, 50.
	PerDay int `yaml:"per_day"`
}

// Satisfaction is the one question after a case was solved, answered with a tap
// from 1 to 5 or a number in words. One or two opens the case again, one level
// up.
type Satisfaction struct {
	// EnabledBy is the id of the approver who answers for it; left out, it is off.
	EnabledBy string `yaml:"enabled_by"`
	// After is how long after it was solved the question is asked.
	After time.Duration `yaml:"after"`
	// PerDay is how many may leave in 24 hours; left out, 50.
	PerDay int `yaml:"per_day"`
}

// Target is how fast the business wants to be.
type Target struct {
	// Acknowledge is the time until somebody of staff has acted on the case.
	Acknowledge time.Duration `yaml:"acknowledge"`
	// Reply is the time until the reply stands in public.
	Reply time.Duration `yaml:"reply"`
	// Resolve is the time until the problem is solved.
	Resolve time.Duration `yaml:"resolve"`
}

// Targets are how fast the business wants to be, by severity.
type Targets struct {
	// Acknowledge is the time until somebody of staff has acted on the case.
	Acknowledge time.Duration `yaml:"acknowledge"`
	// Reply is the time until the reply stands in public.
	Reply time.Duration `yaml:"reply"`
	// Resolve is the time until the problem is solved.
	Resolve time.Duration `yaml:"resolve"`
	// High is for cases of high severity; they never get more time than others.
	High Target `yaml:"high"`
	// Critical is for critical cases; they never get more time than others, and
	// count around the clock.
	Critical Target `yaml:"critical"`
}

// Of is the target of a severity (low, high, critical), where over, the targets
// of a source, go before.
func (t Targets) Of(severity Severity, over Targets) Target {
	base := over.base().or(t.base())
	switch severity {
	case "high":
		return base.tighter(over.High.or(t.High))
	case "critical":
		return base.tighter(over.High.or(t.High)).tighter(over.Critical.or(t.Critical))
	}
	return base
}

func (t Targets) base() Target { return Target{t.Acknowledge, t.Reply, t.Resolve} }

// or fills what is not written from other targets.
func (t Target) or(o Target) Target {
	return Target{cmp.Or(t.Acknowledge, o.Acknowledge), cmp.Or(t.Reply, o.Reply), cmp.Or(t.Resolve, o.Resolve)}
}

// tighter takes the shorter of each two times.
func (t Target) tighter(o Target) Target {
	o = o.or(t)
	return Target{min(t.Acknowledge, o.Acknowledge), min(t.Reply, o.Reply), min(t.Resolve, o.Resolve)}
}

// Commitment is what replies may promise.
type Commitment struct {
	// ReplyWithin is the time in which staff get back to the customer.
	ReplyWithin time.Duration `yaml:"reply_within"`
}

// Offer is one thing the business may offer in a reply.
type Offer struct {
	// Name is how templates and staff call the offer.
	Name string `yaml:"name"`
	// AR is the Arabic wording.
	AR string `yaml:"ar"`
	// EN is the English wording.
	EN string `yaml:"en"`
	// Until is the last day it holds, like 2026-12-31; left out, no end.
	Until Day `yaml:"until"`
}

// Budgets bound what leaves, so that a mistake stays small.
type Budgets struct {
	// PerAuthorDay is how many public replies one customer gets in a day.
	PerAuthorDay int `yaml:"per_author_day"`
	// PerHour is how many public replies leave in an hour.
	PerHour int `yaml:"per_hour"`
	// PerDay is how many public replies leave in a day.
	PerDay int `yaml:"per_day"`
	// PerApproverHour is how many replies one person may approve in an hour.
	PerApproverHour int `yaml:"per_approver_hour"`
}

// Incidents say from where on many complaints are one incident with one card.
type Incidents struct {
	// Cards is how many cards staff get in five minutes; what is above joins the
	// incident, save the gravest.
	Cards int `yaml:"cards"`
	// Copies is how many people must write nearly the same words in an hour.
	Copies int `yaml:"copies"`
	// Burst is how many complaints of one source make an hour a burst, however
	// quiet the source usually is.
	Burst int `yaml:"burst"`
}

// defaultPolicy is a calm shop: a person approves everything.
func defaultPolicy() Policy {
	return Policy{
		FlagAt:      0.5,
		Undo:        10 * time.Second,
		MaxAge:      day,
		ExpireAfter: 7 * day,
		ResendAfter: 10 * time.Minute,
		JoinWithin:  2 * day,
		Targets: Targets{
			Acknowledge: 2 * time.Hour, Reply: 4 * time.Hour, Resolve: 3 * day,
			High:     Target{Acknowledge: time.Hour, Reply: 2 * time.Hour, Resolve: 2 * day},
			Critical: Target{Acknowledge: 15 * time.Minute, Reply: time.Hour, Resolve: day},
		},
		HoldUntilOpen: "never",
		RemindAfter:   30 * time.Minute,
		RemindTimes:   3,
		EscalateAfter: 2 * time.Hour,
		ClaimFor:      time.Hour,
		SnoozeFor:     2 * time.Hour,
		FourEyes:      "never",
		Abuse:         "draft",
		Acknowledge:   Acknowledge{PerDay: 50},
		Satisfaction:  Satisfaction{PerDay: 50, After: time.Hour},
		Commitment:    Commitment{ReplyWithin: day},
		Words:         Wording{SameText: 5},
		Model:         Model{Within: 10 * time.Second, MaxTokens: 300},
		Budgets:       Budgets{PerAuthorDay: 3, PerHour: 30, PerDay: 200, PerApproverHour: 60},
		Incidents:     Incidents{Cards: 10, Copies: 5, Burst: 10},
	}
}

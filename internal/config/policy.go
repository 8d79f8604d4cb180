package config

import "time"

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
	// RemindAfter is how long a waiting case rests before staff are reminded;
	// each further reminder waits twice as long.
	RemindAfter time.Duration `yaml:"remind_after"`
	// RemindTimes is how many reminders a level gets.
	RemindTimes int `yaml:"remind_times"`
	// EscalateAfter is how long a case waits at each level before it goes to
	// the rooms one level up.
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
	// Abuse is what happens to insults: draft (a calm wording, a person approves)
	// or hold (no draft: a person decides whether to answer at all).
	Abuse Abuse `yaml:"abuse"`
	// Budgets bound what leaves.
	Budgets Budgets `yaml:"budgets"`
	// Rules say what happens to mentions of one sort; the first that matches
	// decides. Without rules a person decides about every unhappy mention.
	Rules []Rule `yaml:"rules"`
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

// defaultPolicy is a calm shop: a person approves everything.
func defaultPolicy() Policy {
	return Policy{
		FlagAt:        0.5,
		Undo:          10 * time.Second,
		MaxAge:        day,
		ExpireAfter:   7 * day,
		ResendAfter:   10 * time.Minute,
		JoinWithin:    2 * day,
		RemindAfter:   30 * time.Minute,
		RemindTimes:   3,
		EscalateAfter: 2 * time.Hour,
		ClaimFor:      time.Hour,
		SnoozeFor:     2 * time.Hour,
		FourEyes:      "never",
		Abuse:         "draft",
		Commitment:    Commitment{ReplyWithin: day},
		Budgets:       Budgets{PerAuthorDay: 3, PerHour: 30, PerDay: 200, PerApproverHour: 60},
	}
}

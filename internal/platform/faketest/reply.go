package faketest

import "rasid/internal/cases"

// Reply is the first attempt, at noon, to answer a mention.
func Reply(m cases.Mention, text string) cases.Reply {
	return cases.Reply{Key: "reply/1/1", Attempt: 1, First: Noon(), Mention: m, Text: text}
}

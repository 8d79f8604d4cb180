package main

import (
	"time"

	"rasid/watchers"
	"rasid/watchers/discord"
	"rasid/watchers/mail"
	"rasid/watchers/telegram"
	"rasid/watchers/webhook"
)

// messageKinds bring what is written where we are members, and what is sent to
// us.
func messageKinds() map[string]sourceKind {
	return map[string]sourceKind{
		"telegram": {
			settings: func() any { return &telegram.Config{} },
			every:    func(any) time.Duration { return fromInbox },
			inbox:    true,
			open:     openTelegram,
			reply:    "telegram",
			limits:   "Telegram does not tell bots of deletions, and keeps what a bot missed for 24 hours.",
			blind:    true,
			reads:    "Messages in groups and channels that the bot is a member of, as they are written.",
			answers:  "As the bot, under the message; at most 4,096 UTF-16 units.",
			keys:     "A bot's token; in groups its privacy mode off, or the bot an administrator.",

			edits:     "Seen.",
			deletions: "Not seen.",
			approval:  ourRule,
		},
		"discord": {
			settings:  func() any { c := discord.DefaultConfig(); return &c },
			every:     func(any) time.Duration { return fromInbox },
			inbox:     true,
			open:      openDiscord,
			reply:     "discord",
			reads:     "Messages in channels, forums and threads that the bot may read, as they are written.",
			answers:   "As the bot, under the message; at most 2,000 characters.",
			keys:      "A bot's token, with the message content intent switched on.",
			edits:     "Seen.",
			deletions: "Seen.",
			limits:    "Without the message content intent, messages arrive empty; verified bots need Discord's approval for it.",
			approval:  ourRule,
		},
		"mail": {
			settings: func() any { c := mail.DefaultConfig(); return &c },
			every:    func(s any) time.Duration { return s.(*mail.Config).Every },
			open: func(s any, d deps) (watchers.Source, error) {
				c := *s.(*mail.Config)
				return mail.New(c, d.name, mailWay(c.Server), d.net, d.now)
			},
			reply: "manual",

			reads:     "Letters in one folder of a mailbox, by IMAP, as they arrive where the server tells of them; also the alerts of review platforms, as the reviews they tell of.",
			answers:   "By SMTP, to the writer alone and in the same conversation; mail knows no limit, rasid allows 20,000 letters.",
			limits:    "Letters of machines, mailing lists and addresses behind which nobody reads are recorded and never answered. The first MiB of a letter is read.",
			keys:      "The user and password of the mailbox (many providers make one for each program), or the OAuth consent of its owner, as Gmail and Microsoft 365 want it.",
			edits:     "None: a letter that was sent stays as it is.",
			deletions: "None: a letter that was sent stays sent.",
			approval:  "A letter is private, and two programs that answer each other never end: nobody is answered automatically who did not write in person.",
		},
		"webhook": {
			settings: func() any { return &webhook.Config{} },
			every:    func(any) time.Duration { return fromInbox },
			inbox:    true,
			handed:   true,
			open: func(s any, d deps) (watchers.Source, error) {
				return webhook.New(*s.(*webhook.Config), d.name, d.store, d.now)
			},
			reply:     "manual",
			limits:    "A message holds at most 500 mentions and 1 MiB, and must be less than five minutes old. Edits and deletions are seen when the sender tells of them.",
			reads:     "Whatever another program tells of, in signed messages of JSON ([webhooks.md](webhooks.md)).",
			answers:   "By a signed message to another program; at most 2,000 characters, or `max_length`.",
			keys:      "A secret shared with the other program.",
			edits:     "Seen when the sender tells of them.",
			deletions: "Seen when the sender tells of them.",
			approval:  ourRule,
		},
	}
}

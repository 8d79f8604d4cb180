package discord

import (
	"strings"

	"rasid/internal/platform/discord"
	"rasid/responder"
)

// slash is one slash command.
type slash struct {
	action responder.Action
	en, ar string // names; Discord takes letters of any script
	option *discord.Option
	was    string // an earlier Arabic name, which goes on working; "" is none
}

// Kinds of options.
const (
	optionText   = 3
	optionNumber = 4
)

// slashes lists the slash commands. Discord has no Arabic among its locales
// and refuses a localization for it, so each command has an Arabic name of its
// own beside the English one, in every server: rooms of both languages may
// stand in one.
func slashes() []slash {
	return []slash{
		{responder.CmdInbox, "inbox", "الوارد", nil, ""},
		{responder.CmdCase, "case", "قضية", &discord.Option{Type: optionNumber, Name: "number", Description: "41", Required: true}, "حالة"},
		{responder.CmdDigest, "digest", "ملخص", &discord.Option{Type: optionText, Name: "date", Description: "2026-11-20 · week · month · أسبوع · شهر"}, ""},
		{responder.CmdReport, "report", "تقرير", &discord.Option{Type: optionText, Name: "text", Description: "…"}, ""},
		{responder.CmdStop, "stop", "أوقف", &discord.Option{Type: optionText, Name: "text", Description: "…"}, ""},
		{responder.CmdResume, "resume", "تابع", nil, ""},
		{responder.CmdWordings, "wordings", "الصياغات", nil, ""},
		{responder.CmdForget, "forget", "انس", &discord.Option{Type: optionText, Name: "text", Description: "1a2b3c4d", Required: true}, ""},
		{responder.CmdHelp, "help", "مساعدة", nil, ""},
	}
}

// names lists the names of a command, the English one first.
func (s slash) names() []string {
	if s.was != "" {
		return []string{s.en, s.ar, s.was}
	}
	return []string{s.en, s.ar}
}

// commandNames maps every name to its action.
func commandNames() map[string]responder.Action {
	names := map[string]responder.Action{}
	for _, s := range slashes() {
		for _, name := range s.names() {
			names[name] = s.action
		}
	}
	return names
}

// commands is what Discord is told.
func (c *Chat) commands() []discord.Command {
	var out []discord.Command
	for _, s := range slashes() {
		for i, name := range s.names() {
			language := "ar"
			if i == 0 {
				language = "en"
			}
			cmd := discord.Command{Name: name, Type: 1, Description: c.describe(language, s)}
			if s.option != nil {
				cmd.Options = []discord.Option{*s.option}
			}
			out = append(out, cmd)
		}
	}
	return out
}

// describe is the help line of a command without its name.
func (c *Chat) describe(language string, s slash) string {
	line := c.say(language).Say("help." + s.en)
	if s.action == responder.CmdHelp {
		line = c.say(language).Say("help.title")
	}
	if _, words, ok := strings.Cut(line, "–"); ok {
		line = words
	}
	r := []rune(strings.TrimSpace(line))
	return string(r[:min(len(r), 100)])
}

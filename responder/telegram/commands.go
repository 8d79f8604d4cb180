package telegram

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rasid/internal/fold"
	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// argument says what may follow a command.
type argument int

const (
	nothing argument = iota
	number           // of a case
	day              // a date, a word like "week", or nothing
	words
	mark // of a wording: eight hexadecimal digits
)

// command is one command with its names. The first name, which Telegram's menu
// shows, is Latin because Telegram allows no other.
type command struct {
	action responder.Action
	latin  []string
	arabic []string // folded, see fold
	takes  argument
	help   string // key of the phrase in the menu
}

// commands lists what staff can type. A Latin name needs its slash; an Arabic
// one counts as the first word of a message too.
var commands = []command{
	{responder.CmdInbox, []string{"inbox"}, []string{"الوارد"}, nothing, "help.inbox"},
	{responder.CmdCase, []string{"case"}, []string{"قضيه", "حاله"}, number, "help.case"},
	{responder.CmdDigest, []string{"digest"}, []string{"ملخص", "الملخص"}, day, "help.digest"},
	{responder.CmdReport, []string{"report"}, []string{"تقرير"}, words, "help.report"},
	{responder.CmdStop, []string{"stop"}, []string{"اوقف"}, nothing, "help.stop"},
	{responder.CmdResume, []string{"resume"}, []string{"تابع"}, nothing, "help.resume"},
	{responder.CmdWordings, []string{"wordings"}, []string{"الصياغات", "صياغات"}, nothing, "help.wordings"},
	{responder.CmdForget, []string{"forget"}, []string{"انس"}, mark, "help.forget"},
	{responder.CmdHelp, []string{"help", "start"}, []string{"مساعده"}, nothing, "help.title"},
}

// hexadecimal is the form of a wording's id.
var hexadecimal = regexp.MustCompile(`^[0-9a-f]{8}$`)

// parseCommand reads a typed command addressed to bot. It reports false for
// talk among colleagues.
func parseCommand(text, bot string) (responder.Decision, bool) {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if i := strings.IndexByte(first, '\n'); i >= 0 {
		first, rest = first[:i], first[i+1:]+" "+rest
	}
	rest = strings.TrimSpace(rest)
	name, slash := strings.CutPrefix(first, "/")
	if slash {
		var to string
		if name, to, _ = strings.Cut(name, "@"); to != "" && bot != "" && !strings.EqualFold(to, bot) {
			return responder.Decision{}, false
		}
	}
	for _, c := range commands {
		if !c.named(name, slash) {
			continue
		}
		d, fits := c.read(rest)
		return d, fits || slash
	}
	return responder.Decision{}, false
}

func (c command) named(name string, slash bool) bool {
	return slash && slices.ContainsFunc(c.latin, func(n string) bool { return strings.EqualFold(n, name) }) ||
		slices.ContainsFunc(c.arabic, func(n string) bool { return fold.Text(n) == fold.Text(name) })
}

// read takes what follows the command and reports whether that makes sense; a
// sentence that only begins with a command's word does not.
func (c command) read(rest string) (responder.Decision, bool) {
	d := responder.Decision{Action: c.action}
	switch c.takes {
	case number:
		n, err := strconv.ParseInt(strings.TrimPrefix(digits(rest), "#"), 10, 64)
		if err == nil && n > 0 {
			d.Case = n
		}
		return d, d.Case > 0
	case day:
		d.Text = digits(rest)
		_, _, ok := responder.ReadPeriod(d.Text, time.Unix(0, 0)) // any time: only whether it can be read counts
		return d, ok || strings.ContainsFunc(rest, unicode.IsDigit) && !strings.Contains(rest, " ")
	case words:
		d.Text = rest
		return d, rest != ""
	case mark:
		d.Text = strings.ToLower(digits(rest))
		return d, hexadecimal.MatchString(d.Text)
	case nothing:
		if c.action == responder.CmdStop && fold.Text(rest) == fold.Text("النشر") {
			rest = "" // "stop posting" says no more than "stop"
		}
		d.Text = rest
		return d, rest == ""
	}
	return d, false
}

// digits writes Arabic-Indic and Persian digits as Latin ones.
func digits(s string) string {
	return strings.Map(fold.Digit, strings.TrimSpace(s))
}

// menu is what Telegram shows behind "/" in a room.
func (c *Chat) menu(r Room) []telegram.Command {
	var out []telegram.Command
	for _, cmd := range commands {
		text := c.words[r.Language].Say(cmd.help)
		if _, after, found := strings.Cut(text, "– "); found {
			text = after
		}
		out = append(out, telegram.Command{Command: cmd.latin[0], Description: telegram.Cut(text, 250)})
	}
	return out
}

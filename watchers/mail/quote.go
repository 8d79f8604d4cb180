package mail

import (
	"regexp"
	"strings"

	"rasid/internal/patterns"
	"rasid/watchers"
)

// Lines that mail programs put before what they quote. Names and dates inside
// them differ by program and language; the frame does not.
var (
	signatureLine = regexp.MustCompile(`^--\s?$`)
	original      = regexp.MustCompile(`(?i)^-{2,}\s*(original message|الرسالة الأصلية|رسالة أصلية)\s*-{2,}$`)
	forwarded     = regexp.MustCompile(`(?i)^-{2,}\s*(forwarded message|رسالة مُ?عاد توجيهها|الرسالة المُ?عاد توجيهها)\s*-{2,}$|^begin forwarded message:$`)
	wrote         = patterns.Later(`(?i)^on .{4,300} wrote:$|^(في|بتاريخ|يوم) .{4,300}(كتبت?|بواسطة).{0,200}:$|^(في|بتاريخ|يوم) .{4,300}كتبت? ما يلي:?$`)
	fromLine      = regexp.MustCompile(`(?i)^\*?(from|من)\s?:\*? .+`)
	moreLines     = regexp.MustCompile(`(?i)^\*?(sent|date|to|subject|cc|تم الإرسال|تاريخ الإرسال|التاريخ|إلى|الموضوع|نسخة)\s?:\*?`)
	ruler         = regexp.MustCompile(`^_{10,}$`)
	sentFrom      = patterns.Later(`(?i)^(sent from my .{1,60}|get outlook for .{1,60}|(أُ?رسلت?|مرسلة?|تم الإرسال) (من|عبر|بواسطة) .{1,60})$`)
)

// marks of direction stand inside the lines of Arabic mail programs.
var unmarked = strings.NewReplacer("\u200e", "", "\u200f", "", "\u202a", "", "\u202b", "", "\u202c", "", "\u2068", "", "\u2069", "", "\u00a0", " ")

// split parts what is said from what is only quoted or signed. When nothing
// would be left, everything is said.
func split(text string) (fresh, rest string) {
	lines := strings.Split(text, "\n")
	if len(lines) > 5000 {
		lines = lines[:5000]
	}
	bare := make([]string, len(lines))
	for i, l := range lines {
		bare[i] = strings.TrimSpace(unmarked.Replace(l))
	}
	var said, quoted []string
	for i := 0; i < len(lines); i++ {
		span, all := begins(bare, i)
		switch {
		case all: // nothing new follows
			quoted = append(quoted, lines[i:]...)
			i = len(lines)
		case span > 0: // an answer stands below what it answers
			quoted = append(quoted, lines[i:i+span]...)
			i += span - 1
		case strings.HasPrefix(bare[i], ">"):
			quoted = append(quoted, lines[i])
		default:
			said = append(said, lines[i])
		}
	}
	fresh, rest = watchers.Tidy(strings.Join(said, "\n")), watchers.Tidy(strings.Join(quoted, "\n"))
	if fresh == "" {
		return watchers.Tidy(strings.Join(lines, "\n")), ""
	}
	return fresh, rest
}

// begins looks whether a quotation or a signature begins at line i: over how
// many lines its heading goes, and whether everything below belongs to it.
func begins(lines []string, i int) (span int, all bool) {
	l := lines[i]
	switch {
	case signatureLine.MatchString(l), original.MatchString(l), sentFrom().MatchString(l) && last(lines, i+1, 3):
		return 1, true
	case ruler.MatchString(l) && heading(lines, i+1):
		return 1, true
	case fromLine.MatchString(l) && heading(lines, i) && !forwardedAbove(lines, i):
		return 1, true
	}
	for n := 1; n <= 3 && i+n <= len(lines); n++ { // such a line is often broken
		if n > 1 && lines[i+n-1] == "" {
			break
		}
		if !wrote().MatchString(strings.Join(lines[i:i+n], " ")) {
			continue
		}
		for _, next := range lines[i+n:] {
			if next != "" {
				return n, !strings.HasPrefix(next, ">")
			}
		}
		return n, true
	}
	return 0, false
}

// heading reports whether the lines from i on are the heading of a letter that
// a program quotes: From, and two more of its kind.
func heading(lines []string, i int) bool {
	for i < len(lines) && lines[i] == "" {
		i++
	}
	if i >= len(lines) || !fromLine.MatchString(lines[i]) {
		return false
	}
	found := 0
	for _, l := range lines[i+1 : min(len(lines), i+8)] {
		if moreLines.MatchString(l) {
			found++
		}
	}
	return found >= 2
}

// forwardedAbove reports whether the heading at i is of a letter that was
// passed on: then it is what the writer wants to be read.
func forwardedAbove(lines []string, i int) bool {
	for i--; i >= 0; i-- {
		if lines[i] != "" {
			return forwarded.MatchString(lines[i])
		}
	}
	return false
}

// last reports whether at most n lines with words follow from i on.
func last(lines []string, i, n int) bool {
	for ; i < len(lines); i++ {
		if lines[i] != "" {
			n--
		}
	}
	return n >= 0
}

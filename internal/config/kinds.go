package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// wrong is the error of a value: what is wrong with it and what to write.
// Kinds elsewhere get the same shape from any error that says "; write ".
func wrong(cause, write string) error { return errors.New(cause + "; write " + write) }

// oneOf reads a word out of a closed list.
func oneOf(text []byte, words ...string) (string, error) {
	w := string(text)
	if slices.Contains(words, w) {
		return w, nil
	}
	cause := fmt.Sprintf("%q is not one of the choices", w)
	if near := nearest(strings.ToLower(w), words); near != "" {
		cause += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return "", wrong(cause, orList(words))
}

// Language is ar or en.
type Language string

// UnmarshalText reads ar or en.
func (l *Language) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "ar", "en")
	*l = Language(w)
	return err
}

// MailTLS is how a mail server is reached: starttls, tls or off.
type MailTLS string

// UnmarshalText reads a way to a mail server.
func (m *MailTLS) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "starttls", "tls", "off")
	*m = MailTLS(w)
	return err
}

// Role is what a person may decide, least first.
type Role string

// The roles: an agent writes drafts, an approver lets replies go, a supervisor
// gets what is hard or late, a manager sees and may do everything.
const (
	Agent      Role = "agent"
	Approver   Role = "approver"
	Supervisor Role = "supervisor"
	Manager    Role = "manager"
)

// UnmarshalText reads a role.
func (r *Role) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "agent", "approver", "supervisor", "manager")
	*r = Role(w)
	return err
}

// Approves reports whether the role may let a reply go.
func (r Role) Approves() bool { return r == Approver || r == Supervisor || r == Manager }

// Level is a level of the log.
type Level string

// UnmarshalText reads a log level.
func (l *Level) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "debug", "info", "warn", "error")
	*l = Level(w)
	return err
}

// Format is the form of the log.
type Format string

// UnmarshalText reads a log format.
func (f *Format) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "text", "json")
	*f = Format(w)
	return err
}

// Severity is a severity from which a rule holds; never means that it does not.
type Severity string

// UnmarshalText reads a severity.
func (s *Severity) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "low", "high", "critical", "never")
	*s = Severity(w)
	return err
}

// Zone is an IANA time zone.
type Zone struct{ *time.Location }

// UnmarshalText reads the name of a zone.
func (z *Zone) UnmarshalText(text []byte) error {
	name := string(text)
	loc, err := time.LoadLocation(name)
	// "Local" would change the meaning of the file from machine to machine.
	if err != nil || name == "" || name == "Local" {
		return wrong(fmt.Sprintf("%q is not the name of a time zone", name), "a name like Asia/Riyadh, Africa/Cairo or Europe/London")
	}
	z.Location = loc
	return nil
}

// Clock is a time of day.
type Clock struct{ Hour, Minute int }

// UnmarshalText reads HH:MM.
func (c *Clock) UnmarshalText(text []byte) error {
	t, err := time.Parse("15:04", string(text))
	if err != nil {
		return wrong(fmt.Sprintf("%q is not a time of day", text), `hours and minutes of 24 hours, like "07:00"`)
	}
	c.Hour, c.Minute = t.Hour(), t.Minute()
	return nil
}

// String writes the time of day as HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// Day is a calendar day; zero when none was written.
type Day struct{ time.Time }

// UnmarshalText reads YYYY-MM-DD.
func (d *Day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return wrong(fmt.Sprintf("%q is not a day", text), "year-month-day, like 2026-12-31")
	}
	d.Time = t
	return nil
}

// UserID is a person's numeric id on a platform.
type UserID string

// UnmarshalText reads a numeric id; a user name is refused because it can be
// given up and taken by somebody else.
func (u *UserID) UnmarshalText(text []byte) error {
	if strings.HasPrefix(string(text), "+") {
		return wrong(fmt.Sprintf("%q is a telephone number, not a user id", text), "the number that the bot tells whoever is not on the list, like 123456789")
	}
	if n, err := strconv.ParseInt(string(text), 10, 64); err != nil || n <= 0 {
		return wrong(fmt.Sprintf("%q is not a numeric user id (names can change hands)", text), "the number that the bot tells whoever is not on the list, like 123456789")
	}
	*u = UserID(text)
	return nil
}

// ChatID is the numeric id of a group or channel.
type ChatID string

// UnmarshalText reads a numeric id.
func (c *ChatID) UnmarshalText(text []byte) error {
	if n, err := strconv.ParseInt(string(text), 10, 64); err != nil || n == 0 {
		return wrong(fmt.Sprintf("%q is not a numeric chat id", text), "the number of the group or channel, like -1001234567890")
	}
	*c = ChatID(text)
	return nil
}

// parseDuration reads Go's durations and whole days: 90s, 5m, 1h30m, 14d.
func parseDuration(s string) (time.Duration, error) {
	const write = "a number with its unit, like 30s, 5m, 2h or 14d"
	if n, isDays := strings.CutSuffix(s, "d"); isDays {
		days, err := strconv.ParseInt(n, 10, 32)
		if err != nil || days < 0 || days > 36500 {
			return 0, wrong(fmt.Sprintf("%q is not a number of days", s), write)
		}
		return time.Duration(days) * day, nil
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && s != "0" {
		return 0, wrong(fmt.Sprintf("%q has no unit", s), fmt.Sprintf("%ss, %sm or %sh", s, s, s))
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, wrong(fmt.Sprintf("%q is not a length of time", s), write)
	}
	if d < 0 {
		return 0, wrong(fmt.Sprintf("%q is less than nothing", s), write)
	}
	return d, nil
}

func isPostgres(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

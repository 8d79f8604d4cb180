package config

import (
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"unicode"
)

// checkDigest looks the daily report over.
func (r *reader) checkDigest(c *Config) {
	r.roomsExist(c, "digest.rooms", c.Digest.Rooms)
	m := c.Digest.Mail
	if m.SMTP == "" && m.From == "" && len(m.To) == 0 && m.User == "" && m.Password == "" {
		return // no mail is wanted
	}
	host, port, err := net.SplitHostPort(m.SMTP)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || host == "" || n < 1 || n > 65535 {
		r.fault("digest.mail.smtp", fmt.Sprintf("%q is not a mail server with its port", m.SMTP), "smtp: smtp.example.com:587")
	}
	if !mailbox(m.From) {
		r.fault("digest.mail.from", fmt.Sprintf("%q is not an address", m.From), "from: Rasid <rasid@example.com>")
	}
	if len(m.To) == 0 {
		r.whole("digest.mail.to", "nobody would receive the letters", "to: [owner@example.com]")
	}
	taken := map[string]int{}
	for i, to := range m.To {
		path := fmt.Sprintf("digest.mail.to[%d]", i)
		first, twice := taken[strings.ToLower(to)]
		switch {
		case !mailbox(to):
			r.fault(path, fmt.Sprintf("%q is not an address", to), "one address, like owner@example.com")
		case twice:
			r.fault(path, fmt.Sprintf("the same address as digest.mail.to[%d]", first), "each address once")
		}
		taken[strings.ToLower(to)] = i
	}
	if (m.User == "") != (m.Password == "") {
		r.fault("digest.mail.user", "a user and a password belong together", "user: name and password_file: path")
	}
	if m.TLS == "off" && m.Password != "" && !loopback(host) {
		r.fault("digest.mail.tls", "the password would cross the network unencrypted", "starttls or tls")
	}
}

// mailbox reports whether s is one address and nothing else.
func mailbox(s string) bool {
	_, err := mail.ParseAddress(s)
	return err == nil && !strings.ContainsFunc(s, unicode.IsControl)
}

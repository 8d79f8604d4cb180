package config

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSecret bounds a secret's file; the largest are private keys.
const maxSecret = 64 << 10

var (
	envName = regexp.MustCompile(`\$\{([^}]*)\}|\$\$\{`)
	goodEnv = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

	// The shapes of tokens people paste into the wrong line: Telegram's bot
	// tokens, Discord's, and private keys.
	tokens = regexp.MustCompile(`\b\d{6,12}:[A-Za-z0-9_-]{30,}|\b[A-Za-z0-9_-]{23,30}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}|-----BEGIN [A-Z ]*PRIVATE KEY`)
)

func looksSecret(s string) bool { return tokens.MatchString(s) }

// expand replaces ${NAME} by the environment variable; $${ stands for ${.
func (r *reader) expand(n *yaml.Node, at place) (text string, fromEnv, ok bool) {
	ok = true
	text = envName.ReplaceAllStringFunc(n.Value, func(m string) string {
		if m == "$${" {
			return "${"
		}
		name := m[2 : len(m)-1]
		if !goodEnv.MatchString(name) {
			r.add(n.Line, at.path, "${…} does not hold the name of an environment variable", "a name like ${TELEGRAM_TOKEN}, or $${ for the letters themselves")
			ok = false
			return ""
		}
		value, set := r.env(name)
		if !set || strings.TrimSpace(value) == "" {
			r.add(n.Line, at.path, fmt.Sprintf("the environment variable %s is not set", name), fmt.Sprintf("export %s=… before the start, or use a file (…_file:)", name))
			ok = false
			return ""
		}
		fromEnv = true
		return strings.TrimRight(value, "\r\n")
	})
	return text, fromEnv, ok
}

// mayStand refuses a secret written into a file that others can read, and a
// token pasted where it would be shown.
func (r *reader) mayStand(n *yaml.Node, text string, fromEnv bool, at place) bool {
	switch {
	case at.secret == "yes":
		if fromEnv || r.private || text == "" {
			return true
		}
		r.add(n.Line, at.path, "a secret in a file that others on this machine can read", secretAdvice(at.path, r.file))
		return false
	case at.secret == "url":
		u, err := url.Parse(text)
		if err != nil && strings.Contains(text, "://") {
			r.add(n.Line, at.path, "this (not shown) is not an address", "postgres://user@host:5432/name?sslmode=require")
			return false
		}
		if err != nil || u.User == nil || fromEnv || r.private {
			return true
		}
		if _, has := u.User.Password(); !has {
			return true
		}
		r.add(n.Line, at.path, "a password in a file that others on this machine can read", secretAdvice(at.path, r.file))
		return false
	case looksSecret(text):
		r.add(n.Line, at.path, "this looks like a secret (not shown), and this key is shown to people", "it under token: or secret:, as ${NAME}, and ask the platform for a new one")
		return false
	}
	return true
}

func secretAdvice(path, file string) string {
	key := path[strings.LastIndex(path, ".")+1:]
	return fmt.Sprintf("%s: ${NAME} or %s_file: path, or chmod 600 %s", key, key, filepath.Base(file))
}

// unread marks a secret that is named but could not be read, which is told
// already: a part that looks itself over must not miss it as well. No
// configuration with such a mistake is used.
func unread(v reflect.Value, at place) {
	if at.secret == "yes" {
		_ = set(v, "unread") // what is no text stays empty
	}
}

// secretFile reads token_file: and the like.
func (r *reader) secretFile(n *yaml.Node, v reflect.Value, at place) {
	unread(v, at) // until it is
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		r.add(n.Line, at.path, "no file is named", "the path of the file that holds the secret")
		return
	}
	name, _, ok := r.expand(n, at)
	if !ok {
		return
	}
	if looksSecret(name) {
		r.add(n.Line, at.path, "this looks like the secret itself (not shown)", "the path of a file that holds it")
		return
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dir, path)
	}
	text, err := readSecret(path)
	if err != nil {
		r.fail(n.Line, at.path, err)
		return
	}
	if err := set(v, text); err != nil {
		r.add(n.Line, at.path, "the file holds something (not shown) that cannot be used", "the secret alone on one line")
	}
}

func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", wrong("the file cannot be read: "+reason(err), "a path that exists, relative to the folder of the configuration")
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", wrong("this is not a file", "the path of the file that holds the secret")
	}
	if !private(info) {
		return "", wrong("others on this machine can read the file", "chmod 600 "+filepath.Base(path)+" in a terminal")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", wrong("the file cannot be read: "+reason(err), "a path that exists, relative to the folder of the configuration")
	}
	secret := strings.TrimSpace(strings.TrimPrefix(string(text), "\ufeff"))
	switch {
	case len(text) > maxSecret:
		return "", wrong("the file is larger than 64 KiB", "a file that holds the secret alone")
	case secret == "":
		return "", wrong("the file is empty", "the secret into it")
	}
	return secret, nil
}

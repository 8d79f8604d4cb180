package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Model is a language model behind a chat-completions API, on the operator's own
// machine or under the operator's own account.
type Model struct {
	// URL is the address of the server up to /v1, like http://127.0.0.1:11434/v1;
	// left out, no model is asked. A private address must stand under network.allow.
	URL string `yaml:"url"`
	// Name is what the server calls the model.
	Name string `yaml:"name"`
	// Key is the key of the account; left out, none is sent.
	Key string `yaml:"key" secret:"yes"`
	// Within is how long a draft waits for the model before a template takes its
	// place.
	Within time.Duration `yaml:"within"`
	// MaxTokens bounds the length of an answer, thoughts included.
	MaxTokens int `yaml:"max_tokens"`
}

// checkModel looks whether the model can be asked at all, and safely.
func (r *reader) checkModel(c *Config) {
	m := c.Policy.Model
	if m == (Model{Within: m.Within, MaxTokens: m.MaxTokens}) && !r.judged("policy.model") {
		return
	}
	switch {
	case m.URL == "":
		r.fault("policy.model", "the model has no address", "url: http://127.0.0.1:11434/v1, or remove the section")
	case m.Name == "":
		r.fault("policy.model", "which model of the server is not said", "name: the name the server lists it under")
	}
	if m.URL != "" {
		r.checkModelURL(c, m.URL)
	}
	if m.Within < time.Second || m.Within > time.Minute {
		r.fault("policy.model.within", span(m.Within)+" is too short or too long", "a time from 1s to 1m")
	}
	if m.MaxTokens < 50 || m.MaxTokens > 8000 {
		r.fault("policy.model.max_tokens", fmt.Sprintf("%d is out of bounds", m.MaxTokens), "a number from 50 to 8000")
	}
	if c.Policy.Words.Secrecy {
		r.fault("policy.model", "policy.words.secrecy keeps every draft from naming the problem, so the model would never be asked", "one of the two")
	}
}

func (r *reader) checkModelURL(c *Config, raw string) {
	const path = "policy.model.url"
	u, ok := cases.WebAddress(raw)
	switch {
	case !ok:
		r.fault(path, "not the address of a server", "an address like https://models.example.com/v1")
		return
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.fault(path, "more than an address", "the address alone; the key stands under key:")
		return
	case strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/chat/completions"):
		r.fault(path, "the last part is added by rasid", strings.TrimSuffix(strings.TrimSuffix(raw, "/"), "/chat/completions"))
		return
	}
	host := u.Hostname()
	addr, isAddress := netip.ParseAddr(host)
	private := host == "localhost" || isAddress == nil && (addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast())
	allowed := slices.ContainsFunc(c.Network.Allow, func(entry string) bool {
		prefix, isRange := prefixOf(entry)
		return entry == host || entry == u.Host || isRange && isAddress == nil && prefix.Contains(addr)
	})
	switch {
	case private && !allowed:
		r.fault(path, host+" is private, and network.allow does not name it", "network: {allow: ["+host+"]}")
	case u.Scheme == "http" && !private && !allowed:
		r.fault(path, "customers' words would cross the internet in the clear", "https://"+host)
	}
}

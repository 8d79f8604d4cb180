package main

import (
	"strings"
	"testing"

	"rasid/internal/config"
	"rasid/internal/console"
	"rasid/responder"
)

// TestThePageOpensToOthersOnlyWithAccountsAndEncryption looks at every way to
// write console.listen: this machine is always fine, any other address needs
// staff, a name, and TLS or named proxies.
func TestThePageOpensToOthersOnlyWithAccountsAndEncryption(t *testing.T) {
	staff := []responder.Person{{ID: "mona", Role: responder.Manager}}
	proxies := []string{"10.0.0.7"}
	for name, c := range map[string]struct {
		config config.Console
		staff  []responder.Person
		want   string // part of the refusal; "" = it opens
	}{
		"this machine":               {config.Console{Listen: "127.0.0.1:8321"}, nil, ""},
		"this machine by name":       {config.Console{Listen: "localhost:8321"}, nil, ""},
		"this machine, IPv6":         {config.Console{Listen: "[::1]:8321"}, nil, ""},
		"every address":              {config.Console{Listen: "0.0.0.0:8321", URL: "https://desk.noor.example"}, staff, "without encryption"},
		"every address, no host":     {config.Console{Listen: ":8321", URL: "https://desk.noor.example"}, staff, "without encryption"},
		"every address, IPv6":        {config.Console{Listen: "[::]:8321", URL: "https://desk.noor.example"}, staff, "without encryption"},
		"an address of the network":  {config.Console{Listen: "192.168.1.5:8321"}, staff, "without encryption"},
		"behind a proxy, no staff":   {config.Console{Listen: "0.0.0.0:8321", URL: "https://desk.noor.example", Proxies: proxies}, nil, "nobody is under staff"},
		"behind a proxy, no name":    {config.Console{Listen: "0.0.0.0:8321", Proxies: proxies}, staff, "console.url"},
		"behind a proxy":             {config.Console{Listen: "0.0.0.0:8321", URL: "https://desk.noor.example", Proxies: proxies}, staff, ""},
		"a proxy that is no address": {config.Console{Listen: "0.0.0.0:8321", URL: "https://desk.noor.example", Proxies: []string{"desk"}}, staff, "console.proxies"},
	} {
		o := console.Options{Office: &responder.Office{People: c.staff}}
		err := reach(&o, c.config)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s is answered %v, want a refusal about %q", name, err, c.want)
		case c.want == "" && strings.HasPrefix(c.config.Listen, "0.0.0.0") && !o.Bare:
			t.Errorf("%s: anybody may connect, not only the proxy", name)
		}
	}
}

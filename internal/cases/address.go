package cases

import "net/url"

// WebAddress parses an address that a browser can open: http or https, with a
// host. It reports false for anything else, such as javascript: or a path.
// Whether the address may hold a user name, and how long it may be, is for the
// caller to say.
func WebAddress(raw string) (*url.URL, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false
	}
	return u, true
}

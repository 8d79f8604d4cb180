package feed

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rasid/watchers"
)

// keys are the identities of one item, strongest first: the publisher's id,
// the canonical link, and a hash of who said what on which day. Feeds change
// their ids and links; an item is known when any of its keys is.
type keys struct{ guid, link, hash string }

// all returns the keys that are there, strongest first, each once.
func (k keys) all() []string {
	var out []string
	for _, s := range []string{k.guid, k.link, k.hash} {
		if s != "" && (len(out) == 0 || out[len(out)-1] != s) {
			out = append(out, s)
		}
	}
	return out
}

// longEnough is how long an anonymous text must be, in letters, before its
// wording alone identifies it: many people write just "bad".
const longEnough = 40

// identify gives each item its keys. A key that two items of one document
// share identifies neither, except the hash of items that have nothing else:
// those are copies.
func identify(items []item) []keys {
	all := make([]keys, len(items))
	guids, links, hashes := map[string]int{}, map[string]int{}, map[string]int{}
	for i, it := range items {
		all[i] = keys{guid: guidKey(it.guid), hash: hashKey(it)}
		if !it.shared {
			all[i].link = canonical(it.link)
		}
		guids[all[i].guid]++
		links[all[i].link]++
		hashes[all[i].hash]++
	}
	for i, it := range items {
		k := &all[i]
		if guids[k.guid] > 1 {
			k.guid = ""
		}
		if links[k.link] > 1 {
			k.link = ""
		}
		weak := it.author == "" && utf8.RuneCountInString(bare(it.title+it.text)) < longEnough
		if (hashes[k.hash] > 1 || weak) && (k.guid != "" || k.link != "") {
			k.hash = ""
		}
	}
	return all
}

// guidKey treats an id that is an address like a link, so that a move from
// http to https changes nothing, and shortens a very long one.
func guidKey(guid string) string {
	if strings.HasPrefix(guid, "http://") || strings.HasPrefix(guid, "https://") {
		return canonical(guid)
	}
	guid = watchers.Line(guid, 1<<20)
	if len(guid) > 300 {
		return "id:" + digest(guid)
	}
	return guid
}

// canonical spells a link in one way: no scheme, lower-case host, no "www.",
// no tracking parameters, no trailing slash. The fragment stays: comment feeds
// tell comments apart by it.
func canonical(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		host += ":" + p
	}
	s := "//" + host + strings.TrimRight(u.EscapedPath(), "/")
	var keep []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(strings.ToLower(part), "=")
		if part != "" && !strings.HasPrefix(name, "utm_") && !tracking[name] {
			keep = append(keep, part)
		}
	}
	if len(keep) > 0 {
		s += "?" + strings.Join(keep, "&")
	}
	if len(keep) == 0 && u.Fragment == "" && strings.Trim(u.Path, "/") == "" {
		return "" // a home page is the address of no single item
	}
	if u.Fragment != "" {
		s += "#" + u.EscapedFragment()
	}
	if len(s) > 600 {
		return "link:" + digest(s)
	}
	return s
}

var tracking = map[string]bool{"fbclid": true, "gclid": true, "igshid": true, "mc_cid": true, "mc_eid": true, "yclid": true, "msclkid": true, "_hsenc": true, "_hsmi": true, "ref_src": true}

func hashKey(it item) string {
	day := ""
	if !it.at.IsZero() {
		day = it.at.UTC().Format(time.DateOnly)
	}
	return "text:" + digest(bare(it.author)+"\x00"+bare(it.title)+"\x00"+bare(it.text)+"\x00"+day)
}

// bare keeps letters and digits alone, in one case, so that changed markup,
// punctuation, vowel signs and stretched letters make the same text.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ـ', unicode.Is(unicode.Mn, r):
			return -1
		case r == 'أ', r == 'إ', r == 'آ':
			return 'ا'
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.So, r):
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// short is a key or a text in the cursor: 48 bits, enough among a few thousand.
func short(s string) string {
	if s == "" {
		return none
	}
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// none stands for a key that an item has not got.
const none = "~~~~~~~~"

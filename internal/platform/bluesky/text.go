package bluesky

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"rasid/internal/patterns"
)

// The longest post (lexicon app.bsky.feed.post): letters as people see them,
// and bytes of UTF-8. An Arabic letter takes two bytes, so that letters run out
// first; emoji with joiners can take more than ten each.
const (
	maxGraphemes = 300
	MaxBytes     = 3000
)

// Fits returns nil, or an error that says by how much a post is too long.
func Fits(text string) error {
	n := 0
	for g := graphemes.FromString(text); g.Next(); {
		n++
	}
	switch {
	case n > maxGraphemes:
		return fmt.Errorf("%d letters, %d more than the %d allowed", n, n-maxGraphemes, maxGraphemes)
	case len(text) > MaxBytes:
		return fmt.Errorf("%d bytes, %d more than the %d allowed", len(text), len(text)-MaxBytes, MaxBytes)
	}
	return nil
}

// Facet makes a part of a text, counted in bytes of UTF-8, a link or a mention.
type Facet struct {
	Index    Range     `json:"index"`
	Features []Feature `json:"features"`
}

// Range is a part of a text in bytes, from the first one up to, but not
// including, the last.
type Range struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

// Feature is what a part of a text is.
type Feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	DID  string `json:"did,omitempty"`
}

// The features used here.
const (
	linkFeature    = "app.bsky.richtext.facet#link"
	mentionFeature = "app.bsky.richtext.facet#mention"
)

// Mentions reports whether a part of a text mentions an account.
func (f Facet) Mentions(account string) bool {
	return slices.ContainsFunc(f.Features, func(x Feature) bool { return x.Type == mentionFeature && x.DID == account })
}

var (
	link   = regexp.MustCompile(`https?://[^\s<>"'،؛]+`)
	handle = patterns.Later(`(?i)(^|[^\p{L}\p{N}_@./-])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)`)
)

// Facets finds the addresses in a text, and the name of its addressee. Without
// them Bluesky shows both as plain words, and tells nobody.
func Facets(text, name, account string) (out []Facet) {
	add := func(from, to int, f Feature) {
		out = append(out, Facet{Index: Range{from, to}, Features: []Feature{f}})
	}
	for _, m := range link.FindAllStringIndex(text, -1) {
		u := strings.TrimRight(text[m[0]:m[1]], ".,;:!?)")
		add(m[0], m[0]+len(u), Feature{Type: linkFeature, URI: u})
	}
	for _, m := range handle().FindAllStringSubmatchIndex(text, -1) {
		if strings.EqualFold(text[m[4]:m[5]], name) && account != "" {
			add(m[4]-1, m[5], Feature{Type: mentionFeature, DID: account})
		}
	}
	return out
}

// Handles lists the accounts that a text names.
func Handles(text string) (out []string) {
	for _, m := range handle().FindAllStringSubmatch(text, -1) {
		out = append(out, strings.ToLower(m[2]))
	}
	return out
}

// alphabet is base32 in an order in which later keys sort later.
const alphabet = "234567abcdefghijklmnopqrstuvwxyz"

// Key is a name for a record, of the kind that posts have (a TID): a moment in
// microseconds and ten bits more. The same moment and seed give the same name,
// so that a second attempt writes the same record. Of the moment, whole seconds
// count; the rest is taken from the seed, with which two replies of the same
// second keep apart.
func Key(at time.Time, seed string) string {
	sum := sha256.Sum256([]byte(seed))
	n := binary.BigEndian.Uint64(sum[:8])
	v := (uint64(max(at.Unix(), 0))*1_000_000+n%1_000_000)<<10 | n>>32&1023
	var out [13]byte
	for i := range out {
		out[len(out)-1-i] = alphabet[v&31]
		v >>= 5
	}
	return string(out[:])
}

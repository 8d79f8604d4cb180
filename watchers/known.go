package watchers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
)

// Known is what was seen of a place that lists the newest first, knows no
// position, and lists a thing under the same id when it was edited. It is a
// part of a source's cursor.
type Known struct {
	// Seen holds, for each thing, eight letters of its id and eight of its words,
	// the newest look first.
	Seen []string `json:"seen,omitempty"`
	// Read says that the place was read at least once.
	Read bool `json:"read,omitempty"`
}

const (
	keyLen  = 8
	maxSeen = 1000
)

// Back reads a place page by page until it meets something that is known, or,
// at the first look, something older than maxAge. list reads one page; at "" is
// the first, and an empty next says that it was the last. missed says that the
// place listed nothing that is known, so that something may have been passed
// over.
func (k Known) Back(ctx context.Context, maxPages int, now time.Time, maxAge time.Duration,
	list func(ctx context.Context, at string) (found []cases.Mention, next string, err error)) (all []cases.Mention, missed bool, err error) {
	known, at := k.words(), ""
	for range maxPages {
		found, next, err := list(ctx, at)
		if err != nil {
			return nil, false, err
		}
		all = append(all, found...)
		met := slices.ContainsFunc(found, func(m cases.Mention) bool {
			_, was := known[brief(m.ID)]
			return was || !k.Read && !m.PostedAt.IsZero() && now.Sub(m.PostedAt) > maxAge
		})
		if met {
			return all, false, nil
		}
		if at = next; at == "" {
			break
		}
	}
	return all, k.Read && len(known) > 0 && len(all) > 0, nil // an empty answer proves nothing
}

// News returns what is new or says something else than before, the oldest
// first as far as the place's order tells. What has no date is of now; at the
// first look it is history, as what is older than maxAge is later.
func (k Known) News(found []cases.Mention, now time.Time, maxAge time.Duration) (out []cases.Mention) {
	known, taken := k.words(), map[string]bool{}
	for _, m := range slices.Backward(found) {
		before, was := known[brief(m.ID)]
		if m.ID == "" || taken[m.ID] || was && before == saying(m) {
			continue
		}
		taken[m.ID] = true
		undated := m.PostedAt.IsZero()
		if undated || m.PostedAt.After(now) {
			m.PostedAt = now
		}
		if was && m.EditedAt.IsZero() {
			m.EditedAt = now
		}
		if !k.Read && now.Sub(m.PostedAt) > maxAge {
			continue
		}
		m.Old = !was && (now.Sub(m.PostedAt) > maxAge || undated && !k.Read)
		out = append(out, m)
	}
	return out
}

// Says reports whether a thing was seen with exactly these words.
func (k Known) Says(m cases.Mention) bool { return k.words()[brief(m.ID)] == saying(m) }

// With puts a look before what was seen earlier.
func (k Known) With(found []cases.Mention) Known {
	next := Known{Read: true}
	have := map[string]bool{}
	add := func(e string) {
		if len(e) == 2*keyLen && len(next.Seen) < maxSeen && !have[e[:keyLen]] {
			have[e[:keyLen]] = true
			next.Seen = append(next.Seen, e)
		}
	}
	for _, m := range found {
		add(brief(m.ID) + saying(m))
	}
	for _, e := range k.Seen {
		add(e)
	}
	return next
}

// words returns how the words of each thing looked last time.
func (k Known) words() map[string]string {
	out := make(map[string]string, len(k.Seen))
	for _, e := range k.Seen {
		if len(e) != 2*keyLen {
			continue
		}
		if _, known := out[e[:keyLen]]; !known { // the newest look comes first
			out[e[:keyLen]] = e[keyLen:]
		}
	}
	return out
}

// saying is how the words of a thing look.
func saying(m cases.Mention) string {
	return brief(m.Title + "\x00" + m.Text + "\x00" + strconv.Itoa(m.Stars))
}

// brief is 48 bits of a text, enough among a thousand.
func brief(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

package outbound

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
)

// farthest is the latest reset that is believed: some quotas are of a month.
const farthest = 40 * 24 * time.Hour

// AllowanceOf reads how much is left of a limit from the headers of an answer;
// its At is zero when they do not say. The names are those of Mastodon, Reddit,
// Discord and GitHub (X-RateLimit-…), of Bluesky (RateLimit-…) and of Apple
// (X-Rate-Limit).
func AllowanceOf(h http.Header, now time.Time) cases.Allowance {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
		left, ok := amount(h.Get(prefix + "Remaining"))
		if !ok {
			continue
		}
		a := cases.Allowance{Left: left, At: now}
		if most, ok := amount(h.Get(prefix + "Limit")); ok {
			a.Most = max(most, left)
		} else if used, ok := amount(h.Get(prefix + "Used")); ok { // Reddit
			a.Most = used + left
		}
		if a.Resets = resets(h.Get(prefix+"Reset-After"), now); a.Resets.IsZero() {
			a.Resets = resets(h.Get(prefix+"Reset"), now)
		}
		return a
	}
	return apple(h.Get("X-Rate-Limit"), now)
}

// apple reads "user-hour-lim:3600;user-hour-rem:3500;", an hour that moves on.
func apple(value string, now time.Time) (a cases.Allowance) {
	for part := range strings.SplitSeq(value, ";") {
		name, text, _ := strings.Cut(strings.TrimSpace(part), ":")
		n, ok := amount(text)
		switch {
		case ok && name == "user-hour-lim":
			a.Most = n
		case ok && name == "user-hour-rem":
			a.Left, a.At = n, now
		}
	}
	return a
}

// amount reads a number of requests: "299", Reddit's "99.0", or the first of
// "100, 100;w=60".
func amount(value string) (int64, bool) {
	value, _, _ = strings.Cut(value, ",")
	value, _, _ = strings.Cut(value, ";")
	n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsNaN(n) || n > 1e12 {
		return 0, false
	}
	return int64(max(n, 0)), true
}

// resets reads a moment: a time, seconds since 1970, or seconds from now.
func resets(value string, now time.Time) time.Time {
	value = strings.TrimSpace(value)
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil || !(n >= 0) || n > 1e11:
			return time.Time{}
		case n >= 1e9:
			at = time.Unix(int64(n), 0)
		default:
			at = now.Add(time.Duration(min(n, 2*farthest.Seconds()) * float64(time.Second)))
		}
	}
	if at.Before(now) || at.Sub(now) > farthest {
		return time.Time{}
	}
	return at.UTC()
}

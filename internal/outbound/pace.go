package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rasid/internal/cases"
)

// longest is the longest pause we believe a host that asks for one. A feed
// that says "come back in 30 years" is looked at again the next day.
const longest = 24 * time.Hour

// maxHosts is from how many hosts on the idle ones are forgotten.
const maxHosts = 1024

// errHold is the cause when a host asked for a pause earlier.
var errHold = errors.New("the host asked for a pause")

// pace keeps requests to one host apart, and remembers pauses a host asked
// for, whichever source asked it.
type pace struct {
	mu    sync.Mutex
	every rate.Limit
	burst int
	hosts map[string]*hostPace
}

type hostPace struct {
	limit *rate.Limiter
	until time.Time
}

func newPace(every rate.Limit, burst int) *pace {
	return &pace{every: every, burst: burst, hosts: map[string]*hostPace{}}
}

// wait blocks until a request to host may leave. It answers *cases.LaterError
// at once when the host asked for a longer pause.
func (p *pace) wait(ctx context.Context, host string, now time.Time) error {
	h := p.host(host, now)
	p.mu.Lock()
	until := h.until
	p.mu.Unlock()
	if d := until.Sub(now); d > 0 {
		return &cases.LaterError{After: d.Round(time.Second), Err: errHold}
	}
	if err := h.limit.Wait(ctx); err != nil {
		return fmt.Errorf("waiting for a turn at %s: %w", host, err)
	}
	return nil
}

// hold keeps requests away from host for d.
func (p *pace) hold(host string, now time.Time, d time.Duration) {
	h := p.host(host, now)
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := now.Add(d); t.After(h.until) {
		h.until = t
	}
}

func (p *pace) host(name string, now time.Time) *hostPace {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h, ok := p.hosts[name]; ok {
		return h
	}
	if len(p.hosts) >= maxHosts {
		for n, h := range p.hosts {
			if h.until.Before(now) && h.limit.TokensAt(now) >= float64(p.burst) {
				delete(p.hosts, n)
			}
		}
	}
	h := &hostPace{limit: rate.NewLimiter(p.every, p.burst)}
	p.hosts[name] = h
	return h
}

// RetryAfter reads a Retry-After header: seconds or an HTTP date. Nonsense and
// the past give 0, absurd futures are cut to a day.
func RetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		if !(n > 0) { // also NaN
			return 0
		}
		if n > longest.Seconds() {
			return longest
		}
		return time.Duration(n * float64(time.Second))
	}
	t, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(t.Sub(now), 0), longest)
}

// askedToWait is the pause that an answer asks for. Some platforms name, beside
// a 429, only the moment from which they take more: Mastodon as a time, Bluesky
// in seconds since 1970.
func askedToWait(status int, h http.Header, now time.Time) time.Duration {
	wait := RetryAfter(h.Get("Retry-After"), now)
	if status != http.StatusTooManyRequests || wait > 0 {
		return wait
	}
	if t, err := time.Parse(time.RFC3339, h.Get("X-RateLimit-Reset")); err == nil {
		return min(max(t.Sub(now), 0), longest)
	}
	if n, err := strconv.ParseInt(h.Get("RateLimit-Reset"), 10, 64); err == nil {
		return min(max(time.Unix(n, 0).Sub(now), 0), longest)
	}
	return 0
}

// maxAge reads how long an answer stays fresh, at most a day; 0 = not said.
func maxAge(cacheControl, age, expires string, now time.Time) time.Duration {
	for part := range strings.SplitSeq(cacheControl, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			n, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 64)
			if err != nil || n <= 0 {
				return 0
			}
			d := time.Duration(min(n, int64(longest/time.Second))) * time.Second
			if a, err := strconv.ParseInt(age, 10, 64); err == nil && a > 0 {
				d -= time.Duration(min(a, int64(longest/time.Second))) * time.Second
			}
			return max(d, 0)
		}
	}
	if t, err := http.ParseTime(expires); err == nil {
		return min(max(t.Sub(now), 0), longest)
	}
	return 0
}

// Pause waits, or returns early with the context's error when ctx ends.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

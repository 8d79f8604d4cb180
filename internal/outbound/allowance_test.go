package outbound

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
)

func TestWhatPlatformsSayOfOurAllowanceIsUnderstood(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	for name, c := range map[string]struct {
		headers map[string]string
		want    cases.Allowance
	}{
		"Mastodon":      {map[string]string{"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "288", "X-RateLimit-Reset": "2026-11-22T12:04:00.000Z"}, cases.Allowance{Left: 288, Most: 300, Resets: in(4 * time.Minute), At: now}},
		"Bluesky":       {map[string]string{"RateLimit-Limit": "3000", "RateLimit-Remaining": "2999", "RateLimit-Reset": "1795349100", "RateLimit-Policy": "3000;w=300"}, cases.Allowance{Left: 2999, Most: 3000, Resets: in(5 * time.Minute), At: now}},
		"Reddit":        {map[string]string{"X-Ratelimit-Used": "4", "X-Ratelimit-Remaining": "996.0", "X-Ratelimit-Reset": "345"}, cases.Allowance{Left: 996, Most: 1000, Resets: in(345 * time.Second), At: now}},
		"Discord":       {map[string]string{"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795348801.250", "X-RateLimit-Reset-After": "1.250"}, cases.Allowance{Left: 0, Most: 5, Resets: in(1250 * time.Millisecond), At: now}},
		"GitHub":        {map[string]string{"X-Ratelimit-Limit": "60", "X-Ratelimit-Remaining": "59", "X-Ratelimit-Used": "1", "X-Ratelimit-Reset": "1795352400"}, cases.Allowance{Left: 59, Most: 60, Resets: in(time.Hour), At: now}},
		"Apple":         {map[string]string{"X-Rate-Limit": "user-hour-lim:3600;user-hour-rem:3545;"}, cases.Allowance{Left: 3545, Most: 3600, At: now}},
		"a draft's":     {map[string]string{"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "42", "RateLimit-Reset": "9"}, cases.Allowance{Left: 42, Most: 100, Resets: in(9 * time.Second), At: now}},
		"left alone":    {map[string]string{"X-RateLimit-Remaining": "3"}, cases.Allowance{Left: 3, At: now}},
		"in the past":   {map[string]string{"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "1700000000"}, cases.Allowance{Left: 3, At: now}},
		"absurdly far":  {map[string]string{"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "99999999999"}, cases.Allowance{Left: 3, At: now}},
		"below nothing": {map[string]string{"X-RateLimit-Remaining": "-2", "X-RateLimit-Limit": "10"}, cases.Allowance{Left: 0, Most: 10, At: now}},
		"nonsense":      {map[string]string{"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "NaN"}, cases.Allowance{}},
		"nothing":       {nil, cases.Allowance{}},
	} {
		h := http.Header{}
		for k, v := range c.headers {
			h.Set(k, v)
		}
		if diff := cmp.Diff(c.want, AllowanceOf(h, now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheTightestLimitOfALookIsHeard(t *testing.T) {
	left := []string{"90", "30", "80"}
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "100")
		w.Header().Set("X-RateLimit-Remaining", left[0])
		left = left[1:]
	}))
	t.Cleanup(fake.Close)
	client := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	ctx, meter := cases.Metered(t.Context())
	for range 2 {
		if _, err := client.Get(ctx, Request{URL: fake.URL}); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.CallOnce(ctx, Call{Method: http.MethodGet, URL: fake.URL}); err != nil {
		t.Fatal(err)
	}
	if got := meter.Heard(); got.Left != 30 || got.Most != 100 || got.At.IsZero() {
		t.Errorf("heard %+v", got)
	}
}

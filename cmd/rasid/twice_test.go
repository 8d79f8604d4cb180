package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWhatWouldBeReadTwiceIsNamedWithItsLines writes, for each kind, two sources
// that read the same place; the second also names things twice in its own lists.
func TestWhatWouldBeReadTwiceIsNamedWithItsLines(t *testing.T) {
	const google = "client_id: a, client_secret: b, refresh_token: c"
	other := func(line int, field string) string {
		return fmt.Sprintf("config.yaml:%d: sources[1]%s: source one reads this already (line 1), so everything would come twice; write it in one of the two", line, field)
	}
	again := func(line int, field string, first int) string {
		return fmt.Sprintf("config.yaml:%d: sources[1].%s: listed twice (first on line %d); write it once", line, field, first)
	}
	for _, tt := range []struct {
		kind, one, two string // the second begins on line 2; | is a line break
		want           []string
	}{
		{"feed", `url: "https://Shop.example/r/"`, `url: "HTTPS://shop.example/r#new"`, []string{other(2, ".url")}},
		{"feed", `news: Noor  coffee`, `news: noor coffee`, []string{other(2, ".news")}},
		{"feed", `news: noor coffee`, `news: noor coffee, news_country: EG`, nil},
		{"feed", `url: "https://shop.example/r", match: jeddah`, `url: "https://shop.example/r", match: riyadh`, nil},
		{"feed", `url: "https://shop.example/r", match: jeddah`, `url: "https://shop.example/r", match: Jeddah`, []string{other(2, ".url")}},
		{"feed", `url: "https://shop.example/r", match: jeddah`, `url: "https://shop.example/r", dedicated: true`, []string{other(2, ".url")}},
		{"googlebusiness", "location: accounts/1/locations/2, " + google, "locations: [accounts/1/locations/3,|accounts/1/locations/2,|accounts/1/locations/3], " + google,
			[]string{other(3, ".locations[1]"), again(4, "locations[2]", 2)}},
		{"googleplay", `package: com.noor.app, service_account: "${GOOGLE_KEY}"`, `package: com.noor.app, service_account: "${GOOGLE_KEY}"`, []string{other(2, ".package")}},
		{"appstore", `app: "123456789", countries: [sa, eg]`, `app: "123456789", countries: [ae, eg]`, []string{other(2, ".countries[1]")}},
		{"trustpilot", "business_unit: 46d6a890000064000500e0c3, key: a", "business_unit: 46d6a890000064000500e0c3, key: b", []string{other(2, ".business_unit")}},
		{"telegram", "chat: -1001, topics: [4]", "chat: -1001, topics: [5, 4]", []string{other(2, ".topics[1]")}},
		{"telegram", "chat: -1001", "chats: [-1002,| -1001]", []string{other(3, ".chats[1]")}},
		{"discord", `channel: "1100000000000000001"`, `channel: "1100000000000000002", channels: ["1100000000000000001"]`, []string{other(2, ".channels[0]")}},
		{"telegramweb", "channels: [riyadh_food]", "channels: [noor_shop, Noor_Shop,|Riyadh_Food]", []string{again(2, "channels[1]", 2), other(3, ".channels[2]")}},
		{"mastodon", `server: "https://m.example", tags: [noor]`, `server: "https://M.example/", tags: [coffee, Noor, NOOR]`, []string{other(2, ".tags[1]"), other(2, ".tags[2]")}},
		{"mastodon", `server: "https://m.example", mentions: true, token: x, match: a`, `server: "https://m.example", mentions: true, token: x, match: b`, []string{other(2, ".mentions")}},
		{"mastodon", `server: "https://m.example", mentions: true, token: x`, `server: "https://m.example", mentions: true, token: y`, nil},
		{"lemmy", `server: "https://l.example", query: noor`, `server: "https://l.example", query: NOOR`, []string{other(2, ".query")}},
		{"hackernews", "query: noor", "query: noor", []string{other(2, ".query")}},
		{"stackexchange", "tags: [noor-app]", "tags: [Noor-App], query: noor", []string{other(2, ".tags[0]")}},
		{"reddit", "communities: [noor], query: noor cafe", "communities: [Noor], query: noor  cafe", []string{other(2, ".communities[0]"), other(2, ".query")}},
		{"bluesky", "match: noor", "match: noor", []string{other(2, "")}},
		{"bluesky", "match: noor, handle: noor.bsky.social", "match: nour, handle: Noor.bsky.social", []string{other(2, ".handle")}},
		{"youtube", "channel: UCabcdefghijklmnopqrstuv, key: a", "channel: UCabcdefghijklmnopqrstuv, key: a", []string{other(2, ".channel")}},
		{"youtube", "videos: [aaaaaaaaaaa], key: a", "videos: [aaaaaaaaaaA, bbbbbbbbbbb,|aaaaaaaaaaa,|bbbbbbbbbbb], key: a", []string{other(3, ".videos[2]"), again(4, "videos[3]", 2)}},
		{"mail", `server: "imap.example.com:993", user: care, password: x`, `server: "IMAP.example.com:993", user: care, password: x`, []string{other(2, ".folder")}},
		{"mail", `server: "imap.example.com:993", user: care, password: x`, `server: "imap.example.com:993", user: care, password: x, folder: Alerts`, nil},
		{"webhook", `secret: "${HOOK_SECRET}"`, `secret: "${HOOK_SECRET}"`, nil},
	} {
		text := fmt.Sprintf("sources: [{name: one, kind: %s, %s},\n  {name: two, kind: %s, %s}]\n", tt.kind, tt.one, tt.kind, strings.ReplaceAll(tt.two, "|", "\n")) +
			"business: {name: {en: Noor}}\nrooms: [{name: desk, kind: console}]\nstaff: [{id: mona, role: approver}]\n" +
			"accounts: {shop: {kind: telegram, token: \"${TELEGRAM_TOKEN}\"}, server: {kind: discord, token: \"${DISCORD_TOKEN}\"}}\n"
		path := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p := &program{config: path, env: inventedTokens, now: time.Now, out: io.Discard, err: io.Discard}
		_, err := p.load()
		got := ""
		if err != nil {
			got = strings.ReplaceAll(err.Error(), path, "config.yaml")
		}
		if want := strings.Join(tt.want, "\n"); got != want {
			t.Errorf("%s\ngets:\n%s\nwant:\n%s", text, got, want)
		}
	}
}

// TestEveryKindOfSourceKnowsWhatItReads but those that programs hand things to.
func TestEveryKindOfSourceKnowsWhatItReads(t *testing.T) {
	for name, k := range sourceKinds() {
		if _, knows := k.settings().(spotter); knows == k.handed {
			t.Errorf("%s: knows what it reads: %v", name, knows)
		}
	}
}

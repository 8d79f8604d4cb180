package main

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/apple/fakeapple"
	"rasid/internal/platform/bluesky/fakebluesky"
	"rasid/internal/platform/google/fakegoogle"
	"rasid/internal/platform/google/fakeyoutube"
	"rasid/internal/platform/lemmy"
	"rasid/internal/platform/lemmy/fakelemmy"
	"rasid/internal/platform/mail/fakeimap"
	"rasid/internal/platform/mastodon"
	"rasid/internal/platform/mastodon/fakemastodon"
	"rasid/internal/platform/reddit/fakereddit"
	"rasid/internal/platform/trustpilot/faketrustpilot"
	"rasid/responder/mail/fakesmtp"
	saywebhook "rasid/responder/webhook"
)

// spot is where one kind listens: its part of config.yaml, turned to a fake.
type spot struct {
	config  string
	secrets map[string]string // environment
	late    bool              // can only speak to a program that runs
	page    string            // address of the program's page, for who is late

	say    func(text string) (id string)
	edit   func(id, text string) // nil: not possible there, or not seen before an answer
	remove func(id string)       // as edit
	posted func() []stands       // nil: answers are given by hand
}

// stands is an answer as the place shows it.
type stands struct{ to, text string }

// author names somebody else for each thing that is said.
func author(text string) string { return "u" + strconv.Itoa(len(text)) }

// fakeOf starts a fake that ends with the test.
func fakeOf[F interface{ Close() }](t *testing.T, f F) F {
	t.Helper()
	t.Cleanup(f.Close)
	return f
}

func allPlaces(t *testing.T) map[string]*spot {
	t.Helper()
	return map[string]*spot{
		"appstore": appstorePlace(t), "googleplay": googlePlace(t, true), "googlebusiness": googlePlace(t, false),
		"mastodon": mastodonPlace(t), "bluesky": blueskyPlace(t), "youtube": youtubePlace(t), "reddit": redditPlace(t),
		"lemmy": lemmyPlace(t), "trustpilot": trustpilotPlace(t), "mail": mailPlace(t), "webhook": webhookPlace(t),
		"feed": feedPlace(t), "hackernews": hackernewsPlace(t), "stackexchange": stackexchangePlace(t), "telegramweb": telegramwebPlace(t),
	}
}

func appstorePlace(t *testing.T) *spot {
	f := fakeOf(t, fakeapple.New(time.Now))
	k := f.Key()
	key := fmt.Sprintf(`app: "%s", key_id: %s, issuer_id: %s, private_key: "${APPLE_KEY}", api_url: "%s"`, fakeapple.App, k.ID, k.Issuer, f.URL)
	return &spot{
		config: key + ", dedicated: true, reply: {kind: appstore, " + key + "}", secrets: map[string]string{"APPLE_KEY": k.Private.Reveal()},
		say: func(text string) string {
			return f.Say(fakeapple.Review{Author: author(text), Text: text, Stars: 1}).ID
		},
		edit:   func(id, text string) { f.Change(id, func(r *fakeapple.Review) { r.Text = text }) },
		remove: f.Delete,
		posted: func() (out []stands) {
			for _, r := range f.Reviews() {
				out = appended(out, r.ID, r.Answer)
			}
			return out
		},
	}
}

// standing lists what stands of ours, as of tells it.
func standing[T any](ours func() []T, of func(T) stands) func() []stands {
	return func() (out []stands) {
		for _, x := range ours() {
			out = append(out, of(x))
		}
		return out
	}
}

// appended adds an answer that stands.
func appended(out []stands, to, text string) []stands {
	if text == "" {
		return out
	}
	return append(out, stands{to, text})
}

func googlePlace(t *testing.T, play bool) *spot {
	f := fakeOf(t, fakegoogle.New(time.Now))
	kind, what, at, tab, secret := "googlebusiness", "location: "+fakegoogle.Location, fakegoogle.Location+"/reviews/", "", "BUSINESS_KEY"
	if play {
		kind, what, at, tab, secret = "googleplay", "package: "+fakegoogle.Package, "", "Title\t", "PLAY_KEY"
	}
	key := fmt.Sprintf(`%s, service_account: "${%s}", api_url: "%s", token_url: "%s/token"`, what, secret, f.URL, f.URL)
	return &spot{
		config: key + ", dedicated: true, reply: {kind: " + kind + ", " + key + "}", secrets: map[string]string{secret: f.Key()},
		say: func(text string) string {
			return at + f.Say(fakegoogle.Review{Text: tab + text, Stars: 1, Link: "https://business.google.com/reviews"}).ID
		},
		edit: func(id, text string) {
			f.Change(strings.TrimPrefix(id, at), func(r *fakegoogle.Review) { r.Text, r.Changed = tab+text, time.Now() })
		},
		remove: func(id string) { f.Delete(strings.TrimPrefix(id, at)) },
		posted: func() (out []stands) {
			for _, r := range f.Reviews() {
				out = appended(out, at+r.ID, r.Answer)
			}
			return out
		},
	}
}

// mastodonPlace reads a tag's timeline, which the fake of the answers does not
// have: it is put in front of it.
func mastodonPlace(t *testing.T) *spot {
	f := fakeOf(t, fakemastodon.New(time.Now))
	var mu sync.Mutex
	said := []mastodon.Status{}
	tags := fakeOf(t, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		list := said
		if r.URL.Path != "/api/v1/timelines/tag/noor" || r.URL.Query().Has("min_id") || r.URL.Query().Has("max_id") {
			list = []mastodon.Status{}
		}
		_ = json.NewEncoder(w).Encode(list)
	})))
	return &spot{
		config:  fmt.Sprintf(`server: "%s", tags: [noor], dedicated: true, reply: {kind: mastodon, server: "%s", token: "${MASTODON_TOKEN}"}`, tags.URL, f.URL),
		secrets: map[string]string{"MASTODON_TOKEN": f.Token},
		say: func(text string) string {
			p := f.Say(author(text), text, "public")
			mu.Lock()
			defer mu.Unlock()
			said = append([]mastodon.Status{p.Status}, said...)
			return p.ID
		},
		edit: f.Edit, remove: f.Delete,
		posted: standing(f.Ours, func(p fakemastodon.Post) stands {
			return stands{p.InReplyTo, strings.TrimPrefix(p.Text, "@"+author(answered)+" ")} // its author alone is named
		}),
	}
}

func blueskyPlace(t *testing.T) *spot {
	f := fakeOf(t, fakebluesky.New(time.Now))
	told := func() time.Time { return time.Now().Add(-time.Hour) } // the stream is past that: only a look at the post finds the change
	account := fmt.Sprintf(`handle: %s, app_password: "${BLUESKY_PASSWORD}", server: "%s"`, fakebluesky.Handle, f.URL)
	return &spot{
		config:  account + fmt.Sprintf(`, api_url: "%s", streams: ["%s"], reply: {kind: bluesky, %s}`, f.URL, f.Stream("one"), account),
		secrets: map[string]string{"BLUESKY_PASSWORD": fakebluesky.Password},
		say:     func(text string) string { return f.Say(author(text), time.Now(), text).URI },
		edit:    func(id, text string) { f.Edit(id, text, told()) },
		remove:  func(id string) { f.Delete(id, told()) },
		posted:  standing(f.Ours, func(p fakebluesky.Post) stands { return stands{p.Record.Reply.Parent.URI, p.Record.Text} }),
	}
}

func youtubePlace(t *testing.T) *spot {
	f := fakeOf(t, fakeyoutube.New(time.Now))
	return &spot{
		config: fmt.Sprintf(`channel: %s, key: "${YOUTUBE_KEY}", api_url: "%s", dedicated: true, reply: {kind: youtube, client_id: noor, client_secret: "${YOUTUBE_SECRET}", refresh_token: "${YOUTUBE_REFRESH}", api_url: "%s", token_url: "%s/token"}`,
			fakeyoutube.Channel, f.URL, f.URL, f.URL),
		secrets: map[string]string{"YOUTUBE_KEY": fakeyoutube.Key, "YOUTUBE_SECRET": "CANARY-secret", "YOUTUBE_REFRESH": fakeyoutube.Refresh},
		say:     func(text string) string { return f.Say(author(text), "", text, time.Now()).ID },
		edit:    func(id, text string) { f.Edit(id, text, time.Now()) },
		remove:  f.Delete,
		posted:  standing(f.Ours, func(c fakeyoutube.Comment) stands { return stands{c.Parent, c.Text} }),
	}
}

func redditPlace(t *testing.T) *spot {
	f := fakeOf(t, fakereddit.New(time.Now))
	account := fmt.Sprintf(`client_id: %s, client_secret: "${REDDIT_SECRET}", user: %s, password: "${REDDIT_PASSWORD}", api_url: "%s", site_url: "%s"`,
		fakereddit.ID, fakereddit.Account, f.URL, f.URL)
	return &spot{
		config:  "communities: [" + fakereddit.Community + "], dedicated: true, " + account + ", reply: {kind: reddit, " + account + "}",
		secrets: map[string]string{"REDDIT_SECRET": fakereddit.Secret, "REDDIT_PASSWORD": fakereddit.Password},
		say: func(text string) string {
			return f.Say(fakereddit.Thing{Author: author(text), Title: "About noor", Text: text}).Name
		},
		edit:   func(id, text string) { f.Change(id, func(x *fakereddit.Thing) { x.Text, x.Edited = text, time.Now() }) },
		remove: func(id string) { f.Change(id, func(x *fakereddit.Thing) { x.Deleted = true }) },
		posted: standing(f.Ours, func(c fakereddit.Thing) stands { return stands{c.Parent, c.Text} }),
	}
}

func lemmyPlace(t *testing.T) *spot {
	f := fakeOf(t, fakelemmy.New(time.Now))
	number := func(id string) int64 {
		n, err := strconv.ParseInt(strings.TrimPrefix(id, lemmy.PostID(0)[:len(lemmy.PostID(0))-1]), 10, 64)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	return &spot{
		config:  fmt.Sprintf(`server: "%s", query: noor, dedicated: true, reply: {kind: lemmy, server: "%s", token: "${LEMMY_TOKEN}"}`, f.URL, f.URL),
		secrets: map[string]string{"LEMMY_TOKEN": fakelemmy.Token},
		say: func(text string) string {
			who := lemmy.Person{ID: int64(1000 + len(text)), Name: author(text), ActorID: "https://l.example/u/" + author(text)}
			return lemmy.PostID(f.AddPost("About noor", text, time.Now(), who).Post.ID)
		},
		edit: func(id, text string) {
			f.ChangePost(number(id), func(p *lemmy.Post) { p.Body, p.Updated = text, outbound.Moment{Time: time.Now()} })
		},
		remove: func(id string) { f.ChangePost(number(id), func(p *lemmy.Post) { p.Deleted = true }) },
		posted: standing(f.Ours, func(c lemmy.CommentView) stands { return stands{lemmy.PostID(c.Comment.PostID), c.Comment.Content} }),
	}
}

func trustpilotPlace(t *testing.T) *spot {
	f := fakeOf(t, faketrustpilot.New(time.Now))
	return &spot{
		config: fmt.Sprintf(`business_unit: %s, key: "${TRUSTPILOT_KEY}", api_url: "%s", dedicated: true, reply: {kind: trustpilot, key: "${TRUSTPILOT_KEY}", secret: "${TRUSTPILOT_SECRET}", business_user: %s, api_url: "%s"}`,
			faketrustpilot.Unit, f.URL, faketrustpilot.User, f.URL),
		secrets: map[string]string{"TRUSTPILOT_KEY": faketrustpilot.Key, "TRUSTPILOT_SECRET": faketrustpilot.Secret},
		say:     func(text string) string { return f.Say(faketrustpilot.Review{Text: text, Stars: 1}).ID },
		edit: func(id, text string) {
			f.Change(id, func(r *faketrustpilot.Review) { r.Text, r.Updated = text, time.Now() })
		},
		remove: f.Delete,
		posted: func() (out []stands) {
			for _, r := range f.Reviews() {
				out = appended(out, r.ID, r.Answer)
			}
			return out
		},
	}
}

func mailPlace(t *testing.T) *spot {
	box, out := fakeimap.Start(t, true), fakesmtp.Start(t, "off")
	out.Ask(fakeimap.User, fakeimap.Password)
	return &spot{
		config: fmt.Sprintf(`server: "%s", tls: "off", user: %s, password: "${MAIL_PASSWORD}", reply: {kind: mail, server: "%s", tls: "off", from: %s, user: %s, password: "${MAIL_PASSWORD}", sent: nobody}`,
			box.Address, fakeimap.User, out.Address, fakeimap.User, fakeimap.User),
		secrets: map[string]string{"MAIL_PASSWORD": fakeimap.Password},
		say: func(text string) string {
			id := "<" + author(text) + "@customer.example>"
			box.Deliver("INBOX", "From: "+author(text)+"@customer.example\r\nTo: "+fakeimap.User+"\r\nSubject: My order\r\nMessage-ID: "+id+
				"\r\nDate: "+time.Now().Format(time.RFC1123Z)+"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+text+"\r\n", time.Now())
			return id
		},
		posted: func() (all []stands) {
			for _, l := range out.Letters() {
				m, err := mail.ReadMessage(strings.NewReader(l.Data))
				if err != nil || l.To != author(answered)+"@customer.example" {
					t.Errorf("a letter to %s: %v", l.To, err)
					continue
				}
				_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
				if err != nil {
					t.Error(err)
					continue
				}
				plain, err := multipart.NewReader(m.Body, params["boundary"]).NextPart() // decoded
				if err != nil {
					t.Error(err)
					continue
				}
				text, err := io.ReadAll(plain)
				if err != nil {
					t.Error(err)
				}
				all = append(all, stands{m.Header.Get("In-Reply-To"), strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))})
			}
			return all
		},
	}
}

func webhookPlace(t *testing.T) *spot {
	secret, _ := inventedTokens("HOOK_SECRET")
	var mu sync.Mutex
	var got []stands
	app := fakeOf(t, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m saywebhook.Message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, stands{m.Mention.ID, m.Text})
		_, _ = w.Write([]byte(`{"id": "1"}`))
	})))
	p := &spot{
		config:  fmt.Sprintf(`secret: "${HOOK_SECRET}", dedicated: true, reply: {kind: webhook, url: "%s", secret: "${HOOK_SECRET}"}`, app.URL),
		secrets: map[string]string{"HOOK_SECRET": secret}, late: true,
		posted: func() []stands { mu.Lock(); defer mu.Unlock(); return append([]stands(nil), got...) },
	}
	tell := p.hook(t, outbound.Secret(secret))
	p.say = func(text string) string {
		tell(map[string]any{"id": author(text), "text": text, "author_id": author(text)})
		return author(text)
	}
	return p
}

// shown is a place that shows one thing and takes no answers.
func shown(t *testing.T, config string, page func(url, text string) string) *spot {
	var mu sync.Mutex
	said := ""
	f := httptest.NewUnstartedServer(nil)
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(w, page(f.URL, said))
	})
	f.Start()
	t.Cleanup(f.Close)
	return &spot{config: strings.ReplaceAll(config, "URL", f.URL) + ", dedicated: true", say: func(text string) string {
		mu.Lock()
		defer mu.Unlock()
		said = text
		return ""
	}}
}

func feedPlace(t *testing.T) *spot {
	return shown(t, `url: "URL/reviews.atom"`, func(url, text string) string {
		return `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>r</title><id>urn:r</id><updated>` + time.Now().Format(time.RFC3339) +
			`</updated><entry><id>1</id><author><name>Omar</name></author><title>Noor</title><link href="` + url + `/1"/><content>` + text + `</content><updated>` + time.Now().Format(time.RFC3339) + `</updated></entry></feed>`
	})
}

func hackernewsPlace(t *testing.T) *spot {
	return shown(t, `query: noor, api_url: "URL", items_url: "URL"`, func(_, text string) string {
		return fmt.Sprintf(`{"hits": [{"objectID": "1001", "created_at_i": %d, "author": "omar", "comment_text": %q, "story_id": 7, "parent_id": 7, "story_title": "Coffee"}], "nbPages": 1}`, time.Now().Unix(), text)
	})
}

func stackexchangePlace(t *testing.T) *spot {
	return shown(t, `site: stackoverflow, query: noor, api_url: "URL"`, func(_, text string) string {
		return fmt.Sprintf(`{"items": [{"question_id": 1001, "title": "Noor", "body": %q, "creation_date": %d, "link": "https://stackoverflow.com/q/1001", "owner": {"user_id": 7, "display_name": "omar"}}], "has_more": false, "quota_max": 300, "quota_remaining": 299}`, text, time.Now().Unix())
	})
}

func telegramwebPlace(t *testing.T) *spot {
	return shown(t, `channels: [riyadh_food], site_url: "URL"`, func(_, text string) string {
		return `<!doctype html><section class="tgme_channel_history"><div class="tgme_widget_message js-widget_message" data-post="riyadh_food/100"><a class="tgme_widget_message_owner_name"><span>Food</span></a>` +
			`<div class="tgme_widget_message_text js-message_text">` + text + `</div><span class="tgme_widget_message_meta"><a class="tgme_widget_message_date"><time datetime="` + time.Now().Format(time.RFC3339) + `">x</time></a></span></div></section>`
	})
}

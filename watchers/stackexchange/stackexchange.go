// Package stackexchange reads questions on one site of Stack Exchange, such as
// Stack Overflow: those that a search finds and those with certain tags. No key
// is needed for 300 requests a day; a free key allows 10,000. Edits and deletions
// are seen for two weeks. Comments need reputation, and answers
// that advertise are deleted: staff answer by the link.
package stackexchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// Config is one site's questions as config.yaml describes them.
type Config struct {
	// Site is the site's name in the API, such as stackoverflow or superuser.
	Site string `yaml:"site"`
	// Query is searched for in titles and texts.
	Query string `yaml:"query"`
	// Tags bring questions that carry at least one of them.
	Tags []string `yaml:"tags"`
	// Key is of an application registered at stackapps.com; it is free and
	// raises the limit from 300 to 10,000 requests a day.
	Key outbound.Secret `yaml:"key"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the base address of the API.
	APIURL string `yaml:"api_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{Site: "stackoverflow", Every: 30 * time.Minute, MaxAge: 168 * time.Hour, APIURL: "https://api.stackexchange.com"}
}

// Quotas of a day (api.stackexchange.com/docs/throttle), for each address
// without a key and for each application with one.
const (
	quotaWithout = 300
	quotaWith    = 10000
	spare        = 60 // for looking again at questions, and for further pages
)

var (
	siteName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,60}$`)
	tagShape = regexp.MustCompile(`^[\p{L}\p{N}.+#_-]+$`)
)

// longestTag is in letters. To count them in the expression takes a megabyte.
const longestTag = 35

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if !siteName.MatchString(c.Site) {
		faults.Add("site", "is not the name of a site", "stackoverflow, superuser, android.stackexchange or another name that https://api.stackexchange.com/docs/sites lists")
	}
	if strings.TrimSpace(c.Query) == "" && len(c.Tags) == 0 {
		faults.Add("query", "is missing, and so are tags", "the name to search for, or tags: [noor-app]")
	}
	for _, t := range c.Tags {
		if utf8.RuneCountInString(t) > longestTag || !tagShape.MatchString(t) {
			faults.Add("tags", fmt.Sprintf("%.40q is not a tag", t), "a tag such as noor-app")
		}
	}
	quota := quotaWithout
	if !c.Key.Empty() {
		quota = quotaWith
	}
	if lists := max(1, c.lists()); c.Every < time.Minute || int(24*time.Hour/c.Every)*lists > quota-spare {
		faults.Add("every", fmt.Sprintf("is too often for %d requests a day", quota), "30m or more; a free key from stackapps.com allows 1m")
	}
	if c.MaxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h")
	}
	return append(faults, watchers.CheckAddress("api_url", c.APIURL, "https://api.stackexchange.com")...)
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	list := watchers.Spots("tags", c.Site+" tag", watchers.Lower(c.Tags))
	if words := watchers.Words(c.Query); words != "" {
		list = append(list, watchers.Spot{Field: "query", Same: c.Site + " query " + words})
	}
	return list
}

func (c Config) lists() (n int) {
	if strings.TrimSpace(c.Query) != "" {
		n++
	}
	if len(c.Tags) > 0 {
		n++
	}
	return n
}

// Source is the questions of one site.
type Source struct {
	cfg  Config
	name string
	net  *outbound.Client
	now  func() time.Time
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name.
func New(c Config, name string, client *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	return &Source{cfg: c, name: name, net: client, now: now}, nil
}

// answer is what every method gives around its items.
type answer struct {
	Items   []question `json:"items"`
	HasMore bool       `json:"has_more"`
	Backoff int        `json:"backoff"` // seconds until the same method may be asked again
	Quota   int        `json:"quota_remaining"`
	Most    int        `json:"quota_max"`
}

type question struct {
	ID      int64  `json:"question_id"`
	Title   string `json:"title"` // HTML
	Body    string `json:"body"`  // HTML
	Created int64  `json:"creation_date"`
	Edited  int64  `json:"last_edit_date"`
	Link    string `json:"link"`
	Owner   struct {
		ID   int64  `json:"user_id"`
		Name string `json:"display_name"` // HTML
	} `json:"owner"`
}

// part is one method with what it is asked.
type part struct {
	name, method string
	q            url.Values
}

func (s *Source) parts() (out []part) {
	if q := strings.TrimSpace(s.cfg.Query); q != "" {
		out = append(out, part{"search", "/2.3/search/advanced", url.Values{"q": {q}}})
	}
	if len(s.cfg.Tags) > 0 {
		out = append(out, part{"tags", "/2.3/search", url.Values{"tagged": {strings.Join(s.cfg.Tags, ";")}}})
	}
	return out
}

// perPage is the longest list that the API gives.
const perPage = 100

// Poll reads the questions that were asked or changed since the cursor.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	var wait time.Duration
	heed := func(a answer) { wait = max(wait, pauseAfter(a)) }
	l := watchers.Lists{Now: s.now(), MaxAge: s.cfg.MaxAge, Again: watchers.Again{
		Reach: 14 * 24 * time.Hour, Every: 2 * time.Hour,
		Look: func(ctx context.Context, ids []string) ([]cases.Mention, error) { return s.again(ctx, ids, heed) },
	}}
	for _, p := range s.parts() {
		l.Lists = append(l.Lists, watchers.List{Name: p.name, ByChange: true, Read: func(ctx context.Context, from time.Time, token string) ([]cases.Mention, string, error) {
			return s.page(ctx, p, from, token, heed)
		}})
	}
	page, err := l.Poll(ctx, after)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading %s for %s: %w", s.cfg.Site, s.name, err)
	}
	page.Wait = wait
	return page, nil
}

// pauseAfter is how long to stay away after an answer: as long as it asks, and
// for an hour when the day's requests run out.
func pauseAfter(a answer) time.Duration {
	d := time.Duration(a.Backoff) * time.Second
	if a.Quota <= 10 {
		d = max(d, time.Hour)
	}
	return d
}

func (s *Source) page(ctx context.Context, p part, from time.Time, token string, heed func(answer)) (out []cases.Mention, next string, err error) {
	n, err := watchers.PageOf(token, 1)
	if err != nil {
		return nil, "", err
	}
	q := url.Values{"sort": {"activity"}, "order": {"desc"}, "min": {strconv.FormatInt(from.Unix(), 10)}, "page": {strconv.Itoa(n)}, "pagesize": {strconv.Itoa(perPage)}}
	maps.Copy(q, p.q)
	a, err := s.ask(ctx, p.method, q)
	if err != nil {
		return nil, "", err
	}
	heed(a)
	for _, v := range a.Items {
		out = append(out, s.mention(v))
	}
	if !a.HasMore {
		return out, "", nil
	}
	return out, strconv.Itoa(n + 1), rest(ctx, a)
}

// longestRest is how long a look waits for its next page.
const longestRest = 25 * time.Second

// rest obeys a backoff before the same method is asked again.
func rest(ctx context.Context, a answer) error {
	d := time.Duration(a.Backoff) * time.Second
	if d > longestRest {
		return &cases.LaterError{After: d, Err: errors.New("asked to back off")}
	}
	return outbound.Pause(ctx, d)
}

// again reads questions by their ids; one that is not given any more was
// deleted.
func (s *Source) again(ctx context.Context, ids []string, heed func(answer)) (out []cases.Mention, err error) {
	ids = ids[:min(len(ids), perPage)]
	a, err := s.ask(ctx, "/2.3/questions/"+strings.Join(ids, ";"), url.Values{"pagesize": {strconv.Itoa(perPage)}})
	if err != nil {
		return nil, err
	}
	heed(a)
	there := map[string]bool{}
	for _, v := range a.Items {
		m := s.mention(v)
		there[m.ID] = true
		out = append(out, m)
	}
	for _, id := range ids {
		if !there[id] {
			out = append(out, cases.Mention{Source: s.name, ID: id, Gone: true})
		}
	}
	return out, nil
}

func (s *Source) ask(ctx context.Context, method string, q url.Values) (a answer, err error) {
	q.Set("site", s.cfg.Site)
	q.Set("filter", "withbody")
	if !s.cfg.Key.Empty() {
		q.Set("key", s.cfg.Key.Reveal())
	}
	a.Quota = quotaWithout // an answer that does not say has some left
	_, err = s.net.GetJSON(ctx, outbound.Request{URL: strings.TrimRight(s.cfg.APIURL, "/") + method + "?" + q.Encode()}, &a)
	if err == nil && a.Most > 0 { // when the day of an address begins anew is not said
		cases.Hear(ctx, cases.Allowance{Left: int64(a.Quota), Most: int64(a.Most), At: s.now()})
	}
	return a, refused(err)
}

var seconds = regexp.MustCompile(`available in (\d+) seconds`)

// refusal is what the API says with an error.
type refusal struct {
	ID      int    `json:"error_id"`
	Name    string `json:"error_name"`
	Message string `json:"error_message"`
}

// refused reads what an error means: throttling comes as 400.
func refused(err error) error {
	status, ok := errors.AsType[*outbound.StatusError](err)
	if !ok {
		return err
	}
	var r refusal
	if json.Unmarshal(status.Body, &r) != nil || r.Name == "" {
		return err
	}
	err = fmt.Errorf("%s: %w", watchers.Line(r.Name+": "+r.Message, 200), status)
	if r.ID != 502 { // throttle_violation
		return err
	}
	wait := time.Hour
	if m := seconds.FindStringSubmatch(r.Message); m != nil {
		if n, perr := strconv.Atoi(m[1]); perr == nil && n > 0 && n <= 86400 {
			wait = time.Duration(n) * time.Second
		}
	}
	return &cases.LaterError{After: wait, Err: err}
}

func (s *Source) mention(v question) cases.Mention {
	id := strconv.FormatInt(v.ID, 10)
	m := cases.Mention{
		Source: s.name, ID: id, Thread: id, URL: watchers.Link(v.Link), Author: watchers.Line(watchers.Plain(v.Owner.Name), 200),
		Title: watchers.Line(watchers.Plain(v.Title), 500), Text: watchers.Shorten(watchers.Plain(v.Body), watchers.MaxText), PostedAt: time.Unix(v.Created, 0).UTC(),
	}
	if v.Owner.ID != 0 {
		m.AuthorID = strconv.FormatInt(v.Owner.ID, 10)
	}
	if v.Edited > 0 {
		m.EditedAt = time.Unix(v.Edited, 0)
	}
	return watchers.Timed(m, s.now())
}

// Doctor asks for one page of each list.
func (s *Source) Doctor(ctx context.Context) (out []watchers.Advice) {
	for _, p := range s.parts() {
		left := 0
		_, _, err := s.page(ctx, p, s.now().Add(-time.Hour), "", func(a answer) { left = a.Quota })
		a := watchers.Advice{What: "site " + s.cfg.Site + ": " + p.name}
		var later *cases.LaterError
		switch {
		case err == nil:
			a.OK, a.What = true, fmt.Sprintf("%s (requests left today: %d)", a.What, left)
		case errors.As(err, &later):
			a.Fix = fmt.Sprintf("the day's requests are used up (%v): look less often (every:), or register a free key at stackapps.com (key:)", later.Err)
		case outbound.StatusOf(err) == http.StatusBadRequest:
			a.Fix = fmt.Sprintf("it was refused (%v): compare site and key letter by letter", err)
		default:
			a.Fix = fmt.Sprintf("it cannot be reached: %v", err)
		}
		out = append(out, a)
	}
	return out
}

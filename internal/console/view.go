package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/digest"
)

// errNotHere says that something exists, but not for this visitor.
var errNotHere = errors.New("not for visitors from elsewhere")

type (
	personKey struct{}
	answerKey struct{}
	pulseKey  struct{}
)

// person is who is in; staff put them into the request.
func person(r *http.Request) responder.Person {
	p, _ := r.Context().Value(personKey{}).(responder.Person)
	return p
}

func withPerson(ctx context.Context, p responder.Person) context.Context {
	return context.WithValue(ctx, personKey{}, p)
}

// live reports whether the page asks for itself, without a person's doing.
func live(r *http.Request) bool { return r.Header.Get("X-Live") != "" || r.URL.Path == "/events" }

// staff lets only known people through.
func (c *Console) staff(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, ok := c.who(r, !live(r))
		if !ok {
			c.stranger(w, r, "page.stranger")
			return
		}
		ctx := withPerson(r.Context(), who)
		if pulse, err := c.Pulse(ctx); err == nil {
			// Felt before anything is read: what changes from here on is news
			// to the page, even before it asks for news.
			ctx = context.WithValue(ctx, pulseKey{}, pulse)
		}
		next(w, r.WithContext(ctx))
	})
}

// page is what every template sees.
type page struct {
	Lang, Dir, Other string
	Name             string // of the page
	Who              string
	Role             responder.Role
	Business         string
	Path             string
	Flash            string
	Alert            bool
	Stopped          bool
	StoppedBy        string
	StoppedWhy       string
	HasOutlet        bool
	HasWordings      bool
	Keys             bool   // single-letter keys are on
	Pulse            string // of the records this page shows
	Now              time.Time
	Data             any

	say *phrases.Catalogue
}

// Ago writes how long ago something was.
func (p page) Ago(t time.Time) string {
	if span := p.Now.Sub(t); span >= 5*time.Second {
		return p.say.Say("page.ago", "span", span)
	}
	return p.say.Say("page.now")
}

// Until writes how long it takes until something.
func (p page) Until(t time.Time) string { return p.say.Duration(t.Sub(p.Now)) }

// languageOf is the visitor's choice, else the configured language.
func (c *Console) languageOf(r *http.Request) string {
	if k, err := r.Cookie("rasid_language"); err == nil && (k.Value == "ar" || k.Value == "en") {
		return k.Value
	}
	if c.Language == "ar" {
		return "ar"
	}
	return "en"
}

func (c *Console) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	lang := c.languageOf(r)
	p := page{
		Lang: lang, Dir: "ltr", Other: "ar", Name: name, Business: c.Name(lang), Path: here(r), Data: data,
		HasOutlet: c.Outlet != nil, HasWordings: c.Wordings != nil, Keys: true, Now: c.Clock(), say: c.words[lang],
	}
	if lang == "ar" {
		p.Dir, p.Other = "rtl", "en"
	}
	if k, err := r.Cookie("rasid_keys"); err == nil && k.Value == "off" {
		p.Keys = false
	}
	p.Pulse, _ = r.Context().Value(pulseKey{}).(string)
	if who := person(r); who.ID != "" {
		p.Who, p.Role = cmp.Or(who.Name, who.ID), who.Role
		if stop, err := c.Stopped(r.Context()); err == nil && stop.On {
			p.Stopped, p.StoppedBy, p.StoppedWhy = true, responder.Author(p.say, stop.By, c.Office.NameOf), responder.WhyStopped(p.say, stop.By, stop.Why)
		}
	}
	if !live(r) {
		p.Flash, p.Alert = c.flash(w, r)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	t, err := c.pages[lang][name]()
	if err == nil {
		err = t.Execute(w, p)
	}
	if err != nil {
		c.Log.Log(r.Context(), gravity(r), "page not rendered", "page", name, "err", err)
	}
}

// gravity is how grave it is that a page failed: a visitor who left before it was
// done is no fault.
func gravity(r *http.Request) slog.Level {
	if r.Context().Err() != nil {
		return slog.LevelDebug
	}
	return slog.LevelError
}

// here is the address to come back to after the language was changed.
func here(r *http.Request) string {
	if r.Method == http.MethodGet {
		return r.URL.RequestURI()
	}
	return strings.TrimSuffix(r.URL.Path, "/invite")
}

// flash carries one message over a redirect, in a cookie that is read once.
func (c *Console) flash(w http.ResponseWriter, r *http.Request) (text string, alert bool) {
	if a, ok := r.Context().Value(answerKey{}).(responder.Answer); ok {
		return a.Text, a.Alert // told on this very page
	}
	k, err := r.Cookie("rasid_flash")
	if err != nil {
		return "", false
	}
	http.SetCookie(w, c.cookie(r, "rasid_flash", "", -1))
	b, err := b64.DecodeString(k.Value)
	if err != nil || len(b) == 0 {
		return "", false
	}
	return string(b[1:]), b[0] == '!'
}

func flashValue(a responder.Answer) string {
	mark := " "
	if a.Alert {
		mark = "!"
	}
	text := []rune(a.Text)
	return b64.EncodeToString([]byte(mark + string(text[:min(len(text), 600)])))
}

func (c *Console) tell(w http.ResponseWriter, r *http.Request, a responder.Answer) {
	http.SetCookie(w, c.cookie(r, "rasid_flash", flashValue(a), 60))
}

// say tells a phrase on the next page.
func (c *Console) say(w http.ResponseWriter, r *http.Request, key string, alert bool) {
	c.tell(w, r, responder.Answer{Text: c.words[c.languageOf(r)].Say(key), Alert: alert})
}

func (c *Console) funcs(lang string, marks map[string]string) template.FuncMap {
	say := c.words[lang]
	return template.FuncMap{
		"say":      say.Say,
		"allows":   say.Source,
		"word":     func(kind string, v any) string { return word(say, kind, v) },
		"plain":    func(s string) phrases.Plain { return phrases.Plain(s) },
		"visible":  responder.Visible,
		"excerpt":  func(n int, s string) string { return responder.Excerpt(s, n) },
		"clock":    func(t time.Time) string { return say.Moment(t.In(c.Office.Zone), c.Clock()) },
		"hour":     func(t time.Time) string { return say.Digits(t.In(c.Office.Zone).Format("15:04")) },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"name":     func(by string) string { return responder.Author(say, by, c.Office.NameOf) },
		"happened": func(e cases.Entry) string { return responder.Happened(say, e) },
		"remark":   func(e cases.Entry) string { return responder.Remark(say, e, c.Office.NameOf) },
		"told":     func(note string) string { return responder.Told(say, note, c.Office.NameOf) },
		"cause":    func(why string) string { return say.Why(responder.Visible(why)) },
		"place":    func(s string) string { return c.Office.Place(s).Title },
		"signed":   func(v float64) string { return strings.Replace(strconv.FormatFloat(v, 'f', 2, 64), "-", "−", 1) },
		"stars":    responder.Stars,
		"number":   func(n any) string { return say.Digits(fmt.Sprint(n)) }, // of any kind of integer
		"add":      func(a, b int) int { return a + b },
		"drawn":    func(prefix string, d digest.Drawing, words string) drawn { return drawn{d, prefix, words} },
		"list":     func(words ...string) []string { return words },
		"cutoff":   cutoff,
		"long":     long,
		"trend":    trend,
		"command":  command,
		"counts": func(n [6]int) phrases.Plain {
			return phrases.Plain(say.Digits(strings.Trim(fmt.Sprint(n), "[]")))
		},
		"asked":  func(w responder.When) []string { return conditions(say, w) },
		"parts":  highlight,
		"chips":  chips,
		"reason": func(r cases.Reason) string { return explain(say, r) },
		"span":   say.Duration,
		"link":   webLink,
		"asset":  func(name string) string { return "/static/" + name + "?v=" + marks[name] },
	}
}

// drawn is a picture inside a page: its shapes are named with a prefix, since
// a page has several pictures.
type drawn struct {
	digest.Drawing
	Prefix string
	Words  string // for those who hear pages
}

// word is a phrase of a kind, or the value itself where no phrase is known.
func word(say *phrases.Catalogue, kind string, v any) string {
	s := fmt.Sprint(v)
	if key := kind + "." + s; say.Has(key) {
		return say.Say(key)
	}
	return responder.Isolate(responder.Visible(s))
}

// webLink lets through what leads to a page, and nothing that runs.
func webLink(s string) string {
	u, ok := cases.WebAddress(s)
	if !ok {
		return ""
	}
	return u.String()
}

func (c *Console) problem(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, cases.ErrNotFound):
		c.render(w, r, http.StatusNotFound, "missing", "page.missing")
	case errors.Is(err, errNotHere):
		c.render(w, r, http.StatusForbidden, "missing", "page.nothere")
	default:
		c.Log.Log(r.Context(), gravity(r), "page not served", "path", r.URL.Path, "err", err)
		c.render(w, r, http.StatusInternalServerError, "missing", "page.error")
	}
}

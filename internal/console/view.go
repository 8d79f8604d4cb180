package console

import (
	"context"
	"errors"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

type personKey struct{}

// staff lets only known people through.
func (c *Console) staff(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := c.sessions.who(r)
		if who == "" {
			c.stranger(w, r)
			return
		}
		next(w, r.WithContext(context.WithValue(r.Context(), personKey{}, who)))
	})
}

// page is what every template sees.
type page struct {
	Lang, Dir, Other string
	Name             string // of the page
	Who              string
	Business         string
	Path             string
	Flash            string
	Alert            bool
	Stopped          bool
	StoppedBy        string
	HasOutlet        bool
	Data             any
}

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
	p := page{Lang: lang, Dir: "ltr", Other: "ar", Name: name, Business: c.Office.Business, Path: r.URL.Path, Data: data, HasOutlet: c.Outlet != nil}
	if lang == "ar" {
		p.Dir, p.Other = "rtl", "en"
	}
	if who, ok := r.Context().Value(personKey{}).(string); ok {
		p.Who = c.Office.NameOf(who)
		if by, _, _, on, err := c.Stopped(r.Context()); err == nil && on {
			p.Stopped, p.StoppedBy = true, c.Office.NameOf(by)
		}
	}
	p.Flash, p.Alert = flash(w, r)
	t, err := c.pages[name].Clone()
	if err == nil {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		err = t.Funcs(c.funcs(lang, c.Clock())).Execute(w, p)
	}
	if err != nil {
		c.Log.Error("page not rendered", "page", name, "err", err)
	}
}

// flash carries one message over a redirect, in a cookie that is read once.
func flash(w http.ResponseWriter, r *http.Request) (text string, alert bool) {
	k, err := r.Cookie("rasid_flash")
	if err != nil {
		return "", false
	}
	http.SetCookie(w, &http.Cookie{Name: "rasid_flash", Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	b, err := b64.DecodeString(k.Value)
	if err != nil || len(b) == 0 {
		return "", false
	}
	return string(b[1:]), b[0] == '!'
}

func (c *Console) tell(w http.ResponseWriter, r *http.Request, a responder.Answer) {
	mark := " "
	if a.Alert {
		mark = "!"
	}
	text := []rune(a.Text)
	http.SetCookie(w, &http.Cookie{
		Name: "rasid_flash", Value: b64.EncodeToString([]byte(mark + string(text[:min(len(text), 600)]))), Path: "/", MaxAge: 60,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
}

func (c *Console) funcs(lang string, now time.Time) template.FuncMap {
	say := c.words[lang]
	return template.FuncMap{
		"say":     func(key string, pairs ...any) string { return say.Say(key, pairs...) },
		"plain":   func(s string) phrases.Plain { return phrases.Plain(s) },
		"visible": responder.Visible,
		"excerpt": func(n int, s string) string { return responder.Excerpt(s, n) },
		"ago":     func(t time.Time) string { return say.Duration(now.Sub(t)) },
		"clock":   func(t time.Time) string { return t.In(c.Office.Zone).Format("2006-01-02 15:04") },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"name":    c.Office.NameOf,
		"place":   func(s string) string { return c.Office.Place(s).Title },
		"signed":  func(v float64) string { return strings.Replace(strconv.FormatFloat(v, 'f', 2, 64), "-", "−", 1) },
		"stars":   func(n int) string { return strings.Repeat("★", n) + strings.Repeat("☆", max(0, 5-n)) },
		"number":  say.Number,
		"add":     func(a, b int) int { return a + b },
		"parts":   highlight,
		"span":    say.Duration,
	}
}

// Part is a piece of a mention's text, coloured when a reason points at it.
type Part struct {
	Text string
	Kind string // "", "bad" or "good"
	Why  string
}

// highlight cuts a text at the spans of its reasons. Spans that overlap or do
// not fit the text are left out.
func highlight(text string, reasons []cases.Reason) []Part {
	var parts []Part
	at := 0
	strongest := 0.0
	for _, r := range reasons {
		strongest = max(strongest, math.Abs(r.Weight))
	}
	for _, r := range sorted(reasons) {
		if math.Abs(r.Weight) < strongest/4 {
			continue // a page on which every word is marked explains nothing
		}
		if r.Start < at || r.End > len(text) || r.Start >= r.End || text[r.Start:r.End] != r.Text {
			continue
		}
		if r.Start > at {
			parts = append(parts, Part{Text: responder.Visible(text[at:r.Start])})
		}
		kind := "good"
		if r.Weight < 0 {
			kind = "bad"
		}
		why := strconv.FormatFloat(r.Weight, 'f', 1, 64)
		if r.By != "" {
			why += " · " + r.By
		}
		parts = append(parts, Part{Text: responder.Visible(r.Text), Kind: kind, Why: why})
		at = r.End
	}
	if at < len(text) {
		parts = append(parts, Part{Text: responder.Visible(text[at:])})
	}
	return parts
}

func (c *Console) problem(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, cases.ErrNotFound) {
		c.render(w, r, http.StatusNotFound, "missing", nil)
		return
	}
	c.Log.Error("page not served", "path", r.URL.Path, "err", err)
	http.Error(w, "this did not work; the log says why", http.StatusInternalServerError)
}

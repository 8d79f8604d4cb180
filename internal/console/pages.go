package console

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/digest"
)

var b64 = base64.RawURLEncoding

// pageSize is how many cases one page of the inbox shows.
const pageSize = 50

// shelves are the ways to look at the inbox; the first is the default.
var shelves = []struct {
	Name   string
	States []cases.State
}{
	{"open", []cases.State{cases.New, cases.Flagged, cases.Waiting, cases.Approved, cases.Unsure, cases.Failed}},
	{"answered", []cases.State{cases.Answered, cases.Handled, cases.Resolved}},
	{"closed", []cases.State{cases.Dismissed, cases.Expired, cases.Gone}},
	{"noted", []cases.State{cases.Noted}},
	{"all", nil},
}

type inboxView struct {
	Rows   []inboxRow
	Shelf  string
	Names  []string
	Query  string
	Before int64
}

// inboxRow is one case of the inbox and what can be done at once.
type inboxRow struct {
	cases.Case
	Latest  cases.Draft
	Drafted bool
	CanSend bool // Approve is possible right here
}

func (c *Console) inbox(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v := inboxView{Shelf: q.Get("show"), Query: q.Get("q")}
	f := Filter{Query: v.Query, Source: q.Get("source"), Limit: pageSize}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64) // not a number: from the newest
	found := false
	for _, s := range shelves {
		v.Names = append(v.Names, s.Name)
		if s.Name == v.Shelf {
			f.States, found = s.States, true
		}
	}
	if !found {
		v.Shelf, f.States = shelves[0].Name, shelves[0].States
	}
	list, err := c.Record.List(r.Context(), f)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	if len(list) == pageSize {
		v.Before = list[len(list)-1].ID
	}
	if v.Shelf == "open" {
		slices.SortStableFunc(list, func(a, b cases.Case) int { return int(b.Score.Severity - a.Score.Severity) })
	}
	for _, k := range list {
		row := inboxRow{Case: k}
		row.Latest, row.Drafted = k.Draft()
		row.CanSend = row.Drafted && k.State == cases.Waiting && !row.Latest.Blocked() && c.Office.Place(k.Source).Replier != nil
		v.Rows = append(v.Rows, row)
	}
	c.render(w, r, http.StatusOK, "inbox", v)
}

type caseView struct {
	Case      cases.Case
	Draft     cases.Draft
	Drafted   bool
	History   []cases.Entry
	Buttons   []responder.Button
	CanSend   bool
	ByProgram bool // the place takes replies from programs
	Edit      string
}

func (c *Console) showCase(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	v := caseView{}
	if v.Case, err = c.Record.Case(r.Context(), id); err != nil {
		c.problem(w, r, err)
		return
	}
	if v.History, err = c.Record.History(r.Context(), id); err != nil {
		c.problem(w, r, err)
		return
	}
	v.Draft, v.Drafted = v.Case.Draft()
	v.ByProgram = c.Office.Place(v.Case.Source).Replier != nil
	room, _ := c.Office.Room(c.Room)
	room.Language = c.languageOf(r)
	for _, row := range c.Office.Card(v.Case, room, c.Clock(), false).Buttons {
		for _, b := range row {
			if b.URL == "" && b.Action != responder.ActEdit && b.Action != responder.ActDismiss {
				v.Buttons = append(v.Buttons, b)
			}
		}
	}
	c.render(w, r, http.StatusOK, "case", v)
}

// act takes a press of the page: the same decision as a button in a chat.
func (c *Console) act(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	draft, _ := strconv.Atoi(r.FormValue("draft")) // missing: 0, which no draft has
	c.decide(w, r, responder.Decision{
		Action: responder.Action(r.FormValue("action")), Case: id, Draft: draft, Text: r.FormValue("text"),
	}, fmt.Sprintf("/case/%d", id))
}

// command takes what stands above the pages: stop, resume, report.
func (c *Console) command(w http.ResponseWriter, r *http.Request) {
	c.decide(w, r, responder.Decision{Action: responder.Action(r.FormValue("action")), Text: r.FormValue("text")}, "/")
}

func (c *Console) decide(w http.ResponseWriter, r *http.Request, d responder.Decision, back string) {
	who, _ := r.Context().Value(personKey{}).(string)
	d.By = responder.Actor{Platform: "console", ID: who, Name: who}
	d.Room, d.At = c.Room, c.Clock()
	answer, err := c.Clerk.Decide(r.Context(), d)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.tell(w, r, answer)
	http.Redirect(w, r, back, http.StatusSeeOther)
}

type digestView struct {
	Figures    digest.Figures
	Day        string
	Prev, Next string
}

func (c *Console) showDigest(w http.ResponseWriter, r *http.Request) {
	day := c.Clock().In(c.Office.Zone)
	if t := r.URL.Query().Get("date"); t != "" {
		d, err := time.ParseInLocation(time.DateOnly, t, c.Office.Zone)
		if err != nil {
			c.problem(w, r, cases.ErrNotFound)
			return
		}
		day = d.Add(12 * time.Hour)
	}
	f, err := c.Digest(r.Context(), day)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, "digest", digestView{
		Figures: f, Day: day.Format(time.DateOnly),
		Prev: day.AddDate(0, 0, -1).Format(time.DateOnly), Next: day.AddDate(0, 0, 1).Format(time.DateOnly),
	})
}

func (c *Console) showSources(w http.ResponseWriter, r *http.Request) {
	s, err := c.Sources(r.Context())
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, "sources", s)
}

func (c *Console) showOutlet(w http.ResponseWriter, r *http.Request) {
	if c.Outlet == nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	posts, err := c.Outlet()
	if err != nil {
		c.problem(w, r, err)
		return
	}
	slices.Reverse(posts)
	c.render(w, r, http.StatusOK, "outlet", posts)
}

func (c *Console) language(w http.ResponseWriter, r *http.Request) {
	lang := r.FormValue("language")
	if lang != "ar" {
		lang = "en"
	}
	http.SetCookie(w, &http.Cookie{Name: "rasid_language", Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	back := r.FormValue("back")
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.Contains(back, `\`) {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// events tells an open page that something changed, so that it can fetch
// itself again. One line a second at most, for as long as the page is open.
func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	last := ""
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		now, err := c.mark(r)
		if err != nil {
			return
		}
		if now != last {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", now); err != nil {
				return
			}
			last = now
		}
		if flush.Flush() != nil || flush.SetWriteDeadline(c.Clock().Add(10*time.Second)) != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

// mark changes whenever a case on the page does.
func (c *Console) mark(r *http.Request) (string, error) {
	list, err := c.Record.List(r.Context(), Filter{Limit: 200})
	if err != nil {
		return "", err
	}
	var sum int64
	for _, k := range list {
		sum += k.ID*31 + int64(k.Version)
	}
	return strconv.FormatInt(sum, 36), nil
}

func sorted(reasons []cases.Reason) []cases.Reason {
	return slices.SortedFunc(slices.Values(reasons), func(a, b cases.Reason) int { return a.Start - b.Start })
}

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// pageSize is how many cases one page of the inbox shows.
const pageSize = 50

// mostSkip bounds how far one can page: searching is the better way.
const mostSkip = 10_000

// shelf is one way to look at the inbox.
type shelf struct {
	Name   string
	States []cases.State
	N      int
	On     bool
}

// shelves returns the ways to look at the inbox; the first is the default.
func shelves() []shelf {
	return []shelf{
		{Name: "open", States: []cases.State{cases.New, cases.Flagged, cases.Waiting, cases.Approved, cases.Unsure, cases.Failed}},
		{Name: "answered", States: []cases.State{cases.Answered, cases.Handled, cases.Resolved}},
		{Name: "closed", States: []cases.State{cases.Dismissed, cases.Expired, cases.Gone}},
		{Name: "noted", States: []cases.State{cases.Noted}},
		{Name: "all", States: cases.States()},
	}
}

type inboxView struct {
	Incidents  []responder.IncidentDetail // that are open
	Rows       []inboxRow
	Shelves    []shelf
	Shelf      string
	Query      string
	Source     string
	State      string
	Severity   int
	Sources    []string
	States     []cases.State
	Severities []cases.Severity
	Filtered   bool
	Export     string // address of the chosen cases as a file
	Next, Prev string // addresses of the neighbouring pages; "" when there is none
}

// inboxRow is one case of the inbox and what can be done at once.
type inboxRow struct {
	cases.Case
	Latest  cases.Draft
	Drafted bool
	CanSend bool // Approve is possible right here
	Due     time.Time
	Late    bool
	Claimed bool
}

// asked reads the filter of an inbox request; nonsense is passed over.
func asked(q url.Values) (Filter, inboxView) {
	v := inboxView{
		Shelves: shelves(), Shelf: q.Get("show"), Query: q.Get("q"), Source: q.Get("source"), State: q.Get("state"),
		Severities: []cases.Severity{cases.Low, cases.High, cases.Critical},
	}
	if n, err := strconv.Atoi(q.Get("severity")); err == nil && n > 0 && n <= int(cases.Critical) {
		v.Severity = n
	}
	at := slices.IndexFunc(v.Shelves, func(s shelf) bool { return s.Name == v.Shelf })
	if at < 0 {
		at = 0
		v.Shelf = v.Shelves[0].Name
	}
	v.Shelves[at].On = true
	v.States = v.Shelves[at].States
	f := Filter{States: v.States, Query: v.Query, Source: v.Source, Severity: cases.Severity(v.Severity), Worst: v.Shelf == "open", Limit: pageSize}
	if slices.Contains(v.States, cases.State(v.State)) {
		f.States = []cases.State{cases.State(v.State)}
	} else {
		v.State = ""
	}
	if n, err := strconv.Atoi(q.Get("skip")); err == nil && n > 0 && n <= mostSkip {
		f.Skip = n
	}
	v.Filtered = v.Query != "" || v.Source != "" || v.State != "" || v.Severity > 0
	return f, v
}

func (c *Console) inbox(w http.ResponseWriter, r *http.Request) {
	f, v := asked(r.URL.Query())
	f.Limit = pageSize + 1 // one more tells whether there is a next page
	list, err := c.Record.List(r.Context(), f)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	counts, err := c.Ledger.Counts(r.Context())
	if err != nil {
		c.problem(w, r, err)
		return
	}
	if v.Incidents, err = c.incidents(r, false); err != nil {
		c.problem(w, r, err)
		return
	}
	for i := range v.Shelves {
		for _, s := range v.Shelves[i].States {
			v.Shelves[i].N += counts[s]
		}
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		v.Next = elsewhere(r.URL, f.Skip+pageSize)
	}
	if f.Skip > 0 {
		v.Prev = elsewhere(r.URL, max(0, f.Skip-pageSize))
	}
	q := r.URL.Query()
	q.Set("show", v.Shelf)
	q.Del("skip")
	v.Export = "/export?" + q.Encode()
	for name := range c.Office.Places {
		v.Sources = append(v.Sources, name)
	}
	slices.Sort(v.Sources)
	for _, k := range list {
		v.Rows = append(v.Rows, c.row(k))
	}
	c.render(w, r, http.StatusOK, "inbox", v)
}

// elsewhere is the address of another page of the same list.
func elsewhere(u *url.URL, skip int) string {
	q := u.Query()
	q.Set("skip", strconv.Itoa(skip))
	return "/?" + q.Encode()
}

func (c *Console) row(k cases.Case) inboxRow {
	now := c.Clock()
	row := inboxRow{Case: k, Claimed: k.ClaimedBy != "" && k.ClaimedUntil.After(now)}
	row.Latest, row.Drafted = k.Draft()
	row.CanSend = c.Office.Sending(k) == responder.ActApprove
	row.Due = c.due(k)
	row.Late = !row.Due.IsZero() && row.Due.Before(now)
	return row
}

// due is when a waiting case goes one level up; zero when none is planned.
func (c *Console) due(k cases.Case) time.Time {
	if k.State != cases.Waiting || k.FlaggedAt.IsZero() || responder.NextLevel(c.Office, k) == k.Level {
		return time.Time{}
	}
	return k.FlaggedAt.Add(c.Office.Policy.EscalateAfter * time.Duration(k.Level+1))
}

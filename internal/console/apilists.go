package console

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// The lists of the API beside the cases: how sources fare, what burns, what was
// promised, what was recorded.
type (
	apiSource struct {
		Name     string     `json:"name"`
		Kind     string     `json:"kind"`
		LastOK   *time.Time `json:"last_ok,omitempty"`
		LastNew  *time.Time `json:"last_new,omitempty"`
		Error    string     `json:"error"`
		Errors   int        `json:"errors_in_row"`
		Stalled  bool       `json:"stalled"`
		Mentions int64      `json:"mentions"`
		Limits   string     `json:"limits"`

		Allowance *apiAllowance `json:"allowance,omitempty"`
	}
	apiAllowance struct {
		Left   int64      `json:"left"`
		Most   int64      `json:"most,omitempty"`
		Resets *time.Time `json:"resets,omitempty"`
		Said   time.Time  `json:"said"`
	}
	apiIncident struct {
		ID          int64      `json:"id"`
		Kind        string     `json:"kind"`
		Source      string     `json:"source"`
		Count       int        `json:"count"`
		Opened      time.Time  `json:"opened"`
		Closed      *time.Time `json:"closed,omitempty"`
		Held        bool       `json:"held"`
		StatementBy string     `json:"statement_by"`
		StatementAt *time.Time `json:"statement_at,omitempty"`
	}
	apiPromise struct {
		Case    int64      `json:"case"`
		Draft   int        `json:"draft"`
		Words   string     `json:"words"`
		Given   time.Time  `json:"given"`
		Due     time.Time  `json:"due"`
		State   string     `json:"state"`
		Settled *time.Time `json:"settled,omitempty"`
	}
)

// misread says which part of a filter was passed over because it was not
// understood: a page can show what it did, a program cannot see it.
func misread(q url.Values, v inboxView) string {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		given := q.Get(name)
		n, err := strconv.Atoi(given)
		var ok bool
		switch name {
		case "q", "source":
			ok = true
		case "show":
			ok = given == v.Shelf
		case "state":
			ok = given == v.State
		case "severity":
			ok = err == nil && n == v.Severity
		case "skip":
			ok = err == nil && n >= 0 && n <= mostSkip
		default:
			return fmt.Sprintf("%q is not asked for: see openapi.json", name)
		}
		if !ok && given != "" {
			return fmt.Sprintf("%s cannot be %q: see openapi.json", name, given)
		}
	}
	return ""
}

func (c *Console) apiCounts(w http.ResponseWriter, r *http.Request) {
	counts, err := c.Ledger.Counts(r.Context())
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := map[string]int{}
	for _, s := range cases.States() {
		out[string(s)] = counts[s]
	}
	answerJSON(w, http.StatusOK, out)
}

func (c *Console) apiSources(w http.ResponseWriter, r *http.Request) {
	list, err := c.Sources(r.Context())
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := []apiSource{}
	for _, s := range list {
		source := apiSource{s.Source, s.Kind, when(s.LastOK), when(s.LastNew), s.LastError, s.ErrorsInRow, s.Stalled, s.Seen, s.Limits, nil}
		if left, told := s.Allowance.Now(c.Clock()); told {
			source.Allowance = &apiAllowance{left, s.Allowance.Most, when(s.Allowance.Resets), s.Allowance.At}
		}
		out = append(out, source)
	}
	answerJSON(w, http.StatusOK, map[string]any{"sources": out})
}

func (c *Console) apiDigest(w http.ResponseWriter, r *http.Request) {
	f, day, span, err := c.figures(r)
	if errors.Is(err, cases.ErrNotFound) {
		apiError(w, http.StatusBadRequest, "date is written like 2026-11-20, span is day, week or month")
		return
	}
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	topics := map[string]int{}
	for _, t := range f.Topics {
		topics[t.Topic] = t.N
	}
	out := map[string]any{
		"day": day.Format(time.DateOnly), "span": string(span), "mentions": f.Total, "unhappy": f.Neg, "neutral": f.Neu, "happy": f.Pos, "net": f.Net(),
		"answered": f.Answered, "median_seconds": int(f.Median.Seconds()), "sent_unchanged": f.Same, "sent_edited": f.Edited, "set_aside": f.SetAside,
		"resolved": f.Resolved, "recovered": f.Recovered, "silent_estimate": f.Silent(), "incidents": len(f.Incidents),
		"waiting": f.Waiting, "longest_seconds": int(f.Longest.Seconds()), "topics": topics, "figures": f,
	}
	if mean, share, ok := f.Satisfaction(); ok {
		out["satisfaction"] = map[string]float64{"asked": float64(f.Asked), "answers": float64(f.Rated), "mean": mean, "satisfied": share}
	}
	if p := f.Promises; p != nil {
		out["promises"] = map[string]int{"kept": p.Kept, "late": p.Late, "open": p.Open}
	}
	answerJSON(w, http.StatusOK, out)
}

func (c *Console) apiIncidents(w http.ResponseWriter, r *http.Request) {
	list, err := c.Incidents(r.Context())
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := []apiIncident{}
	for _, i := range list {
		out = append(out, apiIncident{i.ID, string(i.Kind), i.Source, i.Count, i.OpenedAt, when(i.ClosedAt), i.Held, i.StatementBy, when(i.StatementAt)})
	}
	answerJSON(w, http.StatusOK, map[string]any{"incidents": out})
}

// apiStatement approves the holding statement of an incident.
func (c *Console) apiStatement(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.apiProblem(w, r, cases.ErrNotFound)
		return
	}
	c.apiSay(w, r, responder.Decision{Action: responder.ActStatement, Case: id})
}

func (c *Console) apiPromises(w http.ResponseWriter, r *http.Request) {
	list, err := c.Promises(r.Context())
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := []apiPromise{}
	for _, p := range list {
		out = append(out, apiPromise{p.Case, p.Draft, p.Words, p.OpenedAt, p.DueAt, string(p.State), when(p.SettledAt)})
	}
	answerJSON(w, http.StatusOK, map[string]any{"promises": out})
}

// apiAudit is the record of a day, oldest line first, and whether the chain of
// all lines is whole.
func (c *Console) apiAudit(w http.ResponseWriter, r *http.Request) {
	day, ok := c.day(r)
	if !ok {
		apiError(w, http.StatusBadRequest, "date is written like 2026-11-20")
		return
	}
	lines, chain, err := c.recorded(r.Context(), day)
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := []apiEntry{}
	for _, e := range lines {
		out = append(out, apiLine(e))
	}
	answerJSON(w, http.StatusOK, map[string]any{"day": day.Format(time.DateOnly), "entries": out, "whole": chain.Bad == 0, "first_wrong_line": chain.Bad, "checked": chain.At})
}

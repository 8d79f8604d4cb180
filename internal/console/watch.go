package console

import (
	"net/http"
	"slices"
	"strconv"

	"rasid/internal/cases"
	"rasid/responder"
)

// incidentRow is one incident with the card that the chats show.
type incidentRow struct {
	cases.Incident
	Card responder.Card
}

// incidents reads the incidents and renders their cards; open ones only, or
// all.
func (c *Console) incidents(r *http.Request, all bool) ([]incidentRow, error) {
	list, err := c.Incidents(r.Context())
	if err != nil {
		return nil, err
	}
	var rows []incidentRow
	for _, i := range list {
		if !all && !i.Open() {
			continue
		}
		card, err := c.Incident(r.Context(), i, c.languageOf(r))
		if err != nil {
			return nil, err
		}
		rows = append(rows, incidentRow{i, card})
	}
	return rows, nil
}

func (c *Console) showIncidents(w http.ResponseWriter, r *http.Request) {
	rows, err := c.incidents(r, true)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, "incidents", rows)
}

// statement takes the press that approves the holding statement of an incident.
func (c *Console) statement(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	answer, err := c.decide(r, responder.Decision{Action: responder.ActStatement, Case: id})
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.tell(w, r, answer)
	http.Redirect(w, r, "/incidents", http.StatusSeeOther)
}

// promiseRow is one promise that a customer waits for.
type promiseRow struct {
	cases.Promise
	Late bool
}

// pastPromises is how many promises of the past are shown.
const pastPromises = 50

// promisesView is what customers wait for, and how earlier promises ended.
type promisesView struct{ Waiting, Past []promiseRow }

func (c *Console) showPromises(w http.ResponseWriter, r *http.Request) {
	list, err := c.Promises(r.Context())
	if err != nil {
		c.problem(w, r, err)
		return
	}
	var v promisesView
	for _, p := range list {
		row := promiseRow{p, p.DueAt.Before(c.Clock())}
		switch {
		case p.SettledAt.IsZero():
			v.Waiting = append(v.Waiting, row)
		case len(v.Past) < pastPromises && p.State != cases.PromiseVoid:
			v.Past = append(v.Past, row)
		}
	}
	slices.Reverse(v.Waiting) // the most urgent first
	c.render(w, r, http.StatusOK, "promises", v)
}

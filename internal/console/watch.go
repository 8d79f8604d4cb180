package console

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/digest"
)

// incidents reads the incidents and what is told of each; open ones only, or
// all.
func (c *Console) incidents(r *http.Request, all bool) ([]responder.IncidentDetail, error) {
	list, err := c.Incidents(r.Context())
	if err != nil {
		return nil, err
	}
	var rows []responder.IncidentDetail
	for _, i := range list {
		if !all && !i.Open() {
			continue
		}
		d, err := c.Incident(r.Context(), i)
		if err != nil {
			return nil, err
		}
		rows = append(rows, d)
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

// trend are the bars of six counts, sixty units wide and high; none when
// nothing was said.
func trend(counts [6]int) []digest.Box {
	most := slices.Max(counts[:])
	if most == 0 {
		return nil
	}
	var bars []digest.Box
	for i, n := range counts {
		height := 60 * n / most
		bars = append(bars, digest.Box{X: 10 * i, Y: 60 - height, W: 8, H: height})
	}
	return bars
}

// commandPattern is a command of the chats at the beginning of its help.
var commandPattern = regexp.MustCompile(`^/[a-z]+(?: (?:[A-Z]+|\[[^\]]+\]|[0-9a-f]{8}))*`)

// command parts the help of a command from the command, which is written from
// left to right.
func command(help string) [2]string {
	c := commandPattern.FindString(help)
	return [2]string{c, help[len(c):]}
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

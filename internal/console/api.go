package console

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// The shapes of the API. They are written out, so that a change inside does
// not change what other programs read; openapi.json describes them.
type (
	apiCase struct {
		ID       int64        `json:"id"`
		State    string       `json:"state"`
		Level    int          `json:"level"`
		Source   string       `json:"source"`
		Author   string       `json:"author"`
		Score    apiScore     `json:"score"`
		Mentions []apiMention `json:"mentions"`
		Drafts   []apiDraft   `json:"drafts"`
		Opened   time.Time    `json:"opened"`
		Updated  time.Time    `json:"updated"`
		Answered *time.Time   `json:"answered,omitempty"`
		Due      *time.Time   `json:"due,omitempty"`
		History  []apiEntry   `json:"history,omitempty"`
		Outbox   []apiSend    `json:"outbox,omitempty"`
	}
	apiScore struct {
		Label    string   `json:"label"`
		Value    float64  `json:"value"`
		Severity string   `json:"severity"`
		Language string   `json:"language"`
		Dialect  string   `json:"dialect"`
		Topics   []string `json:"topics"`
		Signals  []string `json:"signals"`
	}
	apiMention struct {
		ID     string    `json:"id"`
		Author string    `json:"author"`
		Title  string    `json:"title"`
		Text   string    `json:"text"`
		URL    string    `json:"url"`
		Stars  int       `json:"stars"`
		Posted time.Time `json:"posted"`
		Ours   bool      `json:"ours"`
		Gone   bool      `json:"gone"`
	}
	apiDraft struct {
		Version  int          `json:"version"`
		Text     string       `json:"text"`
		Language string       `json:"language"`
		By       string       `json:"by"`
		At       time.Time    `json:"at"`
		Findings []apiFinding `json:"findings"`
	}
	apiFinding struct {
		Kind  string `json:"kind"`
		Words string `json:"words"`
		Block bool   `json:"block"`
	}
	apiEntry struct {
		Seq   int64     `json:"seq"`
		Case  int64     `json:"case"`
		Event string    `json:"event"`
		From  string    `json:"from"`
		To    string    `json:"to"`
		By    string    `json:"by"`
		Draft int       `json:"draft"`
		Note  string    `json:"note"`
		At    time.Time `json:"at"`
		Hash  string    `json:"hash"`
	}
	apiSend struct {
		Draft    int    `json:"draft"`
		State    string `json:"state"`
		Attempts int    `json:"attempts"`
		Error    string `json:"error"`
		URL      string `json:"url"`
	}
	apiDecision struct {
		Action string `json:"action"`
		Draft  int    `json:"draft"`
		Text   string `json:"text"`
	}
	apiAnswer struct {
		Done bool   `json:"done"`
		Say  string `json:"say"`
	}
)

// apiRoutes is the whole API; openapi.json lists the same.
func (c *Console) apiRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /api/v1/cases":       c.apiCases,
		"GET /api/v1/cases/{id}":  c.apiOne,
		"POST /api/v1/cases/{id}": c.apiDecide,
		"POST /api/v1/reports":    c.apiReport,
		"GET /api/v1/counts":      c.apiCounts,
		"GET /api/v1/digest":      c.apiDigest,
		"GET /api/v1/sources":     c.apiSources,
		"GET /api/v1/export":      c.export,

		"GET /api/v1/incidents":       c.apiIncidents,
		"POST /api/v1/incidents/{id}": c.apiStatement,
		"GET /api/v1/promises":        c.apiPromises,
		"GET /api/v1/audit":           c.apiAudit,

		"GET /api/v1/wordings":         c.apiWordings,
		"DELETE /api/v1/wordings/{id}": c.apiForget,
		"GET /api/v1/posting":          c.apiPosting,
		"POST /api/v1/posting/stop":    c.apiSwitch(responder.CmdStop),
		"POST /api/v1/posting/resume":  c.apiSwitch(responder.CmdResume),
	}
}

// caller lets programs through that bring a key with a fitting scope. Cookies
// count for nothing here, so that no site can make a browser call it.
func (c *Console) caller(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if !c.limits.allow("api "+c.visitor(r).String(), callsPerMinute, time.Minute) {
			w.Header().Set("Retry-After", "60")
			apiError(w, http.StatusTooManyRequests, "more than 600 calls in a minute")
			return
		}
		who, scope, err := c.program(r)
		switch {
		case err != nil:
			c.Log.Error("key not read", "err", err)
			apiError(w, http.StatusInternalServerError, "the records do not answer")
		case who.ID == "":
			w.Header().Set("WWW-Authenticate", `Bearer realm="rasid"`)
			apiError(w, http.StatusUnauthorized, "a key is needed: Authorization: Bearer rasid_…; make one with `rasid token`")
		case r.Method != http.MethodGet && scope != ScopeAct:
			apiError(w, http.StatusForbidden, "this key may only read")
		default:
			next(w, r.WithContext(withPerson(r.Context(), who)))
		}
	})
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller went away: nobody is left to tell
}

func apiError(w http.ResponseWriter, status int, why string) {
	answerJSON(w, status, map[string]string{"error": why})
}

func (c *Console) apiProblem(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, cases.ErrNotFound) {
		apiError(w, http.StatusNotFound, "there is no such thing")
		return
	}
	c.Log.Error("call not served", "path", r.URL.Path, "err", err)
	apiError(w, http.StatusInternalServerError, "this did not work; the log says why")
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (c *Console) apiShape(k cases.Case) apiCase {
	s := k.Score
	out := apiCase{
		ID: k.ID, State: string(k.State), Level: k.Level, Source: k.Source, Author: k.Author, Opened: k.OpenedAt, Updated: k.UpdatedAt,
		Answered: when(k.AnsweredAt), Due: when(c.due(k)), Mentions: []apiMention{}, Drafts: []apiDraft{},
		Score: apiScore{s.Label, s.Value, s.Severity.String(), s.Language, s.Dialect, append([]string{}, s.Topics...), append([]string{}, s.Signals...)},
	}
	for _, m := range k.Mentions {
		out.Mentions = append(out.Mentions, apiMention{m.ID, m.Author, m.Title, m.Text, m.URL, m.Stars, m.PostedAt, m.Ours, m.Gone})
	}
	for _, d := range k.Drafts {
		draft := apiDraft{d.Version, d.Text, d.Language, d.By, d.At, []apiFinding{}}
		for _, f := range d.Findings {
			draft.Findings = append(draft.Findings, apiFinding(f))
		}
		out.Drafts = append(out.Drafts, draft)
	}
	return out
}

func apiLine(e cases.Entry) apiEntry {
	return apiEntry{e.Seq, e.Case, string(e.Event), string(e.From), string(e.To), e.By, e.Draft, e.Note, e.At, e.Hash}
}

func (c *Console) apiCases(w http.ResponseWriter, r *http.Request) {
	f, v := asked(r.URL.Query())
	if why := misread(r.URL.Query(), v); why != "" {
		apiError(w, http.StatusBadRequest, why)
		return
	}
	f.Limit++
	list, err := c.Record.List(r.Context(), f)
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := struct {
		Cases []apiCase `json:"cases"`
		Next  int       `json:"next,omitempty"` // skip of the next page
	}{Cases: []apiCase{}}
	if len(list) > pageSize {
		list, out.Next = list[:pageSize], f.Skip+pageSize
	}
	for _, k := range list {
		out.Cases = append(out.Cases, c.apiShape(k))
	}
	answerJSON(w, http.StatusOK, out)
}

func (c *Console) apiOne(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		c.apiProblem(w, r, cases.ErrNotFound)
		return
	}
	k, err := c.Record.Case(r.Context(), id)
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := c.apiShape(k)
	history, err := c.Record.History(r.Context(), id)
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	for _, e := range history {
		out.History = append(out.History, apiLine(e))
	}
	sends, err := c.Detail.Outbox(r.Context(), id)
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	for _, s := range sends {
		if s.Kind == cases.SendReply {
			out.Outbox = append(out.Outbox, apiSend{s.Reply.Draft, string(s.State), s.Attempts, s.LastError, s.Receipt.URL})
		}
	}
	answerJSON(w, http.StatusOK, out)
}

// decision reads the body of a call.
func decision(w http.ResponseWriter, r *http.Request) (d apiDecision, ok bool) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		apiError(w, http.StatusUnsupportedMediaType, "want Content-Type: application/json")
		return d, false
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		apiError(w, http.StatusBadRequest, "the body is not what openapi.json asks for")
		return d, false
	}
	return d, true
}

func (c *Console) apiDecide(w http.ResponseWriter, r *http.Request) {
	d, ok := decision(w, r)
	if !ok {
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || strings.HasPrefix(d.Action, "/") {
		c.apiProblem(w, r, cases.ErrNotFound)
		return
	}
	c.apiSay(w, r, responder.Decision{Action: responder.Action(d.Action), Case: id, Draft: d.Draft, Text: d.Text})
}

func (c *Console) apiReport(w http.ResponseWriter, r *http.Request) {
	if d, ok := decision(w, r); ok {
		c.apiSay(w, r, responder.Decision{Action: responder.CmdReport, Text: d.Text})
	}
}

// apiSay decides, and tells what the clerk said: 409 when it was refused.
func (c *Console) apiSay(w http.ResponseWriter, r *http.Request, d responder.Decision) {
	answer, err := c.decide(r, d)
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	status := http.StatusOK
	if answer.Alert || answer.Ask != "" {
		status = http.StatusConflict
	}
	answerJSON(w, status, apiAnswer{Done: status == http.StatusOK, Say: answer.Text})
}

// openapi describes the API to programs and their writers.
func (c *Console) openapi(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, assets, "openapi.json")
}

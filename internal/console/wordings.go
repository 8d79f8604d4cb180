package console

import (
	"net/http"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

// wordingsView is what staff saved for drafts to come.
type wordingsView struct {
	Rows []wordingRow
	May  bool // the visitor may stop the use of one
}

// wordingRow is one saved wording, its places named in the reader's language.
type wordingRow struct {
	responder.Wording
	Dir   string
	Topic string
	Parts []Part
}

func (c *Console) showWordings(w http.ResponseWriter, r *http.Request) {
	if c.Wordings == nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	list, err := c.Wordings()
	if err != nil {
		c.problem(w, r, err)
		return
	}
	say := c.words[c.languageOf(r)]
	v := wordingsView{May: person(r).Role >= responder.Needs(responder.CmdForget)}
	for _, s := range list {
		row := wordingRow{Wording: s, Dir: "ltr", Topic: topicWord(say, s.Topic), Parts: named(say, responder.Visible(s.Text))}
		if s.Language == "ar" {
			row.Dir = "rtl"
		}
		v.Rows = append(v.Rows, row)
	}
	c.render(w, r, http.StatusOK, "wordings", v)
}

type (
	apiWording struct {
		ID       string     `json:"id"`
		Language string     `json:"language"`
		Topic    string     `json:"topic"`
		Text     string     `json:"text"`
		By       string     `json:"by"`
		Case     int64      `json:"case,omitempty"`
		Saved    *time.Time `json:"saved,omitempty"`
	}
	apiSwitched struct {
		Stopped bool       `json:"stopped"`
		By      string     `json:"by,omitempty"`
		Why     string     `json:"why,omitempty"`
		Since   *time.Time `json:"since,omitempty"`
	}
)

func (c *Console) apiWordings(w http.ResponseWriter, r *http.Request) {
	out := []apiWording{}
	if c.Wordings != nil {
		list, err := c.Wordings()
		if err != nil {
			c.apiProblem(w, r, err)
			return
		}
		for _, s := range list {
			out = append(out, apiWording{s.ID, s.Language, s.Topic, s.Text, s.By, s.Case, when(s.At)})
		}
	}
	answerJSON(w, http.StatusOK, map[string]any{"wordings": out})
}

// apiForget stops the use of a wording.
func (c *Console) apiForget(w http.ResponseWriter, r *http.Request) {
	c.apiSay(w, r, responder.Decision{Action: responder.CmdForget, Text: r.PathValue("id")})
}

// apiPosting says whether somebody stopped all posting.
func (c *Console) apiPosting(w http.ResponseWriter, r *http.Request) {
	stop, err := c.Stopped(r.Context())
	if err != nil {
		c.apiProblem(w, r, err)
		return
	}
	out := apiSwitched{Stopped: stop.On}
	if stop.On {
		out.By, out.Why, out.Since = stop.By, stop.Why, when(stop.At)
	}
	answerJSON(w, http.StatusOK, out)
}

// apiSwitch stops all posting, or lets it go on.
func (c *Console) apiSwitch(a responder.Action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if d, ok := decision(w, r); ok {
			c.apiSay(w, r, responder.Decision{Action: a, Text: d.Text})
		}
	}
}

// topicWord is a topic in words; what only templates know is called other.
func topicWord(say *phrases.Catalogue, topic string) string {
	if key := "topic." + topic; say.Has(key) {
		return say.Say(key)
	}
	return say.Say("topic.other")
}

// named cuts a wording at the places of what differs from case to case, and
// names them.
func named(say *phrases.Catalogue, text string) (parts []Part) {
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		place, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(parts, Part{Text: text})
		}
		if before != "" {
			parts = append(parts, Part{Text: before})
		}
		parts = append(parts, Part{Text: say.Say("page.place." + place), Kind: "place"})
		text = after
	}
	return parts
}

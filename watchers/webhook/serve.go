package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/webhook"
	"rasid/watchers"
)

const (
	// maxBody bounds one message.
	maxBody = 1 << 20
	// maxMentions bounds what one message may hold.
	maxMentions = 500
	// maxFaults bounds the mistakes that one answer lists.
	maxFaults = 50
)

// answer is what a sender is told.
type answer struct {
	Accepted int     `json:"accepted"` // mentions taken; a repeated message counts again and is stored once
	Errors   []fault `json:"errors,omitempty"`
}

// fault is one mistake, by field.
type fault struct {
	Field   string `json:"field"`
	Problem string `json:"problem"`
	Write   string `json:"write,omitempty"`
}

// ServeHTTP takes one message. Strangers are turned away before their message
// is read, and are not told why. "Accepted" is said only once the message is
// on disk.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "", "only POST")
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "Content-Type", "must be application/json")
		return
	}
	now := s.now()
	id, err := webhook.Fresh(r.Header, now)
	if err != nil {
		refuse(w, http.StatusUnauthorized, "", "not a signed message of the last five minutes")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "", fmt.Sprintf("larger than %d bytes", maxBody))
		return
	case err != nil:
		return // the sender went away
	}
	if err := s.keys.Verify(r.Header, now, body); err != nil {
		refuse(w, http.StatusUnauthorized, "", "not a signed message of the last five minutes")
		return
	}
	mentions, faults := read(body, now)
	if len(faults) > 0 {
		reply(w, http.StatusUnprocessableEntity, answer{Errors: faults})
		return
	}
	item := cases.InboxItem{Account: s.account(), Key: id, Body: body, At: now}
	if err := s.inbox.PutInbox(r.Context(), s.account(), []cases.InboxItem{item}, id); err != nil {
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "", "it cannot be stored now; send it again")
		return
	}
	reply(w, http.StatusAccepted, answer{Accepted: len(mentions)})
}

// read turns a message into mentions: one object, or {"mentions": [ … ]}.
// Either all of it is good or nothing is taken, so that the sender can mend it
// and send it again.
func read(body []byte, received time.Time) ([]cases.Mention, []fault) {
	var whole watchers.Entry
	if err := decode(body, &whole); err != nil {
		return nil, []fault{{Problem: "is not a JSON object: " + err.Error(), Write: `{"id": "17", "text": "…"} or {"mentions": [ … ]}`}}
	}
	list, several := whole["mentions"]
	if !several {
		return check([]any{map[string]any(whole)}, received, func(int) string { return "" })
	}
	all, isList := list.([]any)
	switch {
	case len(whole) > 1:
		return nil, []fault{{Field: "mentions", Problem: "stands beside other fields", Write: `{"mentions": [ … ]} and nothing else`}}
	case !isList || len(all) == 0 || len(all) > maxMentions:
		return nil, []fault{{Field: "mentions", Problem: fmt.Sprintf("must be a list of 1 to %d mentions", maxMentions), Write: `[{"id": "17", "text": "…"}]`}}
	}
	return check(all, received, func(i int) string { return fmt.Sprintf("mentions[%d].", i) })
}

func check(all []any, received time.Time, at func(int) string) ([]cases.Mention, []fault) {
	var mentions []cases.Mention
	var faults []fault
	seen := map[string]bool{}
	for i, v := range all {
		e, ok := v.(map[string]any)
		if !ok {
			faults = append(faults, fault{Field: at(i), Problem: "is not an object", Write: `{"id": "17", "text": "…"}`})
			continue
		}
		m, wrong := watchers.Entry(e).Mention(received)
		if _, given := e["id"]; !given {
			wrong = append(wrong, cases.Fault{Field: "id", Problem: "is missing", Write: "text that is the same each time the same thing is told"})
		} else if seen[m.ID] {
			wrong = append(wrong, cases.Fault{Field: "id", Problem: "stands twice in one message", Write: "each mention once"})
		}
		seen[m.ID] = true
		for _, f := range wrong {
			faults = append(faults, fault{Field: at(i) + f.Field, Problem: f.Problem, Write: f.Write})
		}
		mentions = append(mentions, m)
	}
	return mentions, faults[:min(len(faults), maxFaults)]
}

// decode reads exactly one JSON value and keeps numbers as they were written:
// ids are often too long for a float.
func decode(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}

func refuse(w http.ResponseWriter, code int, field, problem string) {
	reply(w, code, answer{Errors: []fault{{Field: field, Problem: problem}}})
}

func reply(w http.ResponseWriter, code int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(a) // a sender who went away needs no answer
}

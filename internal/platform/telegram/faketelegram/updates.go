package faketelegram

import (
	"encoding/json"
	"net/http"
	"time"
)

// How long the server keeps updates that nobody fetches.
const (
	keepMessages  = 24 * time.Hour
	keepCallbacks = 150 * time.Second
	maxWait       = 50 * time.Second
)

type update struct {
	id      int64
	kind    string
	body    json.RawMessage
	expires time.Time
}

// pollMemory is what the server remembers of the last poll.
type pollMemory struct {
	offset int64
	ended  time.Time
	any    bool
}

// push queues an update; s.mu is held.
func (s *Server) push(kind string, body any) {
	if s.allowed != nil && !s.allowed[kind] {
		return
	}
	raw, err := json.Marshal(map[string]any{"update_id": s.updateID, kind: body})
	if err != nil { // maps of plain values always encode
		return
	}
	s.pushRaw(kind, raw)
}

func (s *Server) pushRaw(kind string, raw json.RawMessage) {
	keep := keepMessages
	if kind == "callback_query" {
		keep = keepCallbacks
	}
	s.queue = append(s.queue, update{s.updateID, kind, raw, s.now().Add(keep)})
	s.updateID++
	close(s.changed)
	s.changed = make(chan struct{})
}

// PushRaw queues an update whose body is whatever the test wants. Every %d in
// it becomes the update's number.
func (s *Server) PushRaw(format func(id int64) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushRaw("raw", json.RawMessage(format(s.updateID)))
}

// JumpIDs makes update numbers go on from id, as they do after a week of
// silence.
func (s *Server) JumpIDs(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updateID = id
}

// RepeatLast queues the last update once more under a new number.
func (s *Server) RepeatLast() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return
	}
	last := s.queue[len(s.queue)-1]
	var body map[string]json.RawMessage
	if json.Unmarshal(last.body, &body) == nil {
		s.push(last.kind, body[last.kind])
	}
}

// Reorder turns the order of the waiting updates around, numbers included.
func (s *Server) Reorder() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, j := 0, len(s.queue)-1; i < j; i, j = i+1, j-1 {
		s.queue[i], s.queue[j] = s.queue[j], s.queue[i]
	}
}

// Waiting returns how many updates nobody confirmed yet.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return len(s.queue)
}

// SetWebhook makes getUpdates answer 409, as while a webhook is set.
func (s *Server) SetWebhook(set bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhook = set
}

func (s *Server) expire() {
	kept := s.queue[:0]
	for _, u := range s.queue {
		if s.now().Before(u.expires) {
			kept = append(kept, u)
		}
	}
	s.queue = kept
}

// getUpdates serves one poll. A second poll ends the first with 409.
func (s *Server) getUpdates(r *http.Request) reply {
	s.mu.Lock()
	if s.webhook {
		s.mu.Unlock()
		return refuse(http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	s.allow(r.Form.Get("allowed_updates"))
	if s.poll != nil {
		close(s.poll)
	}
	mine := make(chan struct{})
	s.poll = mine
	offset := number(r, "offset")
	s.confirm(offset)
	s.mu.Unlock()

	wait := min(time.Duration(number(r, "timeout"))*time.Second, maxWait)
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		batch, changed := s.batch(r, offset), s.changed
		s.mu.Unlock()
		if len(batch) == 0 && wait > 0 {
			select {
			case <-mine:
				return refuse(http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
			case <-changed:
				continue
			case <-deadline.C:
			case <-r.Context().Done():
			case <-s.closed:
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.poll == mine {
			s.poll = nil
		}
		s.lastPoll = pollMemory{offset, s.now(), len(batch) > 0}
		return ok(batch)
	}
}

// allow keeps the list of wanted kinds; without one the last list stays.
func (s *Server) allow(list string) {
	var kinds []string
	if json.Unmarshal([]byte(list), &kinds) != nil || len(kinds) == 0 {
		return
	}
	s.allowed = map[string]bool{}
	for _, k := range kinds {
		s.allowed[k] = true
	}
}

// confirm drops what the caller has seen. A negative offset drops all but the
// last; one beyond the queue is taken for a restart and confirms nothing.
func (s *Server) confirm(offset int64) {
	s.expire()
	switch {
	case offset < 0:
		s.queue = s.queue[max(0, len(s.queue)+int(offset)):]
	case offset == 0 || offset > s.updateID:
	default:
		kept := s.queue[:0]
		for _, u := range s.queue {
			if u.id >= offset {
				kept = append(kept, u)
			}
		}
		s.queue = kept
	}
}

// batch returns what a poll would get now. Polling again with the same offset
// within half a second brings one update only.
func (s *Server) batch(r *http.Request, offset int64) []json.RawMessage {
	limit := number(r, "limit")
	if limit < 1 || limit > 100 {
		limit = 100
	}
	if s.lastPoll.any && s.lastPoll.offset == offset && s.now().Sub(s.lastPoll.ended) < 500*time.Millisecond {
		limit = 1
	}
	out := []json.RawMessage{}
	for _, u := range s.queue[:min(int64(len(s.queue)), limit)] {
		out = append(out, u.body)
	}
	return out
}

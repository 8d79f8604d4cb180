package stackexchange

import (
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/platform/faketest"
)

// fake is one site: questions by activity, by page, and by id. It always
// compresses, errors too, and counts the day's requests.
type fake struct {
	*httptest.Server
	faketest.Mood
	mu sync.Mutex

	questions []*fakeQuestion
	quota     int
	backoff   int
	asked     int
	cut       int // no page holds more; 0 = 100
}

type fakeQuestion struct {
	question
	tags    []string
	active  int64 // an answer or an edit
	deleted bool
}

const key = "CANARY-key"

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{quota: 300}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2.3/search/advanced", f.list)
	mux.HandleFunc("GET /2.3/search", f.list)
	mux.HandleFunc("GET /2.3/questions/{ids}", f.byID)
	f.Server = httptest.NewServer(f.Guard(faketest.InTurn(&f.mu, f.metered(mux))))
	t.Cleanup(f.Close)
	return f
}

func answerWith(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(code)
	z := gzip.NewWriter(w)
	_ = json.NewEncoder(z).Encode(v)
	_ = z.Close()
}

func refuse(w http.ResponseWriter, id int, name, message string) {
	answerWith(w, 400, map[string]any{"error_id": id, "error_name": name, "error_message": message})
}

func (f *fake) metered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked++
		q := r.URL.Query()
		switch k := q.Get("key"); {
		case f.quota <= 0:
			refuse(w, 502, "throttle_violation", "too many requests from this IP, more requests available in 3600 seconds")
		case k != "" && k != key:
			refuse(w, 400, "bad_parameter", "`key` doesn't match a known application")
		case q.Get("site") != "stackoverflow":
			refuse(w, 400, "bad_parameter", "No site found for name `"+q.Get("site")+"`")
		default:
			f.quota--
			next.ServeHTTP(w, r)
		}
	})
}

func (f *fake) send(w http.ResponseWriter, found []question, more bool) {
	if found == nil {
		found = []question{}
	}
	out := map[string]any{"items": found, "has_more": more, "quota_max": 300, "quota_remaining": f.quota}
	if f.backoff > 0 {
		out["backoff"] = f.backoff
	}
	answerWith(w, 200, out)
}

func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size, _ := strconv.Atoi(q.Get("pagesize"))
	page, _ := strconv.Atoi(q.Get("page"))
	least, err := strconv.ParseInt(q.Get("min"), 10, 64)
	if size < 1 || size > 100 || page < 1 || err != nil || q.Get("sort") != "activity" || q.Get("q")+q.Get("tagged") == "" {
		refuse(w, 400, "bad_parameter", "pagesize, page, min, sort, q or tagged")
		return
	}
	if f.cut > 0 {
		size = f.cut
	}
	byActivity := slices.Clone(f.questions)
	slices.SortStableFunc(byActivity, func(a, b *fakeQuestion) int { return int(b.active - a.active) })
	var all []question
	for _, v := range byActivity {
		tagged := slices.ContainsFunc(v.tags, func(t string) bool { return slices.Contains(strings.Split(q.Get("tagged"), ";"), t) })
		worded := q.Get("q") != "" && strings.Contains(v.Title+v.Body, q.Get("q"))
		if !v.deleted && v.active >= least && (tagged || worded) {
			all = append(all, v.question)
		}
	}
	from, end := min((page-1)*size, len(all)), min(page*size, len(all))
	f.send(w, all[from:end], end < len(all))
}

func (f *fake) byID(w http.ResponseWriter, r *http.Request) {
	var found []question
	for id := range strings.SplitSeq(r.PathValue("ids"), ";") {
		for _, v := range f.questions {
			if strconv.FormatInt(v.ID, 10) == id && !v.deleted {
				found = append(found, v.question)
			}
		}
	}
	f.send(w, found, false)
}

// ask adds a question.
func (f *fake) ask(title, body string, at time.Time, tags ...string) *fakeQuestion {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := &fakeQuestion{question: question{ID: int64(1000 + len(f.questions)), Title: title, Body: body, Created: at.Unix(), Link: "https://stackoverflow.com/q/1"}, tags: tags, active: at.Unix()}
	v.Owner.ID, v.Owner.Name = 7, "Omar &amp; co"
	f.questions = append(f.questions, v)
	return v
}

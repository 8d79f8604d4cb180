package fakegoogle

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/platform/faketest"
)

// play guards the calls of Google Play.
func (f *Server) play(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !f.allowed(w, r, "https://www.googleapis.com/auth/androidpublisher"):
		case r.PathValue("pkg") != Package:
			refuse(w, 404, "NOT_FOUND", "Package not found: "+r.PathValue("pkg")+".")
		default:
			next(w, r)
		}
	}
}

func stamp(t time.Time) map[string]any {
	return map[string]any{"seconds": strconv.FormatInt(t.Unix(), 10), "nanos": t.Nanosecond()}
}

func playReview(r *Review) map[string]any {
	user := map[string]any{"text": r.Text, "lastModified": stamp(r.Changed), "starRating": r.Stars, "reviewerLanguage": "ar"}
	if r.Original != "" {
		user["originalText"] = r.Original
	}
	comments := []any{map[string]any{"userComment": user}}
	if r.Answer != "" {
		comments = append(comments, map[string]any{"developerComment": map[string]any{"text": r.Answer, "lastModified": stamp(r.Answered)}})
	}
	return map[string]any{"reviewId": r.ID, "authorName": "سارة", "comments": comments}
}

// playList lists what changed in the last week and has words, newest first.
func (f *Server) playList(w http.ResponseWriter, r *http.Request) {
	var list []any
	for _, v := range slices.Backward(f.Things) {
		if f.Now().Sub(v.Changed) <= 7*24*time.Hour && strings.TrimSpace(v.Text) != "" {
			list = append(list, playReview(v))
		}
	}
	from, size := at(r.URL.Query().Get("token")), min(at(r.URL.Query().Get("maxResults")), 100)
	out := map[string]any{}
	if end := min(from+max(size, 1), len(list)); from < len(list) {
		out["reviews"] = list[from:end]
		if end < len(list) {
			out["tokenPagination"] = map[string]string{"nextPageToken": strconv.Itoa(end)}
		}
	}
	faketest.JSON(w, 200, out)
}

func at(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func (f *Server) playGet(w http.ResponseWriter, r *http.Request) {
	if v := f.Find(r.PathValue("id")); v != nil {
		faketest.JSON(w, 200, playReview(v))
		return
	}
	refuse(w, 404, "NOT_FOUND", "Review not found.")
}

var tags = regexp.MustCompile(`<[^>]*>?`)

func (f *Server) playReply(w http.ResponseWriter, r *http.Request) {
	id, isReply := strings.CutSuffix(r.PathValue("id"), ":reply")
	var in struct{ ReplyText string }
	if !isReply || json.NewDecoder(r.Body).Decode(&in) != nil {
		refuse(w, 400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
		return
	}
	fault, on := f.before(w)
	if !on {
		return
	}
	v := f.Find(id)
	text := strings.TrimSpace(tags.ReplaceAllString(in.ReplyText, ""))
	switch {
	case v == nil:
		refuse(w, 404, "NOT_FOUND", "Review not found.")
		return
	case text == "" || utf8.RuneCountInString(in.ReplyText) > 350:
		refuse(w, 400, "INVALID_ARGUMENT", "The reply text is empty or too long.")
		return
	}
	v.Answer, v.Answered = text, f.Now()
	faketest.After(w, fault, http.StatusOK, map[string]any{"result": map[string]any{"replyText": v.Answer, "lastEdited": stamp(v.Answered)}})
}

// business guards the calls of Business Profile.
func (f *Server) business(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !f.allowed(w, r, "https://www.googleapis.com/auth/business.manage") {
			return
		}
		if f.noQuota {
			faketest.JSON(w, 429, map[string]any{"error": map[string]any{
				"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service 'mybusiness.googleapis.com'.",
				"details": []any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "metadata": map[string]string{"quota_limit_value": "0"}}},
			}})
			return
		}
		next(w, r)
	}
}

func businessReview(r *Review) map[string]any {
	out := map[string]any{
		"name": cmp.Or(r.Location, Location) + "/reviews/" + r.ID, "reviewId": r.ID, "reviewer": map[string]any{"displayName": "سارة"},
		"createTime": r.Created.Format(time.RFC3339Nano), "updateTime": r.Changed.Format(time.RFC3339Nano),
	}
	if r.Stars > 0 {
		out["starRating"] = []string{"ONE", "TWO", "THREE", "FOUR", "FIVE"}[r.Stars-1]
	}
	if r.Text != "" {
		out["comment"] = r.Text
	}
	if r.Link != "" {
		out["reviewReplyUrl"] = r.Link
	}
	if r.Answer != "" {
		out["reviewReply"] = businessAnswer(r)
	}
	return out
}

// businessAnswer is the owner's reply with what came of Google's look at it.
func businessAnswer(r *Review) map[string]any {
	out := map[string]any{"comment": r.Answer, "updateTime": r.Answered.Format(time.RFC3339Nano), "reviewReplyState": cmp.Or(r.State, "APPROVED")}
	if r.Rule != "" {
		out["policyViolation"] = r.Rule
	}
	return out
}

func (f *Server) businessList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	out := f.businessPage(w, []string{Location}, q.Get("orderBy"), q.Get("pageToken"), at(q.Get("pageSize")), businessReview)
	if out != nil {
		out.answer(w, "reviews")
	}
}

// businessBatch lists the reviews of several locations of one account.
func (f *Server) businessBatch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		LocationNames      []string
		PageSize           int
		PageToken, OrderBy string
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.LocationNames) == 0 || len(in.LocationNames) > 50 ||
		slices.ContainsFunc(in.LocationNames, func(l string) bool { return !strings.HasPrefix(l, "accounts/11/") }) {
		refuse(w, 400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
		return
	}
	out := f.businessPage(w, in.LocationNames, in.OrderBy, in.PageToken, in.PageSize, func(v *Review) map[string]any {
		return map[string]any{"name": cmp.Or(v.Location, Location), "review": businessReview(v)}
	})
	if out != nil {
		out.answer(w, "locationReviews")
	}
}

// page is a part of a list; next "" is its end.
type page struct {
	list []any
	next string
}

// answer writes the page under the name its list has; without a next one, no
// token is there.
func (p *page) answer(w http.ResponseWriter, list string) {
	out := map[string]any{list: p.list}
	if p.next != "" {
		out["nextPageToken"] = p.next
	}
	faketest.JSON(w, 200, out)
}

// businessPage is one page of the reviews of some locations, the newest change
// first; nil when it refused.
func (f *Server) businessPage(w http.ResponseWriter, of []string, order, token string, size int, write func(*Review) map[string]any) *page {
	if order != "updateTime desc" || size > 50 {
		refuse(w, 400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
		return nil
	}
	var out page
	for _, v := range slices.Backward(f.Things) {
		if slices.Contains(of, cmp.Or(v.Location, Location)) {
			out.list = append(out.list, write(v))
		}
	}
	from := min(at(token), len(out.list))
	if end := from + max(size, 1); end < len(out.list) {
		out.list, out.next = out.list[from:end], strconv.Itoa(end)
	} else {
		out.list = out.list[from:]
	}
	return &out
}

// reviewAt is the review that a call names, nil when its location has none.
func (f *Server) reviewAt(r *http.Request) *Review {
	v := f.Find(r.PathValue("id"))
	if v == nil || cmp.Or(v.Location, Location) != "accounts/11/locations/"+r.PathValue("location") {
		return nil
	}
	return v
}

func (f *Server) businessGet(w http.ResponseWriter, r *http.Request) {
	if v := f.reviewAt(r); v != nil {
		faketest.JSON(w, 200, businessReview(v))
		return
	}
	refuse(w, 404, "NOT_FOUND", "Requested entity was not found.")
}

func (f *Server) businessReply(w http.ResponseWriter, r *http.Request) {
	var in struct{ Comment string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		refuse(w, 400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
		return
	}
	fault, on := f.before(w)
	if !on {
		return
	}
	v := f.reviewAt(r)
	switch {
	case v == nil:
		refuse(w, 404, "NOT_FOUND", "Requested entity was not found.")
		return
	case strings.TrimSpace(in.Comment) == "" || len(in.Comment) > 4096:
		refuse(w, 400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
		return
	}
	v.Answer, v.Answered, v.State, v.Rule = in.Comment, f.Now(), "PENDING", f.broken
	if v.Rule != "" {
		v.State, f.broken = "REJECTED", ""
	}
	faketest.After(w, fault, http.StatusOK, businessAnswer(v))
}

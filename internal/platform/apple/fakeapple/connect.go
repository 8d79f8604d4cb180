package fakeapple

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rasid/internal/platform/apple"
	"rasid/internal/platform/faketest"
)

// keyed lets those in who bring a token signed by the key.
func (f *Server) keyed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.Mu.Lock()
		defer f.Mu.Unlock()
		if !f.believe(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			refuse(w, 401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.")
			return
		}
		if r.Method == http.MethodGet {
			f.asked++
		}
		next(w, r)
	}
}

// believe checks a token as Apple's page on tokens asks.
func (f *Server) believe(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	var head struct{ Alg, Kid, Typ string }
	var claims struct {
		Iss, Aud string
		Iat, Exp int64
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(sig) != 64 || !decode(parts[0], &head) || !decode(parts[1], &claims) {
		return false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	a, b := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	now := f.Now().Unix()
	return head.Alg == "ES256" && head.Typ == "JWT" && head.Kid == KeyID && ecdsa.Verify(&f.key.PublicKey, sum[:], a, b) &&
		claims.Iss == Issuer && claims.Aud == "appstoreconnect-v1" && claims.Iat <= now && claims.Exp > now && claims.Exp-claims.Iat <= 20*60
}

func decode(part string, v any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, v) == nil
}

type object = map[string]any

// resource is a review as the API gives it; its answer is named only when it
// was asked for.
func (f *Server) resource(r *Review, with bool) (review object, included []any) {
	response := object{"links": object{"related": f.URL + "/v1/customerReviews/" + r.ID + "/response"}}
	if with && r.Answer != "" {
		id := "answer-" + r.ID
		response["data"] = object{"type": "customerReviewResponses", "id": id}
		included = append(included, answer(r, id))
	} else if with {
		response["data"] = nil
	}
	pacific := time.FixedZone("", -7*3600)
	return object{
		"type": "customerReviews", "id": r.ID, "relationships": object{"response": response},
		"attributes": object{
			"rating": r.Stars, "title": r.Title, "body": r.Text, "reviewerNickname": r.Author,
			"createdDate": r.Written.In(pacific).Format(time.RFC3339), "territory": strings.ToUpper(r.Country) + "X",
		},
	}, included
}

func answer(r *Review, id string) object {
	return object{"type": "customerReviewResponses", "id": id, "attributes": object{
		"responseBody": r.Answer, "lastModifiedDate": r.Changed.Format(time.RFC3339), "state": r.State,
	}}
}

func (f *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	switch {
	case r.PathValue("app") != App:
		refuse(w, 404, "NOT_FOUND", "There is no resource of type 'apps' with id '"+r.PathValue("app")+"'")
		return
	case err != nil || limit < 1 || limit > 200:
		refuse(w, 400, "PARAMETER_ERROR.INVALID", "The limit must be between 1 and 200.")
		return
	case q.Get("sort") != "-createdDate":
		refuse(w, 400, "PARAMETER_ERROR.INVALID", "The fake sorts by -createdDate alone.")
		return
	}
	list := f.newest(func(*Review) bool { return true })
	from, _ := strconv.Atoi(q.Get("cursor")) // absent at first
	end := min(from+limit, len(list))
	data, answers := []any{}, []any(nil)
	for _, v := range list[min(from, end):end] {
		res, included := f.resource(v, q.Get("include") == "response")
		data, answers = append(data, res), append(answers, included...)
	}
	links := object{"self": f.URL + r.URL.String()}
	if end < len(list) {
		q.Set("cursor", strconv.Itoa(end))
		links["next"] = f.URL + r.URL.Path + "?" + q.Encode()
	}
	doc := object{"data": data, "links": links}
	if answers != nil {
		doc["included"] = answers
	}
	faketest.JSON(w, 200, doc)
}

func (f *Server) one(w http.ResponseWriter, r *http.Request) {
	v := f.Find(r.PathValue("id"))
	if v == nil {
		refuse(w, 404, "NOT_FOUND", "There is no resource of type 'customerReviews' with id '"+r.PathValue("id")+"'")
		return
	}
	res, included := f.resource(v, r.URL.Query().Get("include") == "response")
	doc := object{"data": res}
	if included != nil {
		doc["included"] = included
	}
	faketest.JSON(w, 200, doc)
}

func (f *Server) respond(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Data struct {
			Type          string
			Attributes    struct{ ResponseBody string }
			Relationships struct {
				Review struct{ Data struct{ Type, ID string } }
			}
		}
	}
	bad := json.NewDecoder(r.Body).Decode(&in)
	f.writes++
	fault, goOn := f.Before(w, func(code int) { refuse(w, code, "FORBIDDEN_ERROR", "This request is forbidden for security reasons") })
	if !goOn {
		return
	}
	text, at := in.Data.Attributes.ResponseBody, in.Data.Relationships.Review.Data
	v := f.Find(at.ID)
	switch {
	case f.reader:
		refuse(w, 403, "FORBIDDEN_ERROR", "This request is forbidden for security reasons")
		return
	case bad != nil || in.Data.Type != "customerReviewResponses" || at.Type != "customerReviews":
		refuse(w, 400, "ENTITY_INVALID", "The request entity is not a valid request document object")
		return
	case v == nil:
		refuse(w, 404, "NOT_FOUND", "There is no resource of type 'customerReviews' with id '"+at.ID+"'")
		return
	case strings.TrimSpace(text) == "" || apple.Fits(text) != nil:
		refuse(w, 409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The provided entity includes an attribute with an invalid value")
		return
	}
	v.Answer, v.State, v.Changed = strings.TrimSpace(text), "PENDING_PUBLISH", f.Now()
	faketest.After(w, fault, 201, object{"data": answer(v, "answer-"+v.ID)})
}

func refuse(w http.ResponseWriter, code int, what, detail string) {
	faketest.JSON(w, code, object{"errors": []any{object{"status": strconv.Itoa(code), "code": what, "title": detail, "detail": detail}}})
}

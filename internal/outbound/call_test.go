package outbound

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"rasid/internal/cases"
)

func TestACallSaysWhatIsKnownAfterwards(t *testing.T) {
	reset := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	seconds := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
	for name, tc := range map[string]struct {
		code   int
		header map[string]string
		body   string
		want   cases.Outcome
		wait   time.Duration
	}{
		"confirmed":               {200, nil, `{"id":"1"}`, cases.WasDelivered, 0},
		"success in other words":  {200, nil, `<html>`, cases.WasUnknown, 0},
		"success cut off":         {200, map[string]string{"Content-Length": "99"}, `{"id":"1"}`, cases.WasUnknown, 0},
		"asked to wait":           {429, map[string]string{"Retry-After": "7"}, ``, cases.WasNotSent, 7 * time.Second},
		"asked to wait for time":  {429, map[string]string{"RateLimit-Reset": seconds}, ``, cases.WasNotSent, 59 * time.Minute},
		"asked to wait until":     {429, map[string]string{"X-RateLimit-Reset": reset}, ``, cases.WasNotSent, 59 * time.Minute},
		"asked to wait, unsaid":   {429, nil, ``, cases.WasNotSent, time.Second},
		"forbidden":               {403, nil, ``, cases.WasRefused, 0},
		"moved":                   {307, map[string]string{"Location": "/x"}, ``, cases.WasRefused, 0},
		"somebody else was first": {409, nil, ``, cases.WasUnknown, 0},
		"out of order":            {503, map[string]string{"Retry-After": "7"}, ``, cases.WasUnknown, 0},
	} {
		url := server(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPut {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			for k, v := range tc.header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(tc.code)
			_, _ = w.Write([]byte(tc.body))
		})
		var got struct{ ID string }
		err := loopback(t, Options{}).CallOnce(t.Context(), Call{Method: http.MethodPut, URL: url, Body: map[string]int{"a": 1}, Into: &got})
		if cases.OutcomeOf(err) != tc.want || tc.want == cases.WasDelivered && got.ID != "1" {
			t.Errorf("%s: %v is %s, want %s", name, err, cases.OutcomeOf(err), tc.want)
		}
		var later *cases.LaterError
		if tc.wait > 0 && (!errors.As(err, &later) || later.After < tc.wait) {
			t.Errorf("%s: %v, want a pause of %v", name, err, tc.wait)
		}
	}
}

func TestALookBeforePostingIsSafeToRepeatUnlessRefused(t *testing.T) {
	for err, want := range map[error]cases.Outcome{
		&StatusError{Code: 502}: cases.WasNotSent, &StatusError{Code: 404}: cases.WasRefused, errors.New("cut off"): cases.WasNotSent, ErrNotJSON: cases.WasNotSent,
	} {
		if got := cases.OutcomeOf(BeforeSending(err)); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
	if BeforeSending(nil) != nil || StatusOf(BeforeSending(&StatusError{Code: 404})) != 404 || StatusOf(errors.New("x")) != 0 {
		t.Error("the status is lost")
	}
}

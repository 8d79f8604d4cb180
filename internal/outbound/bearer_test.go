package outbound

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

func TestAnAccessTokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	signIns, life := 0, `"3600"`
	base := server(t, func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		switch {
		case r.URL.Path == "/token" && (id != "id" || secret != "CANARY" || r.FormValue("grant_type") != "client_credentials" || r.Header.Get("User-Agent") != "named"):
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/token":
			signIns++
			_, _ = w.Write([]byte(`{"access_token":"t","expires_in":` + life + `}`))
		case r.Header.Get("Authorization") != "Bearer t" || r.Header.Get("User-Agent") != "named":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			_, _ = w.Write([]byte(`{"ok":true}`))
		}
	})
	b := &Bearer{
		Base: base + "/", Net: loopback(t, Options{}), Now: func() time.Time { return now }, Header: http.Header{"User-Agent": {"named"}},
		Grant: Fixed(Grant{URL: base + "/token", Form: url.Values{"grant_type": {"client_credentials"}}, Header: BasicAuth("id", "CANARY")}),
	}
	get := func(want int) {
		t.Helper()
		var got struct{ OK bool }
		if err := b.Get(t.Context(), "/thing", &got); err != nil || !got.OK || signIns != want {
			t.Fatalf("%+v %v after %d sign-ins, want %d", got, err, signIns, want)
		}
	}
	get(1)
	now = now.Add(57 * time.Minute)
	get(1)
	now = now.Add(2 * time.Minute)
	life = "null"
	get(2)
	get(2)
	now = now.Add(3 * time.Minute)
	get(3)
	if err := b.Call(t.Context(), Call{Method: http.MethodPost, URL: "/thing"}); err != nil {
		t.Error(err)
	}
	b.Grant = Fixed(Grant{URL: base + "/token", Header: BasicAuth("id", "CANARY-other")})
	now = now.Add(time.Hour)
	err := b.Call(t.Context(), Call{Method: http.MethodPost, URL: "/thing"})
	if cases.OutcomeOf(err) != cases.WasRefused || !errors.Is(err, ErrSignIn) || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("%v", err)
	}
}

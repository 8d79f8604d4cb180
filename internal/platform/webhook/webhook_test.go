package webhook

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"rasid/internal/outbound"
)

// The known answer of the Standard Webhooks reference libraries.
const (
	vectorKey  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID   = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTime = 1614265330
	vectorBody = `{"test": 2432232314}`
	vectorSign = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func keys(t *testing.T, s string) Keys {
	t.Helper()
	k, err := ReadKeys(outbound.Secret(s))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTheKnownAnswerComesOut(t *testing.T) {
	h := http.Header{}
	at := time.Unix(vectorTime, 0)
	keys(t, vectorKey).Sign(h, vectorID, at, []byte(vectorBody))
	if got := h.Get(HeaderSignature); got != vectorSign {
		t.Errorf("signed %s, want %s", got, vectorSign)
	}
	if err := keys(t, vectorKey).Verify(h, at, []byte(vectorBody)); err != nil {
		t.Errorf("our own signature: %v", err)
	}
}

func TestOnlyAnUntamperedFreshMessageIsBelieved(t *testing.T) {
	at := time.Unix(vectorTime, 0)
	other := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	for name, tc := range map[string]struct {
		change func(h http.Header)
		body   string
		key    string
		after  time.Duration
		want   error
	}{
		"as sent":                     {},
		"four minutes later":          {after: 4 * time.Minute},
		"replayed after six minutes":  {after: 6 * time.Minute, want: ErrTime},
		"from the future":             {after: -6 * time.Minute, want: ErrTime},
		"another body":                {body: `{"test": 2432232315}`, want: ErrSignature},
		"another key":                 {key: other, want: ErrSignature},
		"the old key and the new":     {key: other + "\n" + vectorKey},
		"another id":                  {change: func(h http.Header) { h.Set(HeaderID, "msg_x") }, want: ErrSignature},
		"another time":                {change: func(h http.Header) { h.Set(HeaderTimestamp, strconv.Itoa(vectorTime+1)) }, want: ErrSignature},
		"no id":                       {change: func(h http.Header) { h.Del(HeaderID) }, want: ErrUnsigned},
		"an id that moves the border": {change: func(h http.Header) { h.Set(HeaderID, "a.1614265330") }, want: ErrUnsigned},
		"no time":                     {change: func(h http.Header) { h.Del(HeaderTimestamp) }, want: ErrUnsigned},
		"time in words":               {change: func(h http.Header) { h.Set(HeaderTimestamp, "now") }, want: ErrUnsigned},
		"no signature":                {change: func(h http.Header) { h.Del(HeaderSignature) }, want: ErrUnsigned},
		"an empty signature":          {change: func(h http.Header) { h.Set(HeaderSignature, "v1,") }, want: ErrSignature},
		"an unknown version":          {change: func(h http.Header) { h.Set(HeaderSignature, "v2"+strings.TrimPrefix(vectorSign, "v1")) }, want: ErrSignature},
		"a wrong one and a right one": {change: func(h http.Header) { h.Set(HeaderSignature, "v1,AAAA v1a,BBBB "+vectorSign) }},
		"a right one after too many":  {change: func(h http.Header) { h.Set(HeaderSignature, strings.Repeat("v1,AAAA ", maxSignatures)+vectorSign) }, want: ErrSignature},
	} {
		h := http.Header{}
		keys(t, vectorKey).Sign(h, vectorID, at, []byte(vectorBody))
		if tc.change != nil {
			tc.change(h)
		}
		if tc.body == "" {
			tc.body = vectorBody
		}
		if tc.key == "" {
			tc.key = vectorKey
		}
		if err := keys(t, tc.key).Verify(h, at.Add(tc.after), []byte(tc.body)); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestKeysThatAreTooShortOrNotBase64AreRefusedInSilence(t *testing.T) {
	for _, s := range []string{"", "whsec_", "whsec_c2hvcnQ=", "CANARY not base64!", vectorKey + " whsec_c2hvcnQ="} {
		_, err := ReadKeys(outbound.Secret(s))
		if err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

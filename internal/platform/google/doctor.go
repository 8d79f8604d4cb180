package google

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// refusal is what Google answered instead; nil when it did not answer.
func refusal(err error) (status *outbound.StatusError, body string) {
	if errors.As(err, &status) {
		body = string(status.Body)
	}
	return status, body
}

// Diagnose turns the error of a first look into what to do.
func Diagnose(what string, err error) cases.Advice {
	a := cases.Advice{What: what}
	status, body := refusal(err)
	switch {
	case err == nil:
		a.OK = true
	case errors.Is(err, outbound.ErrSignIn) && status != nil:
		a.Fix = "Google does not take the key: make a new JSON key for the service account (Google Cloud, IAM, Service accounts, Keys), or consent again for a refresh token; and look at this machine's clock"
	case strings.Contains(strings.Join(strings.Fields(body), ""), `"quota_limit_value":"0"`):
		a.Fix = "the project's quota is 0, which means that Google has not approved it for the Business Profile APIs yet: ask for access in Google's form for them, then wait for the mail"
	case strings.Contains(body, "SERVICE_DISABLED") || strings.Contains(body, "accessNotConfigured"):
		a.Fix = "the API is switched off for the project: Google Cloud, APIs and services, Enable"
	case status != nil && status.Code == http.StatusTooManyRequests:
		a.Fix = "Google asks to wait: the quota of this hour is used up; look less often (every:)"
	case status != nil && (status.Code == http.StatusForbidden || status.Code == http.StatusUnauthorized):
		a.Fix = "the account may not see it: on Google Play, Users and permissions, invite the service account and give it Reply to reviews; on Business Profile, make the account a manager of the location"
	case status != nil && status.Code == http.StatusNotFound:
		a.Fix = "there is no such app or location for this account: compare the name letter by letter"
	default:
		a.Fix = fmt.Sprintf("it cannot be asked: %v", err)
	}
	return a
}

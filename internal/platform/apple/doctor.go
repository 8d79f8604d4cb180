package apple

import (
	"fmt"
	"net/http"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Diagnose turns the error of a first look at App Store Connect into what to
// do.
func Diagnose(what string, err error) cases.Advice {
	a := cases.Advice{What: what}
	switch outbound.StatusOf(err) {
	case 0:
		if err == nil {
			a.OK = true
			return a
		}
		a.Fix = fmt.Sprintf("it cannot be asked: %v", err)
	case http.StatusUnauthorized:
		a.Fix = "Apple does not take the key: compare key_id and issuer_id with App Store Connect (Users and Access, Integrations), look whether the key was revoked, and look at this machine's clock: a token is good for minutes"
	case http.StatusForbidden:
		a.Fix = "the key's role may not do it: reading and answering reviews need Customer Support, App Manager or Admin, and some teams report that only Admin may answer; make a new key with such a role (Users and Access, Integrations)"
	case http.StatusNotFound:
		a.Fix = "the team has no such app: app is the number in the app's address, behind id"
	case http.StatusTooManyRequests:
		a.Fix = "Apple asks to wait: the calls of this hour are used up; look less often (every:)"
	default:
		a.Fix = fmt.Sprintf("it cannot be asked: %v", err)
	}
	return a
}

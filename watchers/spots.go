package watchers

import (
	"fmt"
	"net/url"
	"strings"
)

// Spot is one thing that a source reads.
type Spot struct {
	Field string // of config.yaml, as locations[1]; "" for the source as a whole
	Same  string // the same however the field was written; unlike it for anything else
	ToUs  bool   // what stands there is said to us, whatever words a source looks for
}

// Spots makes a spot of each item of a list in config.yaml. base tells apart
// what has the same name in several places, such as the tags of two servers.
func Spots(field, base string, items []string) []Spot {
	list := make([]Spot, len(items))
	for i, item := range items {
		list[i] = Spot{Field: fmt.Sprintf("%s[%d]", field, i), Same: base + " " + item}
	}
	return list
}

// Lower returns the items in lower case, for places that do not tell cases
// apart.
func Lower(items []string) []string {
	list := make([]string, len(items))
	for i, item := range items {
		list[i] = strings.ToLower(item)
	}
	return list
}

// Words returns a query in one spelling, so that two of them can be compared.
func Words(query string) string { return strings.ToLower(strings.Join(strings.Fields(query), " ")) }

// Address returns an address in one spelling, so that two of them can be
// compared.
func Address(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return address
	}
	u.Scheme, u.Host, u.Fragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), ""
	return strings.TrimSuffix(u.String(), "/")
}

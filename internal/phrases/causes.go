package phrases

import "strings"

// Cause is what a network, a server or a platform said when something went
// wrong. Where it is known what that means, a phrase begins with that, and what
// was said follows in brackets; otherwise it stands alone. Both are isolated.
type Cause string

// Why writes what was said when something went wrong, as a phrase writes a
// Cause.
func (c *Catalogue) Why(said string) string {
	quoted := FSI + said + PDI
	for _, p := range c.causes {
		if strings.Contains(said, p[0]) {
			return p[1] + " (" + quoted + ")"
		}
	}
	return quoted
}

package cases

import "time"

// Quota is what a platform lets a project do until a moment.
type Quota struct {
	Name   string    // platform and project
	Used   int64     // in the platform's own units
	Most   int64     // until Resets
	Resets time.Time // when it begins anew
}

// Left is how much may still be used.
func (q Quota) Left(now time.Time) int64 {
	if !now.Before(q.Resets) {
		return q.Most
	}
	return max(q.Most-q.Used, 0)
}

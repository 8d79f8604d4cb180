package cases

import "time"

// Stop says how the kill switch stands: while it is on, nothing is posted.
type Stop struct {
	On  bool
	By  string // staff id, Rasid, File, or "terminal:NAME"; "" while it was never turned
	Why string
	At  time.Time // since when
}

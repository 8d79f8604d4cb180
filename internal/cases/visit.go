package cases

import "time"

// Visit is one person being in at the local page: a browser, or a program with
// a key of its own. Only the hash of the key is ever kept.
type Visit struct {
	Hash  string // hex SHA-256 of the key
	Staff string // staff id
	Scope string // "" for a browser; what a program's key may do otherwise
	Label string // what the key is for, in the words of who made it
	Since time.Time
	Seen  time.Time
	Ends  time.Time // never used after it
}

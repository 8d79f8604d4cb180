package cases

import "time"

// Visit is one stay at the local page: of a person with a browser, or of a
// program with a key. Only the hash of the key is ever kept.
type Visit struct {
	Hash  string // hex SHA-256 of the key
	Staff string // staff id
	Scope string // "" for a browser; what a program's key may do otherwise
	Label string // what the key is for, in the words of who made it
	Since time.Time
	Seen  time.Time
	Ends  time.Time // never used after it
}

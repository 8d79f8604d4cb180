//go:build race

package feed

// raceOn: the race detector makes the walk over a document some thirty times
// slower, and measurements under it say nothing.
const raceOn = true

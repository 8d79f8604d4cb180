//go:build race

package mail

// raceOn: under the race detector pools keep nothing, so that buffers used again
// and again are counted each time, and figures of memory say nothing.
const raceOn = true

//go:build unix && !linux

package main

import "golang.org/x/sys/unix"

// How the BSDs, macOS among them, call reading and writing a terminal's
// settings.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)

package main

import "golang.org/x/sys/unix"

// How Linux calls reading and writing a terminal's settings.
const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)

//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// hide makes a terminal show nothing of what is typed; ok is false for what is
// no terminal. restore makes it as it was.
func hide(f *os.File) (restore func(), ok bool) {
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, false
	}
	quiet := *before
	quiet.Lflag &^= unix.ECHO
	quiet.Lflag |= unix.ICANON | unix.ISIG | unix.ECHONL // the line's end is shown
	if unix.IoctlSetTermios(fd, setTermios, &quiet) != nil {
		return nil, false
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }, true
}

package pgtest

import "syscall"

// dieWithUs asks the kernel to end the child when its starter ends.
func dieWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
}

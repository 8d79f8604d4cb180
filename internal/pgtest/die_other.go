//go:build unix && !linux

package pgtest

import "syscall"

// dieWithUs cannot be asked for here: a killed test leaves its server behind.
func dieWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

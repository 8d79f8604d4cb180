//go:build !unix

package store

// Inherit does nothing: there is no root here that would keep others out.
func Inherit(string) {}

// whose is not asked on this system.
func whose(string) (me, owner string) { return "", "" }

// writable is not asked on this system.
func writable(string) error { return nil }

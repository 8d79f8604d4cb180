//go:build unix

package store

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Inherit gives what root made to whoever owns the folder it is in, as SQLite
// does with its log: a command that was once run with sudo must not keep the
// service out of its own files. Where root may not give anything away, as in
// some containers, it stays root's.
func Inherit(name string) {
	if os.Geteuid() != 0 {
		return
	}
	var folder unix.Stat_t
	if unix.Stat(filepath.Dir(name), &folder) == nil {
		_ = os.Lchown(name, int(folder.Uid), int(folder.Gid))
	}
}

// whose says who works here and to whom a file belongs, by name or by number.
func whose(name string) (me, owner string) {
	known := func(id int) string {
		number := strconv.Itoa(id)
		if u, err := user.LookupId(number); err == nil {
			return u.Username
		}
		return number
	}
	var st unix.Stat_t
	if unix.Lstat(name, &st) != nil {
		return known(os.Geteuid()), ""
	}
	return known(os.Geteuid()), known(int(st.Uid))
}

// writable says what keeps whoever works here from writing to a file or making
// another beside it; nil when nothing does.
func writable(name string) error {
	for _, at := range []string{name, filepath.Dir(name)} {
		if err := unix.Access(at, unix.W_OK); err != nil {
			return &os.PathError{Op: "writing", Path: at, Err: err}
		}
	}
	return nil
}

package store

import "golang.org/x/sys/unix"

// fileID is the identity of a file on its disk: a copy has another one, also
// when it takes the place and the inode of a file that was removed.
func fileID(name string) (inode uint64, born int64) {
	var st unix.Statx_t
	if unix.Statx(unix.AT_FDCWD, name, 0, unix.STATX_INO|unix.STATX_BTIME, &st) != nil {
		return 0, 0
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		born = st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
	}
	return st.Ino, born
}

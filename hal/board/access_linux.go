package board

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// access asks whether this process may read and write a file; it does not open it.
func access(path string) error { return unix.Access(path, unix.R_OK|unix.W_OK) }

// groupID is the group that owns a file.
func groupID(path string) (uint32, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return s.Gid, true
}

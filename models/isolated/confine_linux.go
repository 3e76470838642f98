package isolated

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// isPipe reports whether a descriptor is one end of a pipe: what else may be there is the Go runtime's own.
func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}

// inherited opens a descriptor that the parent left us; what we start does not get it.
func inherited(fd uintptr, name string) (*os.File, error) {
	if err := unix.SetNonblock(int(fd), true); err != nil {
		return nil, fmt.Errorf("take over descriptor %d: %w", fd, err)
	}
	unix.CloseOnExec(int(fd))
	return os.NewFile(fd, name), nil
}

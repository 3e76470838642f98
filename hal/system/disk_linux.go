package system

import (
	"errors"
	"syscall"
)

// diskUsed is the used share of the file system at path.
func diskUsed(path string) (float64, error) {
	var s syscall.Statfs_t
	for {
		err := syscall.Statfs(path, &s)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return 0, err
		}
		break
	}
	used := float64(s.Blocks - s.Bfree)
	if used+float64(s.Bavail) == 0 {
		return 0, errors.New("a file system without blocks")
	}
	return used / (used + float64(s.Bavail)), nil
}

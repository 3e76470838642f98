package subprocess

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// Resident are the bytes of a process that are in memory and in no file; zero when there is no such process, or the kernel
// does not tell. Process is a number, or "self". The second number of proc_pid_statm(5) less the third, in pages.
func Resident(process string) uint64 {
	text, err := os.ReadFile(filepath.Join("/proc", process, "statm"))
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 3 {
		return 0
	}
	all, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	shared, err := strconv.ParseUint(string(fields[2]), 10, 64)
	if err != nil || shared > all {
		return 0
	}
	return (all - shared) * uint64(os.Getpagesize())
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"
)

// trimAfter is when starting is over and its code will not be needed soon.
const trimAfter = 10 * time.Second

// trimLater gives back, once, the pages of program code that only starting needed: reading configuration, checking
// models, opening files. Code that is still needed comes back from the page cache within microseconds. Only
// executable mappings are touched, which nothing ever writes to.
func trimLater(ctx context.Context, log *slog.Logger) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(trimAfter):
	}
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		log.Debug("memory not trimmed", "cause", err)
		return
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if err := trimMapping(lines.Text()); err != nil {
			log.Debug("memory not trimmed", "cause", err)
		}
	}
}

// trimMapping reads one line of /proc/self/maps: "from-to perms offset device inode path".
func trimMapping(line string) error {
	f := strings.Fields(line)
	if len(f) < 6 || f[1] != "r-xp" || !strings.HasPrefix(f[5], "/") {
		return nil
	}
	var from, to uintptr
	if _, err := fmt.Sscanf(f[0], "%x-%x", &from, &to); err != nil {
		return fmt.Errorf("read mapping %q: %w", f[0], err)
	}
	_, _, errno := syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED)
	if errno != 0 {
		return fmt.Errorf("madvise %s: %w", f[5], errno)
	}
	return nil
}

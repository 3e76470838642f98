package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"
)

// trimAfter is when starting is over and what it needed will not be needed soon; then the same again at each trimEvery,
// for rare work: a reload, a swap, a look from outside.
const (
	trimAfter = 10 * time.Second
	trimEvery = 5 * time.Minute
)

// trimAtTimes gives back, at its times, the pages of program files that nobody has touched lately: code and constants that
// starting needed to read configuration, check models, open files. What is still needed comes back from the page cache
// within microseconds. Only pages that equal their file are touched: never one that was written to.
func trimAtTimes(ctx context.Context, log *slog.Logger) {
	for wait := trimAfter; ; wait = trimEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := trim(); err != nil {
			log.Debug("memory not trimmed", "cause", err)
			return
		}
	}
}

func trim() error {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return err
	}
	defer f.Close()
	list, err := trimmable(f)
	if err != nil {
		return err
	}
	for _, m := range list {
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("madvise: %w", errno)
		}
	}
	return nil
}

type mapping struct{ from, to uintptr }

// trimmable reads /proc/self/smaps: "from-to perms offset device inode path", then "Name: value kB" lines. It names the
// mappings of files that cannot be written to and hold no page of their own, such as one that the loader relocated.
func trimmable(smaps io.Reader) (list []mapping, err error) {
	var m mapping
	var fits bool
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) >= 5 && strings.Contains(f[0], "-") {
			if _, err := fmt.Sscanf(f[0], "%x-%x", &m.from, &m.to); err != nil {
				return nil, fmt.Errorf("read mapping %q: %w", lines.Text(), err)
			}
			fits = (f[1] == "r-xp" || f[1] == "r--p") && len(f) >= 6 && strings.HasPrefix(f[5], "/")
		}
		if fits && len(f) == 3 && f[0] == "Anonymous:" && f[1] == "0" {
			list = append(list, m)
		}
	}
	return list, nil
}

package system

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

// percent is what a share can be.
var percent = judge.Rule{Min: 0, Max: 100}

// findLoad is the mean number of processes that ran or waited within the last minute (proc_loadavg(5)).
func findLoad(root string) *gauge {
	path := filepath.Join(root, "proc/loadavg")
	if !exists(path) {
		return nil
	}
	return &gauge{channels: []hal.Channel{{Name: "load", Unit: "1"}}, read: func(dst []float32) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(string(b), " ")
		v, err := strconv.ParseFloat(first, 32)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		dst[0] = float32(v)
		return nil
	}}
}

// findMemory is the share of memory that programs could not get now (MemAvailable counts caches as free).
func findMemory(root string) *gauge {
	path := filepath.Join(root, "proc/meminfo")
	if !exists(path) {
		return nil
	}
	return &gauge{channels: []hal.Channel{{Name: "memory_used", Unit: "%"}}, rules: []judge.Rule{percent}, read: func(dst []float32) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		total, available, err := memory(string(b))
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		dst[0] = float32(100 * (1 - available/total))
		return nil
	}}
}

// memory finds the two lines of proc_meminfo(5), in kB.
func memory(info string) (total, available float64, err error) {
	for line := range strings.Lines(info) {
		key, rest, _ := strings.Cut(line, ":")
		to := &total
		switch key {
		case "MemTotal":
		case "MemAvailable":
			to = &available
		default:
			continue
		}
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			return 0, 0, fmt.Errorf("line %q has no number", key)
		}
		n, err := strconv.ParseUint(fields[0], 10, 63)
		if err != nil {
			return 0, 0, fmt.Errorf("line %q: %w", key, err)
		}
		*to = float64(n)
	}
	if total <= 0 || available > total {
		return 0, 0, fmt.Errorf("%g kB available of %g", available, total)
	}
	return total, available, nil
}

// findDisk is the share of the disk that is used, as df counts it: what only root could still use counts as used by
// nobody and free for nobody.
func findDisk(root, path string) *gauge {
	path = filepath.Join(root, path)
	if _, err := diskUsed(path); err != nil {
		return nil
	}
	return &gauge{channels: []hal.Channel{{Name: "disk_used", Unit: "%"}}, rules: []judge.Rule{percent}, read: func(dst []float32) error {
		used, err := diskUsed(path)
		if err != nil {
			return fmt.Errorf("measure the disk of %s: %w", path, err)
		}
		dst[0] = float32(100 * used)
		return nil
	}}
}

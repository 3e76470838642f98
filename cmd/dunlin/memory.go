package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/agent/reconcile"
	"github.com/dunlin-iot/dunlin/internal/subprocess"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// memory is what this process holds and what it may still take: of the machine, or of its control group where that
// allows less. Zero is what the kernel does not tell.
func memory() reconcile.Memory {
	return reconcile.Memory{Resident: residentBytes(), Free: available("/")}
}

// residentBytes are those of this process that are in memory and in no file: what the trim of a quiet agent gives back and
// takes again is no growth.
func residentBytes() uint64 { return subprocess.Resident("self") }

// childBytes are those of the process that a session has for itself.
func childBytes(s engine.Session) uint64 {
	if a, ok := s.(engine.Apart); ok {
		return a.Resident()
	}
	return 0
}

// grown is by how much memory grew; zero when it did not.
func grown(before, after uint64) uint64 { return after - min(before, after) }

// available is what programs can get, as proc_meminfo(5) says, or what the control group leaves when that is less.
// Files are looked for below root.
func available(root string) uint64 {
	free := uint64(0)
	text, _ := os.ReadFile(filepath.Join(root, "proc/meminfo")) // no such file: unknown
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			free = uintOf(strings.TrimSuffix(strings.TrimSpace(rest), " kB")) << 10
		}
	}
	text, _ = os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	for line := range strings.Lines(string(text)) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok { // version 2
			for group = filepath.Clean("/" + group); ; group = filepath.Dir(group) { // each above it has a say, too
				free = leastOf(free, room(filepath.Join(root, "sys/fs/cgroup", group)))
				if group == "/" {
					break
				}
			}
		}
	}
	return free
}

// room is what a control group may still take; zero when it has no limit. Its use counts what it has read of files, which
// fills whatever there is in time and is given back for the asking: not the part that nobody has read again.
func room(group string) uint64 {
	limit, err := os.ReadFile(filepath.Join(group, "memory.max"))
	if err != nil || strings.TrimSpace(string(limit)) == "max" {
		return 0
	}
	used, err := os.ReadFile(filepath.Join(group, "memory.current"))
	if err != nil {
		return 0
	}
	held := uintOf(strings.TrimSpace(string(used)))
	stat, _ := os.ReadFile(filepath.Join(group, "memory.stat")) // no such file: nothing is given back
	for line := range strings.Lines(string(stat)) {
		if cached, ok := strings.CutPrefix(line, "inactive_file "); ok {
			held = grown(uintOf(strings.TrimSpace(cached)), held)
		}
	}
	return max(grown(held, uintOf(strings.TrimSpace(string(limit)))), 1)
}

// leastOf is the smaller of two numbers of which zero is unknown.
func leastOf(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

func uintOf(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

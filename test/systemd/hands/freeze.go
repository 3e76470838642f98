package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// freeze stops the one thread of a process that is inside a library, and leaves the others alone: a computation that
// never comes back. Threads are stopped for a moment, one after the other, until one is found there. It stays frozen
// until ctx ends or the process does.
func freeze(ctx context.Context, pid, library string) error {
	runtime.LockOSThread() // a thread belongs to the thread that traces it
	for ctx.Err() == nil {
		tasks, err := filepath.Glob("/proc/" + pid + "/task/*")
		if err != nil || len(tasks) == 0 {
			return fmt.Errorf("process %s is gone: %w", pid, err)
		}
		for _, task := range tasks {
			tid, err := strconv.Atoi(filepath.Base(task))
			if err != nil {
				return err
			}
			frozen, err := catch(tid, task, library)
			if err != nil {
				return err
			}
			if frozen {
				fmt.Printf("thread %d is frozen inside %s\n", tid, library)
				return errors.Join(ready(), gone(tid))
			}
		}
	}
	return nil
}

// catch stops a thread and keeps it when it is inside the library.
func catch(tid int, task, library string) (kept bool, err error) {
	if err := unix.PtraceSeize(tid); err != nil {
		if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EPERM) {
			return false, nil // ended meanwhile
		}
		return false, fmt.Errorf("seize thread %d: %w", tid, err)
	}
	if err := unix.PtraceInterrupt(tid); err != nil {
		return false, fmt.Errorf("interrupt thread %d: %w", tid, err)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(tid, &status, unix.WALL, nil); err != nil {
		return false, fmt.Errorf("wait for thread %d: %w", tid, err)
	}
	inside, err := isInside(task, library)
	if inside || err != nil {
		return inside, err
	}
	if status.StopSignal() != unix.SIGTRAP { // a signal of its own came first: let it have it
		err = ptraceDetach(tid, status.StopSignal())
	} else {
		err = ptraceDetach(tid, 0)
	}
	if errors.Is(err, unix.ESRCH) {
		err = nil
	}
	return false, err
}

func ptraceDetach(tid int, signal unix.Signal) error {
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_DETACH, uintptr(tid), 0, uintptr(signal), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// isInside compares where a stopped thread is, the last word of its file syscall, with where the library lies
// (proc(5)).
func isInside(task, library string) (bool, error) {
	text, err := os.ReadFile(filepath.Join(task, "syscall"))
	if err != nil {
		return false, err
	}
	words := strings.Fields(string(text))
	if len(words) == 0 || words[0] != "-1" { // in a call to the kernel, or running
		return false, nil
	}
	at, err := strconv.ParseUint(words[len(words)-1], 0, 64)
	if err != nil {
		return false, err
	}
	maps, err := os.ReadFile(filepath.Join(task, "maps"))
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err == nil && from <= at && at < to {
			return strings.Contains(line, library), nil
		}
	}
	return false, nil
}

// gone waits until a traced thread has died.
func gone(tid int) error {
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(tid, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.ECHILD), err == nil && (status.Exited() || status.Signaled()):
			return nil
		case err != nil && !errors.Is(err, unix.EINTR):
			return fmt.Errorf("wait for thread %d: %w", tid, err)
		}
	}
}

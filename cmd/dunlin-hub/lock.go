package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder makes the state folder this process's own until the file is closed. The kernel gives the lock back
// however the process ends, so the file itself may stay behind.
func lockFolder(folder string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(folder, "hub.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock state folder: %w: name another folder with --state", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("state folder %q: another dunlin-hub has it: stop that one, or name another folder with --state", folder)
	} else if err != nil {
		err = fmt.Errorf("lock state folder %q: %w: name another folder with --state", folder, err)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

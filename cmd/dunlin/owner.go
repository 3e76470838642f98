package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/dunlin-iot/dunlin/firmware/trust"
)

// ours refuses to write what is believed as root where it belongs to the daemon's user.
func ours(cfg trust.Config, verb string) error {
	owner, err := ownerOf(cfg.Dir)
	if err != nil {
		return err
	}
	return ownWork(owner, os.Geteuid(), verb)
}

func ownWork(owner, own int, verb string) error {
	if own != 0 || owner == 0 {
		return nil // others get no further than the system lets them
	}
	name := "'#" + strconv.Itoa(owner) + "'"
	if u, err := user.LookupId(strconv.Itoa(owner)); err == nil {
		name = u.Username
	}
	return withCode(exitUsage, fmt.Errorf("what root writes here the daemon could not read: run 'sudo -u %s dunlin trust %s …'", name, verb))
}

// ownerOf is the user of a folder, or of the one that it would be made in.
func ownerOf(dir string) (uid int, err error) {
	info, err := os.Stat(dir)
	if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
		return ownerOf(parent)
	}
	if err != nil {
		return 0, fmt.Errorf("find the owner of what is believed: %w", err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid), nil
	}
	return os.Geteuid(), nil
}

// handOver gives a file that root has written to whoever has its folder.
func handOver(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			err = os.Lchown(path, int(st.Uid), int(st.Gid))
		}
	}
	if err != nil {
		return fmt.Errorf("hand %s over to the owner of its folder: %w", path, err)
	}
	return nil
}

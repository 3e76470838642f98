package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// boot mounts what programs expect and loads the modules in the order that cross/guest wrote down.
func boot() error {
	if err := plain(); err != nil {
		return fmt.Errorf("set up console: %w", err)
	}
	for _, m := range []struct{ kind, at string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}, {"tmpfs", "/run"}} {
		if err := os.MkdirAll(m.at, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.kind, m.at, m.kind, 0, ""); err != nil && err != unix.EBUSY {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	return loadGroup("order", nil)
}

// loadGroup loads the modules of a group of cross/guest that are not there yet, with parameters by name.
func loadGroup(group string, params map[string]string) error {
	order, err := os.ReadFile("/modules/" + group)
	if err != nil {
		return err
	}
	for name := range strings.FieldsSeq(string(order)) {
		if err := load("/modules/"+name+".ko", params[name]); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("load %s: %w", name, err)
		}
	}
	return nil
}

func load(file, params string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.FinitModule(int(f.Fd()), params, 0)
}

// plain turns off what a terminal does for people: echo, and line ends that are two characters.
func plain() error {
	t, err := unix.IoctlGetTermios(0, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Lflag &^= unix.ECHO | unix.ISIG
	t.Oflag &^= unix.OPOST
	return unix.IoctlSetTermios(0, unix.TCSETS, t)
}

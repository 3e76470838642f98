package iiotest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Tree stands for /sys/bus/iio/devices.
type Tree struct {
	Root string
	t    testing.TB
}

// New makes an empty tree that ends with the test.
func New(t testing.TB) *Tree {
	t.Helper()
	return &Tree{Root: t.TempDir(), t: t}
}

// Add makes a device, or a trigger, with attributes.
func (tr *Tree) Add(id string, attrs map[string]string) {
	tr.t.Helper()
	for name, text := range attrs {
		tr.Set(id, name, text)
	}
}

// At makes a device as part of a parent, as the kernel does it: the entry is a link to where the hardware is.
func (tr *Tree) At(id, parent string, attrs map[string]string) {
	tr.t.Helper()
	dir := filepath.Join(tr.t.(interface{ TempDir() string }).TempDir(), parent, id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(tr.Root, id)); err != nil {
		tr.t.Fatal(err)
	}
	tr.Add(id, attrs)
}

// Set writes an attribute.
func (tr *Tree) Set(id, attr, text string) {
	tr.t.Helper()
	path := filepath.Join(tr.Root, id, attr)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		tr.t.Fatal(err)
	}
}

// Remove takes an attribute away.
func (tr *Tree) Remove(id, attr string) {
	tr.t.Helper()
	if err := os.Remove(filepath.Join(tr.Root, id, attr)); err != nil {
		tr.t.Fatal(err)
	}
}

// Get reads an attribute.
func (tr *Tree) Get(id, attr string) string {
	tr.t.Helper()
	b, err := os.ReadFile(filepath.Join(tr.Root, id, attr))
	if err != nil {
		tr.t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// Forbid makes an attribute that root may not write either: a link to one of the running kernel's own that is read-only.
func (tr *Tree) Forbid(id, attr string) {
	tr.t.Helper()
	path := filepath.Join(tr.Root, id, attr)
	if err := os.Remove(path); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.Symlink("/sys/kernel/uevent_seqnum", path); err != nil {
		tr.t.Fatal(err)
	}
}

// Node stands for /dev/iio:deviceN: what Push writes, a source reads.
type Node struct {
	Path string
	file *os.File
	t    testing.TB
}

// NewNode makes a node that ends with the test.
func NewNode(t testing.TB) *Node {
	t.Helper()
	path := filepath.Join(t.TempDir(), "iio")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0) // both, so that it stays open without a reader
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{Path: path, file: f, t: t}
	t.Cleanup(n.End)
	return n
}

// Push queues bytes, at once or not at all: what comes to a queue that is full, for nobody reads it, is lost, as in the
// kernel. After End nothing is queued.
func (n *Node) Push(frames ...byte) {
	raw, err := n.file.SyscallConn()
	if err != nil {
		return // the test has ended it
	}
	var wrote error
	_ = raw.Write(func(fd uintptr) bool { // an error is that of a node that has ended
		_, wrote = syscall.Write(int(fd), frames)
		return true
	})
	if wrote != nil && !errors.Is(wrote, syscall.EAGAIN) {
		n.t.Error(wrote)
	}
}

// End takes the device away: a reader sees the end of the queue.
func (n *Node) End() {
	if err := n.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		n.t.Error(err)
	}
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// file is one file of the initramfs; folders come from the names.
type file struct {
	name    string // without a leading slash
	mode    uint32
	content []byte
}

const (
	typeFolder = 0o040000
	typeFile   = 0o100000
	typeDevice = 0o020000
)

// writeArchive writes an initramfs: the "newc" format of cpio, uncompressed, because unpacking costs an emulated
// processor more than copying. The same files give the same bytes.
func writeArchive(target string, files []file) error {
	tmp := target + ".new"
	f, err := os.Create(tmp)
	if err != nil {
		return err
	}
	w := &archive{w: bufio.NewWriterSize(f, 1<<20), have: map[string]bool{}}
	w.add("dev", typeFolder|0o755, nil, 0)
	w.add("dev/console", typeDevice|0o600, nil, 5<<8|1) // the kernel opens it for the first process
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	for _, one := range files {
		w.parents(one.name)
		w.add(one.name, typeFile|one.mode, one.content, 0)
	}
	w.add("TRAILER!!!", 0, nil, 0)
	if err := errors.Join(w.err, w.w.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, target)
}

type archive struct {
	w    *bufio.Writer
	n    int64
	ino  uint32
	have map[string]bool
	err  error
}

func (a *archive) parents(name string) {
	dir := path.Dir(name)
	if dir == "." || a.have[dir] {
		return
	}
	a.parents(dir)
	a.add(dir, typeFolder|0o755, nil, 0)
}

// add writes a header of thirteen 8-digit hexadecimal numbers after the magic, the name with its zero byte, and the
// content, both padded to four bytes (Documentation/driver-api/early-userspace/buffer-format.rst in the kernel).
func (a *archive) add(name string, mode uint32, content []byte, device uint32) {
	a.have[name] = true
	a.ino++
	links := 1
	if mode&typeFolder != 0 && mode&typeFile != typeFile {
		links = 2
	}
	fields := [13]uint32{a.ino, mode, 0, 0, uint32(links), 0, uint32(len(content)), 0, 0, device >> 8, device & 0xff, uint32(len(name) + 1), 0}
	a.write([]byte("070701"))
	for _, f := range fields {
		a.write(fmt.Appendf(nil, "%08x", f))
	}
	a.write(append([]byte(name), 0))
	a.pad()
	a.write(content)
	a.pad()
}

func (a *archive) pad() { a.write(make([]byte, (4-a.n%4)%4)) }

func (a *archive) write(p []byte) {
	if a.err != nil {
		return
	}
	n, err := a.w.Write(p)
	a.n += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	a.err = err
}

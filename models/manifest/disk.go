package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// FileName is the name of the bundle as one file: "motions-1.dunlin".
func (r Ref) FileName() string { return r.Name + "-" + strconv.Itoa(r.Version) + Suffix }

// Disk is the files of a bundle on disk.
type Disk struct {
	fs.FS
	file *os.File // nil for a folder
}

// OpenDisk opens the folder, or the one file, that holds a bundle. Its content goes to Open, unchecked yet.
func OpenDisk(path string) (*Disk, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	if info.IsDir() {
		return &Disk{FS: os.DirFS(path)}, nil
	}
	if !info.Mode().IsRegular() { // to open a FIFO is to wait for its writer
		return nil, fmt.Errorf("open bundle: %w", refuse(NoFile, "%s is %v, want a folder or a plain file", path, info.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	fsys, err := OpenZip(f, info.Size())
	if err != nil {
		_ = f.Close() // it was only read; the first error says more
		return nil, err
	}
	return &Disk{FS: fsys, file: f}, nil
}

// Stat looks at a file without opening it, where that can be.
func (d *Disk) Stat(name string) (fs.FileInfo, error) { return fs.Stat(d.FS, name) }

// Close ends the use of the files.
func (d *Disk) Close() error {
	if d.file == nil {
		return nil
	}
	return d.file.Close()
}

package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// File is a file that does not have its name yet: what is written to it is there, whole and under its name, when Commit
// returns nil, and gone after Discard. It buffers.
type File struct {
	path string
	file *os.File
	out  *bufio.Writer
	mode os.FileMode
}

// Create begins a file that Commit puts at path, in place of what is there then.
func Create(path string, mode os.FileMode) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("write %q: %w", path, err)
	}
	return &File{path: path, file: f, out: bufio.NewWriterSize(f, 1<<16), mode: mode}, nil
}

func (f *File) Write(p []byte) (int, error) { return f.out.Write(p) }

// Commit gives the file its name. It may be called once, and not after Discard.
func (f *File) Commit() error {
	err := f.out.Flush()
	if err == nil {
		err = settle(f.file, f.path, f.mode)
	} else {
		err = giveUp(f.file, err)
	}
	if err != nil {
		return fmt.Errorf("write %q: %w", f.path, err)
	}
	return nil
}

// Discard removes what was written.
func (f *File) Discard() error {
	return errors.Join(f.file.Close(), os.Remove(f.file.Name()))
}

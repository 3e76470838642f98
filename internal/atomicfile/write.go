package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Write replaces the file at path with data, or leaves the old one untouched. When it returns nil the new content is
// on disk under its name; after a crash at any point the file holds either the old or the new content, whole. FAT, which
// has no journal, promises the first alone.
func Write(path string, data []byte, mode os.FileMode) error {
	if err := write(path, data, mode); err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	return nil
}

func write(path string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return giveUp(f, err)
	}
	return settle(f, path, mode)
}

// settle gives a file that was written its mode and its name, and closes it. Where the name was another file's, FAT writes
// down with the file, not with the folder, where the new one begins: it is synced once more.
func settle(f *os.File, path string, mode os.FileMode) error {
	err := errors.Join(setMode(f, mode), f.Sync())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return giveUp(f, err)
	}
	return errors.Join(f.Sync(), f.Close(), SyncDir(filepath.Dir(path)))
}

// giveUp removes what was written. A disk that has failed once fails at that too, which is no news.
func giveUp(f *os.File, err error) error {
	_, _ = f.Close(), os.Remove(f.Name())
	return err
}

// setMode sets a file's mode. A file that was just made and belongs to somebody else is on a file system without owners,
// such as FAT, where the mount decides on the mode of all files: nothing can be set there, and nobody else could either.
func setMode(f *os.File, mode os.FileMode) error {
	err := f.Chmod(mode)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	info, statErr := f.Stat()
	if statErr != nil {
		return errors.Join(err, statErr)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return nil
	}
	return err
}

// MkdirAll makes a folder and those above it that are missing, as os.MkdirAll does; when it returns nil they are on disk.
func MkdirAll(path string, mode os.FileMode) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		if err := MkdirAll(parent, mode); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, mode); err != nil { // which says what is wrong with a name that is there and no folder
		return err
	}
	return SyncDir(parent)
}

// SyncDir makes renames and removals inside dir durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

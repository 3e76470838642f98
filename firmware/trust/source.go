package trust

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Source fetches one file of metadata by its name in the repository ("timestamp.json", "5.root.json") and gives at most
// max bytes of it. A file that is not there is fs.ErrNotExist; every other error ends a refresh.
type Source func(ctx context.Context, name string, max int64) ([]byte, error)

// Folder is a repository in a folder, for example on a USB stick: the metadata in its folder "metadata", or in dir
// itself. Links that lead out of the folder are not followed.
func Folder(dir string) Source {
	if info, err := os.Stat(filepath.Join(dir, "metadata")); err == nil && info.IsDir() {
		dir = filepath.Join(dir, "metadata")
	}
	return func(_ context.Context, name string, max int64) ([]byte, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, noFolder(dir, err)
		}
		f, err := root.Open(name)
		if err != nil {
			return nil, errors.Join(Unreadable(err), root.Close())
		}
		data, err := io.ReadAll(io.LimitReader(f, max))
		return data, errors.Join(err, f.Close(), root.Close())
	}
}

// noFolder says why a folder does not open, and how to mend it.
func noFolder(dir string, err error) error {
	info, serr := os.Stat(dir)
	switch {
	case serr == nil && !info.IsDir():
		err = ErrFile
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR): // the second: a folder on the way is a file
		err = ErrNoFolder
	}
	return fmt.Errorf("open metadata folder %q: %w", dir, Unreadable(err))
}

// ErrFile is inside what a refresh from a Folder returns when that is a file.
var ErrFile = errors.New("this is a file: name the folder that holds the repository, as 'dunlin-hub release export DIR' makes it")

// ErrNoFolder is inside what a refresh from a Folder returns when the folder itself is not there. It is no fs.ErrNotExist:
// that would be a repository without that file.
var ErrNoFolder = errors.New("there is no such folder; is the stick plugged in and mounted?")

// Unreadable adds to an error of reading what a person does about a stick that a desktop has mounted for its user: in a
// folder of that user's, or with modes that are for that user.
func Unreadable(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w: copy it to a folder that this user may read; or, where a desktop has mounted the stick for its own user, "+
		"unmount it, and 'sudo mount -o ro /dev/sdX1 /mnt' shows it to all (lsblk lists the names)", err)
}

// Memory is a repository in a map from file name to content.
func Memory(files map[string][]byte) Source {
	return func(_ context.Context, name string, max int64) ([]byte, error) {
		data, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("read %q: %w", name, fs.ErrNotExist)
		}
		return data[:min(int64(len(data)), max)], nil
	}
}

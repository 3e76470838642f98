package trust

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open metadata folder %q: %w", dir, ErrNoFolder)
		}
		if err != nil {
			return nil, fmt.Errorf("open metadata folder %q: %w", dir, err)
		}
		f, err := root.Open(name)
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
		data, err := io.ReadAll(io.LimitReader(f, max))
		return data, errors.Join(err, f.Close(), root.Close())
	}
}

// ErrNoFolder is inside what a refresh from a Folder returns when the folder itself is not there. It is no fs.ErrNotExist:
// that would be a repository without that file.
var ErrNoFolder = errors.New("there is no such folder; is the stick plugged in and mounted?")

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

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
		if err != nil {
			return nil, fmt.Errorf("open metadata folder %q: %w", dir, errFolder{err})
		}
		f, err := root.Open(name)
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
		data, err := io.ReadAll(io.LimitReader(f, max))
		return data, errors.Join(err, f.Close(), root.Close())
	}
}

// errFolder hides fs.ErrNotExist: a folder that is not there is trouble, not a repository without that file.
type errFolder struct{ error }

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

package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dunlin-iot/dunlin/hal"
)

// list is the file itself, or the CSV files of a folder by name.
func list(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, notThere(path, err)
	}
	if info.Mode().IsRegular() {
		return []string{path}, nil
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("open recording %q: neither a file nor a folder; read a live stream with the process driver", path)
	}
	files, err := filepath.Glob(filepath.Join(escape(path), "*.csv"))
	if err == nil && len(files) == 0 {
		return nil, &hal.AbsentError{What: fmt.Sprintf("recording in folder %q", path), Fix: "put files that end in .csv there"}
	}
	return files, err
}

// escape keeps a folder's own stars and brackets from being a pattern.
func escape(path string) string {
	out := make([]byte, 0, len(path))
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			out = append(out, '\\')
		}
		out = append(out, path[i])
	}
	return string(out)
}

func notThere(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &hal.AbsentError{What: fmt.Sprintf("recording %q", path), Fix: "check the path: the key file of the source", Err: fs.ErrNotExist}
	}
	return fmt.Errorf("open recording: %w", err)
}

func readHeader(path string) (Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return Header{}, notThere(path, err)
	}
	r, err := NewReader(path, f)
	if err != nil {
		return Header{}, errors.Join(err, f.Close())
	}
	return r.Header(), f.Close()
}

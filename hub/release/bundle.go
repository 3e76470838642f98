package release

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// ReadBundle opens a bundle as a device will, with its ZIP and every digest, shape and field checked, and gives its name and
// version. The hub runs no models, so golden vectors are left to `dunlin models pack`.
func ReadBundle(file string) (name, version string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", "", fmt.Errorf("read bundle: %w", err)
	}
	b, err := readBundle(f)
	err = errors.Join(err, f.Close())
	switch {
	case errors.Is(err, syscall.EISDIR):
		return "", "", wrong("read bundle: %s is a folder: a bundle is released as one file, NAME-VERSION%s, which 'dunlin models pack' makes", file, manifest.Suffix)
	case errors.Is(err, manifest.ErrZip):
		return "", "", wrong("read bundle %q: %w: 'dunlin models pack' makes bundles", file, err)
	case err != nil:
		return "", "", wrong("read bundle %q: %w", file, err)
	}
	return b.Name, strconv.Itoa(b.Version), nil
}

func readBundle(f *os.File) (*manifest.Bundle, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, syscall.EISDIR
	}
	z, err := manifest.OpenZip(f, info.Size())
	if err != nil {
		return nil, err
	}
	return manifest.Open(z)
}

package release

import (
	"archive/zip"
	"errors"
	"fmt"
	"strconv"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// ReadBundle opens a bundle as a device will, with every digest, shape and field checked, and gives its name and version.
// The hub runs no models, so golden vectors are left to `dunlin models pack`.
func ReadBundle(file string) (name, version string, err error) {
	z, err := zip.OpenReader(file)
	if errors.Is(err, zip.ErrFormat) {
		return "", "", wrong("read bundle %q: %w: 'dunlin models pack' makes bundles", file, err)
	}
	if err != nil {
		return "", "", fmt.Errorf("read bundle %q: %w", file, err)
	}
	b, err := manifest.Open(&z.Reader)
	if err := errors.Join(err, z.Close()); err != nil {
		return "", "", wrong("read bundle %q: %w", file, err)
	}
	return b.Name, strconv.Itoa(b.Version), nil
}

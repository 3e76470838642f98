package main

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// bundle is a checked bundle with its files, which stay open for its acceptance set.
type bundle struct {
	*manifest.Bundle
	*manifest.Disk
	path string
}

// openBundle opens and checks a bundle's folder or file.
func openBundle(path string) (*bundle, error) {
	disk, err := manifest.OpenDisk(path)
	if err != nil {
		return nil, err
	}
	b, err := manifest.Open(disk)
	if err != nil {
		return nil, errors.Join(err, disk.Close())
	}
	return &bundle{Bundle: b, Disk: disk, path: path}, nil
}

// isPath tells a path from the name of a model, which has neither dots nor slashes.
func isPath(name string) bool {
	return strings.ContainsRune(name, filepath.Separator) || strings.Contains(name, ".")
}

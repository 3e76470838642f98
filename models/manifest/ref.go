package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrNotFound is wrapped by Find when no root holds the model.
var ErrNotFound = errors.New("model not found")

// Ref names a version of a model, as "motions@1". Version zero means the highest there is, as "motions".
type Ref struct {
	Name    string
	Version int
}

func (r Ref) String() string {
	if r.Version == 0 {
		return r.Name
	}
	return r.Name + "@" + strconv.Itoa(r.Version)
}

// ParseRef reads "name" or "name@version".
func ParseRef(s string) (Ref, error) {
	name, version, versioned := strings.Cut(s, "@")
	r := Ref{Name: name}
	if !nameForm.MatchString(name) {
		return Ref{}, fmt.Errorf("parse model reference %q: want name or name@version", s)
	}
	if versioned {
		n, ok := versionOf(version)
		if !ok {
			return Ref{}, fmt.Errorf("parse model reference %q: version %q is no whole number from 1 to %d", s, version, maxVersion)
		}
		r.Version = n
	}
	return r, nil
}

// versionOf reads a version as a folder is named: digits, no sign, no leading zero.
func versionOf(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1 && n <= maxVersion && strconv.Itoa(n) == s
}

// Find looks the model up in each root in turn, as the folder <root>/<name>/<version> or the file
// <root>/<name>-<version>.dunlin, and returns its path; the folder comes first. Without a version it takes the highest of
// the first root that has the name.
func Find(roots []string, ref Ref) (string, error) {
	for _, root := range roots {
		version := ref.Version
		if version == 0 {
			version = highest(os.DirFS(root), ref.Name)
		}
		dir := filepath.Join(root, ref.Name, strconv.Itoa(version))
		if _, err := os.Stat(filepath.Join(dir, File)); err == nil {
			return dir, nil
		}
		file := filepath.Join(root, Ref{Name: ref.Name, Version: version}.FileName())
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file, nil
		}
	}
	return "", fmt.Errorf("find model %s in %s: %w", ref, strings.Join(roots, ", "), ErrNotFound)
}

// highest is the highest version of name that root holds; zero for none.
func highest(root fs.FS, name string) (best int) {
	folders, _ := fs.ReadDir(root, name) // absent: the root may have files
	for _, e := range folders {
		n, ok := versionOf(e.Name())
		if _, err := fs.Stat(root, name+"/"+e.Name()+"/"+File); ok && err == nil {
			best = max(best, n)
		}
	}
	files, _ := fs.ReadDir(root, ".")
	for _, e := range files {
		rest, ours := strings.CutPrefix(strings.TrimSuffix(e.Name(), Suffix), name+"-")
		n, ok := versionOf(rest)
		if ours && ok && e.Type().IsRegular() && e.Name() == (Ref{Name: name, Version: n}).FileName() {
			best = max(best, n)
		}
	}
	return best
}

package solib

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Query says where a library may be. What the user names, by Path or Env, is the only candidate, right or wrong.
type Query struct {
	Name   string              // for people: "libtflite.so"
	Names  []string            // glob patterns of its file's name
	Path   string              // from a flag or the configuration; empty when nobody named one
	Env    string              // the environment variable that names it
	Getenv func(string) string // nil means os.Getenv
	Dirs   []string            // folders to search; nil means DefaultDirs
}

// Found is what a search gave.
type Found struct {
	Files []string // to be tried in this order
	Notes []string // why other places gave none
}

// Note adds a note.
func (f *Found) Note(format string, args ...any) {
	f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
}

// DefaultDirs are the folders that are searched when nobody names a library: beside the executable, ../lib/dunlin from
// there, /usr/lib/dunlin and /usr/local/lib/dunlin.
func DefaultDirs() []string {
	dirs := []string{"/usr/lib/dunlin", "/usr/local/lib/dunlin"}
	exe, err := os.Executable()
	if err != nil {
		return dirs // nothing is beside an executable without a path
	}
	if real, err := filepath.EvalSymlinks(exe); err == nil {
		exe = real
	}
	at := filepath.Dir(exe)
	return append([]string{at, filepath.Join(at, "..", "lib", "dunlin")}, dirs...)
}

// Find searches; it opens nothing.
func Find(q Query) *Found {
	f := &Found{}
	if q.Path != "" {
		f.Files = []string{q.Path}
		return f
	}
	getenv := q.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if path := getenv(q.Env); path != "" {
		f.Files = []string{path}
		return f
	}
	f.Note("no path is configured")
	f.Note("$%s is not set", q.Env)
	dirs := q.Dirs
	if dirs == nil {
		dirs = DefaultDirs()
	}
	for _, dir := range dirs {
		f.folder(q, dir)
	}
	return f
}

// folder adds a folder's libraries, the newest name first.
func (f *Found) folder(q Query, dir string) {
	var files []string
	for _, pattern := range q.Names {
		// Glob fails only for a bad pattern; ours is good unless dir holds brackets, and then nothing matches.
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		files = append(files, found...)
	}
	if len(files) == 0 {
		f.Note("no %s in %s", q.Name, dir)
		return
	}
	slices.SortFunc(files, newestFirst)
	f.Files = append(f.Files, files...)
}

// newestFirst orders by the version behind ".so."; a name without one comes last.
func newestFirst(a, b string) int {
	return cmp.Or(slices.Compare(version(b), version(a)), strings.Compare(a, b))
}

func version(path string) (numbers []int) {
	_, text, _ := strings.Cut(filepath.Base(path), ".so.")
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		numbers = append(numbers, n)
	}
	return numbers
}

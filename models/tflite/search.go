package tflite

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// EnvLibrary is the environment variable that names the library.
const EnvLibrary = "DUNLIN_TFLITE"

// filePatterns are the names that a library may have in a searched folder.
var filePatterns = [...]string{"libtflite.so*", "libtensorflowlite_c.so*"}

// DefaultDirs are the folders that are searched when neither flag nor environment names a library: beside the
// executable, ../lib/dunlin from there, /usr/lib/dunlin and /usr/local/lib/dunlin.
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

// search is the list of files to try, best first, and a note of every place that gave none.
type search struct {
	files []string
	notes []string
}

func (s *search) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// find follows the order of the package: what the user names is the only candidate, whether it is right or not.
func find(cfg Config) *search {
	s := &search{}
	if cfg.Path != "" {
		s.files = []string{cfg.Path}
		return s
	}
	getenv := cfg.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if path := getenv(EnvLibrary); path != "" {
		s.files = []string{path}
		return s
	}
	s.note("no path is configured")
	s.note("$%s is not set", EnvLibrary)
	dirs := cfg.Dirs
	if dirs == nil {
		dirs = DefaultDirs()
	}
	for _, dir := range dirs {
		s.folder(dir)
	}
	return s
}

// folder adds a folder's libraries, the newest name first.
func (s *search) folder(dir string) {
	var files []string
	for _, pattern := range filePatterns {
		// Glob fails only for a bad pattern; ours is good unless dir holds brackets, and then nothing matches.
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		files = append(files, found...)
	}
	if len(files) == 0 {
		s.note("no libtflite.so in %s", dir)
		return
	}
	slices.SortFunc(files, func(a, b string) int { return compareNames(b, a) })
	s.files = append(s.files, files...)
}

// compareNames orders by the version behind ".so."; names without one come first, which is last after reversal.
func compareNames(a, b string) int {
	va, vb := versionInName(a), versionInName(b)
	return cmp.Or(cmp.Compare(va.Major, vb.Major), cmp.Compare(va.Minor, vb.Minor),
		cmp.Compare(va.Patch, vb.Patch), strings.Compare(b, a))
}

func versionInName(path string) Version {
	_, text, _ := strings.Cut(filepath.Base(path), ".so.")
	v, err := ParseVersion(text)
	if err != nil {
		return Version{}
	}
	return v
}

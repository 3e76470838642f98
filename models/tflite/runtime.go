package tflite

/*
#cgo CFLAGS: -I${SRCDIR}/include
#include <stdlib.h>
#include "dunlin.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"unsafe"

	binding "github.com/mattn/go-tflite"

	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// oldest is the oldest version that this package was run on.
var oldest = Version{Major: 2, Minor: 9}

// EnvLibrary is the environment variable that names the library.
const EnvLibrary = "DUNLIN_TFLITE"

// Config says where the library is. The zero value searches $DUNLIN_TFLITE and solib.DefaultDirs.
type Config struct {
	Path   string              // the library; when set nothing else is tried
	Getenv func(string) string // nil means os.Getenv
	Dirs   []string            // folders to search; nil means solib.DefaultDirs
	Root   fs.FS               // the machine's files, to know board and devices; nil means those of this one
}

// Runtime is an opened library. It implements engine.Engine. It stays open for the life of the process.
type Runtime struct {
	path    string
	version Version
	text    string // the version as the library writes it
	board   board
}

// Open finds and opens the library. The error is one sentence that names every place that was searched and what was
// wrong there; it wraps engine.ErrRuntime. A process opens one library: opening another one is an error.
func Open(cfg Config) (*Runtime, error) {
	found := solib.Find(solib.Query{
		Name: "libtflite.so", Names: []string{"libtflite.so*", "libtensorflowlite_c.so*"},
		Path: cfg.Path, Env: EnvLibrary, Getenv: cfg.Getenv, Dirs: cfg.Dirs,
	})
	for _, file := range found.Files {
		r, err := openFile(file)
		if err == nil {
			r.board = thisBoard(cfg.Root)
			return r, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			found.Note("%s does not exist", file)
			continue
		}
		found.Note("%s: %v", file, err)
	}
	return nil, fmt.Errorf("open TensorFlow Lite library (%s): %s: %w", advice(goruntime.GOARCH), strings.Join(found.Notes, "; "), engine.ErrRuntime)
}

func openFile(file string) (*Runtime, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := solib.CheckFile(path); err != nil {
		return nil, err
	}
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	var why [512]C.char
	if C.dunlin_open(cpath, &why[0], C.size_t(len(why))) != 0 {
		return nil, errors.New(C.GoString(&why[0]))
	}
	return describe(path)
}

// describe asks the open library for its version.
func describe(path string) (*Runtime, error) {
	text := binding.Version()
	v, err := ParseVersion(text)
	if err != nil {
		return nil, err
	}
	if v.Before(oldest.Major, oldest.Minor) {
		return nil, fmt.Errorf("version %s is older than %d.%d", text, oldest.Major, oldest.Minor)
	}
	return &Runtime{path: path, version: v, text: text}, nil
}

// Name is "tflite".
func (r *Runtime) Name() string { return "tflite" }

// Version is the library's version as it writes it, "2.21.0".
func (r *Runtime) Version() string { return r.text }

// Path is the library's file.
func (r *Runtime) Path() string { return r.path }

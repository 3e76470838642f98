package onnx

/*
#cgo LDFLAGS: -ldl -lpthread
#include <stdlib.h>
#include "ort.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"unsafe"

	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// EnvLibrary is the environment variable that names the library.
const EnvLibrary = "DUNLIN_ONNX"

const advice = "`make runtime-onnx` fetches one into build/runtime; else take your distribution's or your board maker's and name it with runtime.onnx or $" + EnvLibrary

// Config says where the library is. The zero value searches $DUNLIN_ONNX and the known folders.
type Config struct {
	Path   string              // the library; when set nothing else is tried
	Getenv func(string) string // nil means os.Getenv
	Dirs   []string            // folders to search; nil means solib.DefaultDirs
}

// Runtime is an opened library. It implements engine.Engine. It stays open for the life of the process.
type Runtime struct {
	path      string
	version   string
	tells     bool     // the library says who runs which node
	providers []string // the library's names: "CPUExecutionProvider"
}

// Open finds and opens the library. The error is one sentence that names every place that was searched and what was
// wrong there; it wraps engine.ErrRuntime. A process opens one library: opening another one is an error.
func Open(cfg Config) (*Runtime, error) {
	found := solib.Find(solib.Query{
		Name: "libonnxruntime.so", Names: []string{"libonnxruntime.so*"},
		Path: cfg.Path, Env: EnvLibrary, Getenv: cfg.Getenv, Dirs: cfg.Dirs,
	})
	for _, file := range found.Files {
		r, err := openFile(file)
		if err == nil {
			return r, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			found.Note("%s does not exist", file)
			continue
		}
		found.Note("%s: %v", file, err)
	}
	return nil, fmt.Errorf("open ONNX Runtime library (%s): %s: %w", advice, strings.Join(found.Notes, "; "), engine.ErrRuntime)
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
	var why [C.dunlin_why]C.char
	if C.dunlin_ort_open(cpath, &why[0], C.size_t(len(why))) != 0 {
		return nil, errors.New(words(&why[0]))
	}
	r := &Runtime{path: path, version: C.GoString(C.dunlin_ort_version()), tells: C.dunlin_ort_tells() != 0}
	var list [2048]C.char
	if C.dunlin_ort_providers(&list[0], C.size_t(len(list)), &why[0]) != 0 {
		return nil, fmt.Errorf("list providers: %s", words(&why[0]))
	}
	r.providers = strings.Split(C.GoString(&list[0]), ",")
	return r, nil
}

// words is the library's text on one line.
func words(text *C.char) string {
	said := strings.Join(strings.Fields(C.GoString(text)), " ")
	if said == "" {
		return "the library gives no reason"
	}
	return said
}

// Name is "onnx".
func (r *Runtime) Name() string { return "onnx" }

// Version is the library's version as it writes it, "1.30.0".
func (r *Runtime) Version() string { return r.version }

// Path is the library's file.
func (r *Runtime) Path() string { return r.path }

// Providers are the execution providers that the library was built with, in its own words and order.
func (r *Runtime) Providers() []string { return r.providers }

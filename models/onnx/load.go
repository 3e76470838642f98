package onnx

/*
#include <stdlib.h>
#include "ort.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const maxThreads = 64

// Load checks the model's bytes and makes a session. It tries the providers of opts.Delegates in order and falls back
// to the CPU; the session's Report says why. "none" is the CPU without graph optimisation. The error wraps
// engine.ErrModel when the bytes are the cause.
func (r *Runtime) Load(model []byte, opts engine.Options) (engine.Session, error) {
	s, err := r.load(model, opts)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	return s, nil
}

func (r *Runtime) load(model []byte, opts engine.Options) (*Session, error) {
	if opts.Threads < 0 || opts.Threads > maxThreads {
		return nil, fmt.Errorf("%d threads: want 0 to %d", opts.Threads, maxThreads)
	}
	graph, err := Inspect(model)
	if err == nil {
		err = graph.checkEdges()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, engine.ErrModel)
	}
	ways, walks := r.ways(opts.Delegates)
	for i, w := range ways {
		walk := engine.Walk{Delegate: w.word, Stage: engine.Loaded}
		if opts.OnStage != nil {
			opts.OnStage(w.word, engine.Loaded)
		}
		s, err := r.attempt(model, graph, w, max(opts.Threads, 1))
		if err == nil {
			walk.Stage, walk.Nodes, walk.Delegated, walk.Parts = engine.Active, s.report.Nodes, s.report.Delegated, s.report.Parts
			s.report.Walks = engine.Told(opts.Tried, append(walks, walk))
			s.report.Reason = engine.Reasoned(s.report.Walks)
			return s, nil
		}
		if i == len(ways)-1 {
			return nil, fmt.Errorf("%w: %w", err, engine.ErrModel)
		}
		walk.Reason, walk.Text = engine.ReasonCreate, err.Error() // the library builds and applies in one step
		if f := (*engine.Fault)(nil); errors.As(err, &f) {
			walk.Reason, walk.Text = f.Reason, f.Text
		}
		walks = append(walks, walk)
	}
	return nil, errors.New("no way to run was tried") // ways always ends with the CPU
}

// attempt builds one session on one list of providers.
func (r *Runtime) attempt(model []byte, graph *Graph, w way, threads int) (*Session, error) {
	h, err := r.build(model, graph, w, threads)
	if err != nil {
		return nil, err
	}
	s, err := newSession(h, graph)
	if err == nil {
		s.report, err = r.report(h, graph, w)
	}
	if err != nil {
		C.dunlin_session_free(h)
		return nil, err
	}
	return s, nil
}

func (r *Runtime) build(model []byte, graph *Graph, w way, threads int) (*C.dunlin_session, error) {
	var names []string
	for _, p := range w.providers {
		names = append(names, p.name)
	}
	providers, freeProviders := cStrings(names)
	defer freeProviders()
	dims, freeDims := cStrings(graph.batchNames())
	defer freeDims()
	o := C.dunlin_ort_options{
		threads:        C.int(threads),
		providers:      providers,
		provider_count: C.int(len(names)),
		open_dims:      dims,
		open_dim_count: C.int(len(graph.batchNames())),
	}
	if w.word == plain {
		o.plain = 1
	}
	if !r.tells && len(names) > 0 {
		o.whole = 1 // an older library tells nothing afterwards, so it has to take all or nothing
	}
	var why [C.dunlin_why]C.char
	h := C.dunlin_session_new(unsafe.Pointer(unsafe.SliceData(model)), C.size_t(len(model)), &o, &why[0])
	if h == nil {
		return nil, fmt.Errorf("build session: %s", words(&why[0]))
	}
	return h, nil
}

// cStrings copies a list for C.
func cStrings(list []string) (**C.char, func()) {
	if len(list) == 0 {
		return nil, func() {}
	}
	array := (**C.char)(C.calloc(C.size_t(len(list)), C.size_t(unsafe.Sizeof((*C.char)(nil)))))
	view := unsafe.Slice(array, len(list))
	for i, s := range list {
		view[i] = C.CString(s)
	}
	return array, func() {
		for _, p := range view {
			C.free(unsafe.Pointer(p))
		}
		C.free(unsafe.Pointer(array))
	}
}

// report asks the library who runs which node. A library that does not say was made to give everything to the
// providers, or to fail.
func (r *Runtime) report(h *C.dunlin_session, graph *Graph, w way) (engine.Report, error) {
	rep := engine.Report{Delegate: w.word, Nodes: len(graph.Ops), Parts: 1}
	if !r.tells {
		if rep.Delegated = rep.Nodes; w.word == plain {
			rep.Delegated, rep.Parts = 0, 0
		}
		return rep, nil
	}
	var parts C.size_t
	if C.dunlin_session_parts(h, &parts) != 0 {
		return rep, fmt.Errorf("ask who runs which node: %s", words(&h.why[0]))
	}
	t := tally{nodes: map[string]int{}, parts: map[string]int{}}
	for i := range parts {
		var name *C.char
		var nodes C.size_t
		if C.dunlin_session_part(h, i, &name, &nodes) != 0 {
			return rep, fmt.Errorf("ask who runs which node: %s", words(&h.why[0]))
		}
		t.add(C.GoString(name), int(nodes))
	}
	return t.report(w)
}

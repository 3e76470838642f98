package tflite

/*
#include <stdlib.h>
#include "dunlin.h"
*/
import "C"

import (
	"maps"
	"slices"
	"strings"
	"unsafe"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// createPlugin loads a plug-in's library and asks it for a delegate.
func (h *handles) createPlugin(word string, a *attempt) (added, error) {
	d := added{word: word}
	plugin, preset, err := findPlugin(word, a.plugins)
	if err != nil {
		return d, err
	}
	p, err := openPlugin(plugin.Library)
	if err != nil {
		return d, err
	}
	a.reach(engine.Loaded)
	keys, values, done := pairs(plugin.Options)
	defer done()
	d.p = C.dunlin_plugin_create(&p, keys, values, C.size_t(len(plugin.Options)))
	if d.p == nil {
		return d, a.blame(preset, engine.ReasonCreate, words("the library gives no delegate", h.said()))
	}
	d.free = func() { C.dunlin_plugin_destroy(&p, d.p) }
	a.reach(engine.Created)
	return d, nil
}

// openPlugin opens the library and finds its functions. What is open stays open, and opening it again is cheap.
func openPlugin(path string) (C.dunlin_plugin, error) {
	var p C.dunlin_plugin
	var text [512]C.char
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	switch C.dunlin_plugin_open(cpath, &p, &text[0], C.size_t(len(text))) {
	case 0:
		return p, nil
	case 1:
		said := C.GoString(&text[0])
		return p, engine.Faultf(loaderReason(said), "%s", said)
	}
	return p, engine.Faultf(engine.ReasonNoSymbol, "%s", C.GoString(&text[0]))
}

// loaderReason reads the dynamic loader's own words.
func loaderReason(said string) engine.Reason {
	switch {
	case strings.Contains(said, "version `") || strings.Contains(said, "symbol version"):
		return engine.ReasonVersion // a library of the system is older than the plug-in wants
	case strings.Contains(said, "undefined symbol") || strings.Contains(said, "symbol not found"):
		return engine.ReasonNoSymbol
	}
	return engine.ReasonNoLibrary
}

// pairs are the options as two C arrays, in the order of their keys.
func pairs(options map[string]string) (keys, values **C.char, done func()) {
	if len(options) == 0 {
		return nil, nil, func() {}
	}
	size := C.size_t(len(options)) * C.size_t(unsafe.Sizeof(keys))
	keys, values = (**C.char)(C.malloc(size)), (**C.char)(C.malloc(size))
	k, v := unsafe.Slice(keys, len(options)), unsafe.Slice(values, len(options))
	for i, key := range slices.Sorted(maps.Keys(options)) {
		k[i], v[i] = C.CString(key), C.CString(options[key])
	}
	return keys, values, func() {
		for i := range k {
			C.free(unsafe.Pointer(k[i]))
			C.free(unsafe.Pointer(v[i]))
		}
		C.free(unsafe.Pointer(keys))
		C.free(unsafe.Pointer(values))
	}
}

// blame names the missing device as the reason where the preset knows how the device looks and there is none.
func (a *attempt) blame(preset *engine.Preset, otherwise engine.Reason, text string) error {
	if preset == nil {
		return engine.Faultf(otherwise, "%s", text)
	}
	if missing := MissingDevice(*preset, a.board.root); missing != "" {
		return engine.Faultf(engine.ReasonNoDevice, "%s; %s: %s", text, missing, preset.Fix)
	}
	return engine.Faultf(otherwise, "%s; %s", text, preset.Fix)
}

// words joins clauses, without the empty ones.
func words(clauses ...string) string {
	return strings.Join(slices.DeleteFunc(clauses, func(s string) bool { return s == "" }), ": ")
}

package tflite

/*
#include "dunlin.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	plain   = "none"    // the library's own kernels
	xnnpack = "xnnpack" // the default
)

// preference is the list to try, best first; it always ends with plain kernels, which nothing follows.
func preference(wanted []string) []string {
	if len(wanted) == 0 {
		return []string{xnnpack, plain}
	}
	if i := slices.Index(wanted, plain); i >= 0 {
		return wanted[:i+1]
	}
	return append(slices.Clone(wanted), plain)
}

// pointer hands a delegate of ours to the binding. Delete does nothing: handles owns the delegate.
type pointer struct{ p unsafe.Pointer }

func (d pointer) Ptr() unsafe.Pointer { return d.p }
func (d pointer) Delete()             {}

// addDelegates puts the delegate between two observers, which count what it takes.
func (h *handles) addDelegates(name string, v Version, threads int) error {
	switch name {
	case plain:
	case xnnpack:
		var why [256]C.char
		if h.xnnpack = C.dunlin_xnnpack_new(C.int(v.Minor), C.int(threads), &why[0], C.size_t(len(why))); h.xnnpack == nil {
			return errors.New(C.GoString(&why[0]))
		}
	default:
		return errors.New("not a delegate of this program")
	}
	h.before, h.after = C.dunlin_observer_new(nil), C.dunlin_observer_new(h.xnnpack)
	if h.before == nil || h.after == nil {
		return errors.New("no memory for an observer")
	}
	h.options.AddDelegate(pointer{unsafe.Pointer(h.before)})
	if h.xnnpack != nil {
		h.options.AddDelegate(pointer{unsafe.Pointer(h.xnnpack)})
	}
	h.options.AddDelegate(pointer{unsafe.Pointer(h.after)})
	return nil
}

// report compares the execution plans that the observers saw: what is neither left over nor a delegate kernel was taken.
func (h *handles) report(name string) (engine.Report, error) {
	nodes, left, parts := int(h.before.nodes), int(h.after.nodes-h.after.owned), int(h.after.owned)
	r := engine.Report{Delegate: name, Nodes: nodes, Delegated: nodes - left, Parts: parts}
	if name != plain && parts == 0 {
		return r, fmt.Errorf("took none of %d operators", nodes)
	}
	return r, nil
}

package tflite

/*
#include "dunlin.h"
*/
import "C"

import (
	"slices"
	"unsafe"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	plain   = "none"    // the library's own kernels
	xnnpack = "xnnpack" // the default
	gpu     = "gpu"     // where the library is built with it
)

// OnCPU reports whether a word means kernels that run in this processor and belong to the runtime library, which need
// no proof in a process of their own.
func OnCPU(word string) bool { return word == plain || word == xnnpack }

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

// stack is what is applied together: a delegate and, when the preference names XNNPACK behind it, that one for the
// operators that the delegate leaves.
func stack(list []string, i int) []string {
	if !OnCPU(list[i]) && slices.Contains(list[i:], xnnpack) {
		return []string{list[i], xnnpack}
	}
	return list[i : i+1]
}

// walker notes how far a delegate came and tells who listens, before the next step is taken.
type walker struct {
	engine.Walk
	tell func(string, engine.Stage)
}

func (w *walker) reach(s engine.Stage) {
	w.Stage = s
	if w.tell != nil {
		w.tell(w.Delegate, s)
	}
}

// added is a delegate of a session. The observer behind it counts what it took.
type added struct {
	word  string
	p     *C.TfLiteDelegate // nil for plain kernels
	free  func()
	after *C.dunlin_observer
}

// pointer hands a delegate of ours to the binding. Delete does nothing: handles owns the delegate.
type pointer struct{ p unsafe.Pointer }

func (d pointer) Ptr() unsafe.Pointer { return d.p }
func (d pointer) Delete()             {}

// addDelegates creates the words' delegates and puts an observer before the first and behind each.
func (h *handles) addDelegates(words []string, a *attempt) error {
	if h.before = C.dunlin_observer_new(nil); h.before == nil {
		return engine.Faultf(engine.ReasonCreate, "no memory for an observer")
	}
	h.options.AddDelegate(pointer{unsafe.Pointer(h.before)})
	for i, word := range words {
		d, err := h.create(word, a)
		if err != nil && i > 0 { // what the first one leaves can do without
			continue
		}
		if err != nil {
			return err
		}
		d.after = C.dunlin_observer_new(d.p)
		h.added = append(h.added, d)
		if d.after == nil {
			return engine.Faultf(engine.ReasonCreate, "no memory for an observer")
		}
		if d.p != nil {
			h.options.AddDelegate(pointer{unsafe.Pointer(d.p)})
		}
		h.options.AddDelegate(pointer{unsafe.Pointer(d.after)})
	}
	return nil
}

// create makes a word's delegate. Only the walk of the attempt's own word is told of it.
func (h *handles) create(word string, a *attempt) (added, error) {
	d := added{word: word}
	var text [256]C.char
	var why C.dunlin_why
	size := C.size_t(len(text))
	switch word {
	case plain:
		return d, nil
	case xnnpack:
		d.p = C.dunlin_xnnpack_new(C.int(a.version.Minor), C.int(a.threads), &why, &text[0], size)
		d.free = func() { C.dunlin_xnnpack_free(d.p) }
	case gpu:
		if a.board.noGPU != "" {
			return d, engine.Faultf(engine.ReasonNotOffered, "%s", a.board.noGPU)
		}
		d.p = C.dunlin_gpu_new(&why, &text[0], size)
		d.free = func() { C.dunlin_gpu_free(d.p) }
	default:
		return h.createPlugin(word, a)
	}
	if d.p == nil {
		return d, engine.Faultf(reasons[why], "%s", words(C.GoString(&text[0]), h.said()))
	}
	if word == a.Delegate {
		a.reach(engine.Loaded)
		a.reach(engine.Created)
	}
	return d, nil
}

var reasons = map[C.dunlin_why]engine.Reason{
	C.DUNLIN_NO_SYMBOL: engine.ReasonNoSymbol, C.DUNLIN_VERSION: engine.ReasonVersion, C.DUNLIN_NOT_CREATED: engine.ReasonCreate,
}

// report compares the execution plans that the observers saw: what is neither left over nor a delegate kernel was taken.
func (h *handles) report(w *walker) (engine.Report, error) {
	r := engine.Report{Delegate: w.Delegate, Nodes: int(h.before.nodes)}
	before := r.Nodes
	for i, d := range h.added {
		parts := int(d.after.owned)
		took := before - (int(d.after.nodes) - parts)
		before = int(d.after.nodes)
		r.Delegated, r.Parts = r.Delegated+took, r.Parts+parts
		if i == 0 {
			w.Nodes, w.Delegated, w.Parts = r.Nodes, took, parts
		} else if parts > 0 {
			r.Delegate += "+" + d.word
		}
	}
	if w.Delegate != plain && w.Parts == 0 {
		return r, engine.Faultf(engine.ReasonNoNodes, "took none of %d operators", r.Nodes)
	}
	return r, nil
}

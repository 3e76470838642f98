package tflite

/*
#include "dunlin.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"

	binding "github.com/mattn/go-tflite"
)

// handles are the C objects of one session. They refer to each other, so they die in one order.
type handles struct {
	log         *C.dunlin_log
	model       *binding.Model // owns its copy of the bytes, which the interpreter keeps using
	options     *binding.InterpreterOptions
	interpreter *binding.Interpreter
	before      *C.dunlin_observer
	added       []added
}

// close frees everything: users before what they use. Calling it again does nothing.
func (h *handles) close() {
	h.interpreter.Delete() // the binding's Delete does nothing for nil
	h.options.Delete()
	for _, d := range h.added {
		if d.p != nil {
			d.free()
		}
		C.dunlin_observer_free(d.after)
	}
	C.dunlin_observer_free(h.before)
	h.model.Delete()
	C.dunlin_log_free(h.log)
	*h = handles{}
}

// failure is what the library said since the last call, behind the step that failed.
func (h *handles) failure(step string) error {
	said := h.said()
	if said == "" {
		return errors.New(step + ": the library gives no reason")
	}
	return fmt.Errorf("%s: %s", step, said)
}

// said is what the library said since the last call, in one line.
func (h *handles) said() string {
	var text [2048]C.char
	C.dunlin_log_take(h.log, &text[0], C.size_t(len(text)))
	return strings.Join(strings.Fields(C.GoString(&text[0])), " ") // its messages span lines
}

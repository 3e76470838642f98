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
	xnnpack     *C.TfLiteDelegate
	before      *C.dunlin_observer
	after       *C.dunlin_observer
}

// close frees everything: users before what they use. Calling it again does nothing.
func (h *handles) close() {
	h.interpreter.Delete() // the binding's Delete does nothing for nil
	h.options.Delete()
	if h.xnnpack != nil {
		C.dunlin_xnnpack_free(h.xnnpack)
	}
	C.dunlin_observer_free(h.before)
	C.dunlin_observer_free(h.after)
	h.model.Delete()
	C.dunlin_log_free(h.log)
	*h = handles{}
}

// failure is what the library said since the last call, behind the step that failed.
func (h *handles) failure(step string) error {
	var text [2048]C.char
	C.dunlin_log_take(h.log, &text[0], C.size_t(len(text)))
	said := strings.Join(strings.Fields(C.GoString(&text[0])), " ") // its messages span lines
	if said == "" {
		return errors.New(step + ": the library gives no reason")
	}
	return fmt.Errorf("%s: %s", step, said)
}

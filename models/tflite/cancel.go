package tflite

/*
#include <stdlib.h>
#include "dunlin.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	binding "github.com/mattn/go-tflite"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// cancelled is kTfLiteCancelled of core/c/c_api_types.h.
const cancelled binding.Status = 8

// cancellation lets another goroutine end a call. The library looks for the wish before each operator, so a call ends
// with the operator, or the delegate's part of the model, that it is in.
type cancellation struct {
	able bool // this library has it

	mu      sync.Mutex
	running bool
	asked   bool // during the call that runs
}

// cancellable reports whether the library has both functions: 2.12 has them. The options of every interpreter allow it
// then; see repair.c.
func cancellable() bool {
	return has("TfLiteInterpreterCancel") && has("TfLiteInterpreterOptionsEnableCancellation")
}

func has(function string) bool {
	name := C.CString(function)
	defer C.free(unsafe.Pointer(name))
	return C.dunlin_find(name) != nil
}

// run invokes the model. The library forgets a wish where it finds it and nowhere else: one that came behind the last
// operator ends the next call, which nobody asked for and which therefore runs again.
func (c *cancellation) run(i *binding.Interpreter) (status binding.Status, ended bool) {
	if !c.able {
		return i.Invoke(), false
	}
	for {
		c.begin()
		status = i.Invoke()
		asked := c.end()
		if status != cancelled || asked {
			return status, status == cancelled
		}
	}
}

func (c *cancellation) begin() {
	c.mu.Lock()
	c.running, c.asked = true, false
	c.mu.Unlock()
}

func (c *cancellation) end() (asked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = false
	return c.asked
}

// Cancel ends the Invoke that another goroutine is in; without one it does nothing. The error of that call wraps
// engine.ErrLost. A library that cannot is an error.
func (s *Session) Cancel() error {
	c := &s.cancel
	if !c.able {
		return errors.New("cancel call: this TensorFlow Lite library cannot")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running {
		return nil
	}
	c.asked = true
	if s.h.interpreter.Cancel() != binding.OK {
		return errors.New("cancel call: the library refuses")
	}
	return nil
}

// failed is the error of a call; the log may still hold words about a wish of the past.
func (s *Session) failed(ended bool) error {
	err := s.h.failure("invoke")
	if ended {
		return fmt.Errorf("invoke: it was cancelled: %w", engine.ErrLost)
	}
	return err
}

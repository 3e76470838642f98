package engine

import (
	"errors"
	"fmt"
	"strings"
)

// Engine is an inference runtime that has been found and opened.
type Engine interface {
	// Name is the short word used in manifests and configuration: "tflite", "onnx".
	Name() string
	// Version is the runtime library's own version, as "2.21.0".
	Version() string
	// Load makes a session of the model's bytes. The engine keeps its own copy; model may be reused after Load.
	// The error wraps ErrModel when the bytes are the cause.
	Load(model []byte, opts Options) (Session, error)
}

// Session is one loaded model, ready to run. It belongs to one goroutine at a time.
type Session interface {
	// Inputs and Outputs are views of the session's own memory, valid until Close. Shapes never change.
	// Write an input's Data, Invoke, read an output's Data: no copy is made and nothing is allocated.
	Inputs() []Tensor
	Outputs() []Tensor
	// Invoke runs the model once. After an error the outputs hold nothing of use; the session may be tried again.
	Invoke() error
	// Report says where the model's operators run.
	Report() Report
	// Close frees the session; calling it again does nothing. Using the session after Close is an error, not a crash.
	Close() error
}

// Apart is a Session whose model runs in a process of its own.
type Apart interface {
	// Resident are the bytes of that process that are in memory and in no file; zero while there is no process, or when
	// the kernel does not tell. Any goroutine may call it.
	Resident() uint64
}

// Options say how a model is to be run. The zero value is one thread with the engine's best CPU path.
type Options struct {
	Threads   int      // interpreter threads; zero means 1
	Delegates []string // preference, best first: "xnnpack", or "none" for plain kernels; empty means the engine's default
	Plugins   []Plugin // what the words in Delegates mean that are neither the engine's nor presets
	AsListed  bool     // for who proves delegates before loading: the first sound one wins, not the fastest
	Tried     []Walk   // of delegates that were proved before, for the report; a winner's numbers are among them
	// OnStage is told when a delegate reaches a stage, before the next step, which may crash. It may be nil.
	OnStage func(delegate string, s Stage)
}

// Plugin is a delegate in a library of its own.
type Plugin struct {
	Name    string            `json:"name"`    // the word in Options.Delegates; a preset's name takes over what is empty here
	Library string            `json:"library"` // path; empty searches for the preset's library
	Options map[string]string `json:"options,omitempty"`
}

// Report says where a model runs, as it was observed, not as it was asked for.
type Report struct {
	Delegate  string // "xnnpack"; "none" for plain kernels
	Nodes     int    // operators in the model's execution plan before any delegate
	Delegated int    // operators that the delegate took
	Parts     int    // delegate kernels that replaced them
	Reason    string // why a wanted delegate is not active; empty when it is
	Walks     []Walk // of every delegate that was tried, in that order; the last is the one that runs, if any does
}

// String is short: of delegates that are not active it has the codes where walks tell the rest.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s(%d/%d)", r.Delegate, r.Delegated, r.Nodes)
	var codes []string
	for _, w := range r.Walks {
		if w.Reason != "" {
			codes = append(codes, fmt.Sprintf("%s (%s)", w.Delegate, w.Reason))
		}
	}
	switch {
	case len(codes) > 0:
		b.WriteString(": " + strings.Join(codes, ", "))
	case r.Reason != "":
		b.WriteString(": " + r.Reason)
	}
	return b.String()
}

var (
	// ErrModel is wrapped by Load when the bytes are no usable model: not a model, truncated, an unknown operator.
	ErrModel = errors.New("unusable model")
	// ErrClosed is returned by Invoke of a closed session.
	ErrClosed = errors.New("session is closed")
	// ErrLost is wrapped by Invoke when the call was ended from outside: it took too long, or the process that worked on
	// it died. The session may be tried again.
	ErrLost = errors.New("call was lost")
	// ErrRuntime is wrapped when the runtime library is absent or too old.
	ErrRuntime = errors.New("unusable runtime library")
)

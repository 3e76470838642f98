package main

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/pack"
)

// Exit codes; docs/exit-codes.md explains them to users, a test holds the two together.
const (
	exitOK      = 0
	exitFault   = 1 // the program or the machine broke
	exitUsage   = 2 // bad command line, configuration or input
	exitAbsent  = 3 // a file, library, model, device or daemon is not there
	exitRefused = 4 // permission denied, or not to be believed
)

// codedError is an error whose exit code the command knows best.
type codedError struct {
	code int
	err  error
}

func withCode(code int, err error) error { return &codedError{code, err} }

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// quietError has been told already; only the code is left.
type quietError struct{ err error }

func (e *quietError) Error() string { return e.err.Error() }
func (e *quietError) Unwrap() error { return e.err }

// exitCode sorts an error by what a script would do about it.
func exitCode(err error) int {
	var coded *codedError
	var absent *hal.AbsentError
	var bad config.Errors
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &bad), errors.Is(err, trust.ErrFile), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR), errors.Is(err, engine.ErrModel), manifest.CodeOf(err) != "", errors.Is(err, control.ErrBadRequest), errors.Is(err, pack.ErrSpec):
		return exitUsage
	case trust.CodeOf(err) == trust.NotEnrolled, trust.CodeOf(err) == trust.NoMetadata:
		return exitAbsent
	case trust.CodeOf(err) != "", errors.Is(err, errNotAccepted), errors.Is(err, fs.ErrPermission), errors.Is(err, control.ErrForbidden):
		return exitRefused
	case errors.As(err, &absent), errors.Is(err, fs.ErrNotExist), errors.Is(err, trust.ErrNoFolder), errors.Is(err, engine.ErrRuntime), errors.Is(err, control.ErrNotRunning), errors.Is(err, control.ErrNotFound):
		return exitAbsent
	}
	return exitFault
}

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/hub/release"
	"github.com/dunlin-iot/dunlin/internal/wrongpath"
)

// Exit codes; docs/exit-codes.md explains them to users.
const (
	exitOK      = 0
	exitFault   = 1 // the machine, the data or this program
	exitUsage   = 2 // a wrong command line or input
	exitAbsent  = 3 // a file, a repository or a database is not there
	exitRefused = 4 // permission denied, or it would break what was signed or written before
)

// codedError is an error of a command that was understood; every other error is one of the command line.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func withCode(code int, err error) error { return &codedError{code, err} }

// usageError is an error that only the command itself could see in its flags.
type usageError struct{ sentence string }

func (e *usageError) Error() string { return e.sentence }

// understood gives the errors of a command their codes, once its line was parsed.
func understood(c *cobra.Command) *cobra.Command {
	do := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		err := do(c, args)
		var usage *usageError
		var coded *codedError
		if err == nil || errors.As(err, &usage) || errors.As(err, &coded) {
			return err
		}
		return withCode(sortOf(err), err)
	}
	return c
}

// sortOf sorts an error by what a script would do about it.
func sortOf(err error) int {
	kind := release.KindOf(err)
	switch {
	case kind == release.Wrong, errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR):
		return exitUsage
	case kind == release.Refused, errors.Is(err, fs.ErrPermission):
		return exitRefused
	case kind == release.Absent, errors.Is(err, fs.ErrNotExist):
		return exitAbsent
	}
	return exitFault
}

// exitCode tells the person what went wrong and the script how.
func exitCode(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(w, "dunlin-hub: %v%s\n", err, wrongpath.Mend(err))
	var coded *codedError
	if errors.As(err, &coded) {
		return coded.code
	}
	fmt.Fprintln(w, "Run 'dunlin-hub help' for the commands and their flags.")
	return exitUsage
}

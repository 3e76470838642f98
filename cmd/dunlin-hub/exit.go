package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

const (
	exitOK    = 0
	exitFault = 1 // the machine, the data or this program
	exitUsage = 2 // a wrong command line
)

// faultError is an error of a command that was understood; every other error is one of the command line.
type faultError struct{ err error }

func (e *faultError) Error() string { return e.err.Error() }
func (e *faultError) Unwrap() error { return e.err }

// usageError is an error that only the command itself could see in its flags.
type usageError struct{ sentence string }

func (e *usageError) Error() string { return e.sentence }

// understood marks the errors of a command once its line was parsed.
func understood(c *cobra.Command) *cobra.Command {
	do := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		err := do(c, args)
		var usage *usageError
		if err == nil || errors.As(err, &usage) {
			return err
		}
		return &faultError{err}
	}
	return c
}

// exitCode tells the person what went wrong and the script how.
func exitCode(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(w, "dunlin-hub: %v\n", err)
	var fault *faultError
	if errors.As(err, &fault) {
		return exitFault
	}
	fmt.Fprintln(w, "Run 'dunlin-hub help' for the commands and their flags.")
	return exitUsage
}

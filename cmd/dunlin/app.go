package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/dunlin-iot/dunlin/internal/wrongpath"
)

// app is what every command needs: the three streams and the environment.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	parsed   bool // the command line was understood: an error after that is no usage error

	onPoint func(point string) // of the shelf: tests crash there; nil for none
	look    time.Duration      // between two looks at a trial; zero means the usual
}

func newApp(in io.Reader, out, err io.Writer) *app {
	return &app{in: in, out: out, err: err, getenv: os.Getenv}
}

// run executes one command line and gives the exit code of docs/exit-codes.md.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if !a.parsed {
		err = withCode(exitUsage, err)
	}
	var quiet *quietError
	if !errors.As(err, &quiet) {
		fmt.Fprintf(a.err, "dunlin: %v%s\n", err, wrongpath.Mend(err))
	}
	if !a.parsed {
		fmt.Fprintln(a.err, "Run 'dunlin help' for the commands and their flags.")
	}
	return exitCode(err)
}

// command gives c the app's streams and habits; every command goes through it.
func (a *app) command(c *cobra.Command) *cobra.Command {
	c.SetIn(a.in)
	c.SetOut(a.out)
	c.SetErr(a.err)
	c.SilenceErrors, c.SilenceUsage = true, true
	if c.Args == nil {
		c.Args = cobra.NoArgs
	}
	return c
}

// group is a command that only holds others.
func (a *app) group(use, short string, subs ...*cobra.Command) *cobra.Command {
	c := a.command(&cobra.Command{Use: use, Short: short})
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(subs...)
	return c
}

// say tells a person something beside the data.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.err, format+"\n", args...) }

// isTerminal reports whether w is a screen that a person looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour reports whether standard output takes colours; see no-color.org.
func (a *app) colour() bool {
	return isTerminal(a.out) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

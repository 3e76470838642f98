package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

func (a *app) modelsImportCommand() *cobra.Command {
	var socket string
	c := a.command(&cobra.Command{
		Use: "import FILE", Short: "Hand a bundle to the running daemon, which checks it and puts it on its shelf", Args: cobra.ExactArgs(1),
		Long: `Hands the bytes of a bundle (NAME-VERSION.dunlin) to the running daemon, which keeps them as its own user, decides whether
they are to be believed, and unpacks them. No network is used. The version is printed; nothing opens it before
'dunlin models activate', or 'dunlin models verify', which runs it on this machine.`,
	})
	a.socketFlag(c, &socket)
	c.RunE = func(c *cobra.Command, args []string) error {
		f, err := openBundleFile(args[0])
		if err != nil {
			return err
		}
		defer f.Close() // it was only read
		v, err := control.NewClient(socket).ImportModel(c.Context(), filepath.Base(args[0]), f)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		signed := "its owner signed it"
		if v.Unsigned {
			signed = "nobody signed it"
		}
		fmt.Fprintln(a.out, v.Model)
		a.say("%s is on the shelf, %s; next: dunlin models activate %s", v.Model, signed, v.Model)
		return nil
	}
	return c
}

func openBundleFile(path string) (*os.File, error) {
	if isModelFile(path) {
		return nil, notPacked(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = withCode(exitUsage, fmt.Errorf("%s is a folder: a bundle is imported as one file, NAME-VERSION%s", path, manifest.Suffix))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (a *app) modelsActivateCommand() *cobra.Command {
	var socket string
	var r agent.ModelRequest
	c := a.command(&cobra.Command{
		Use: "activate NAME@VERSION", Short: "Have pipelines try a version: beside the old one, and back to it if it does not prove itself", Args: cobra.ExactArgs(1),
		Long: `Asks the pipelines that run the model to use another version of it: one on the shelf, or the one that the configuration
names. The new version is opened and verified beside the old one, takes over between two windows, and is on trial then:
when it breaches what its manifest allows, the pipeline goes back by itself. 'dunlin status' tells how it goes.`,
	})
	a.socketFlag(c, &socket)
	c.Flags().StringVar(&r.Pipeline, "pipeline", "", "only this `pipeline`; by default every one that runs the model")
	c.Flags().BoolVar(&r.Force, "force", false, "try a version again that has failed its trials here")
	c.RunE = func(c *cobra.Command, args []string) error {
		r.Model = args[0]
		if err := namesVersion(r.Model); err != nil {
			return err
		}
		names, err := control.NewClient(socket).ActivateModel(c.Context(), r)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			a.say("%s is in use already", r.Model)
			return nil
		}
		a.say("%s goes on trial on %s; next: dunlin status", r.Model, strings.Join(names, ", "))
		return nil
	}
	return c
}

// namesVersion refuses a command line on which a model stands without its version.
func namesVersion(model string) error {
	if ref, err := manifest.ParseRef(model); err != nil || ref.Version == 0 {
		return withCode(exitUsage, fmt.Errorf("%q names no version: write NAME@VERSION, as motions@2", model))
	}
	return nil
}

func (a *app) modelsRevertCommand() *cobra.Command {
	var socket string
	var r agent.ModelRequest
	c := a.command(&cobra.Command{
		Use: "revert NAME", Short: "End a model's trial, or go back to the version before", Args: cobra.ExactArgs(1),
		Long: "Ends the trial of the model's new version. When none is on trial, the pipelines go back to the version that they used\n" +
			"before; a second revert brings the newer one back.",
	})
	a.socketFlag(c, &socket)
	c.Flags().StringVar(&r.Pipeline, "pipeline", "", "only this `pipeline`; by default every one that runs the model")
	c.RunE = func(c *cobra.Command, args []string) error {
		r.Model = args[0]
		if _, err := manifest.ParseRef(r.Model); err != nil {
			return withCode(exitUsage, err)
		}
		names, err := control.NewClient(socket).RevertModel(c.Context(), r)
		if err != nil {
			return err
		}
		a.say("%s goes back on %s; next: dunlin status", r.Model, strings.Join(names, ", "))
		return nil
	}
	return c
}

// shelved are the versions on the shelf of the daemon that runs; none when no daemon answers.
func (a *app) shelved(ctx context.Context, socket string) ([]modelRow, error) {
	versions, err := control.NewClient(socket).Models(ctx)
	if errors.Is(err, control.ErrNotRunning) {
		return nil, nil
	}
	rows := make([]modelRow, 0, len(versions))
	for _, v := range versions {
		rows = append(rows, modelRow{
			Model: v.Model, Bytes: int(v.Bytes), Folder: filepath.FromSlash(v.Folder), Fault: v.Reason, Code: v.Code, State: v.State, Unsigned: v.Unsigned, Uses: v.Uses,
			File: v.File, From: v.From, Failures: v.Failures, Failed: v.Failed,
		})
	}
	return rows, err
}

// showShelf prints a table of its own: these are the daemon's, and what they are used for is known.
func (a *app) showShelf(rows []modelRow) error {
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	t := newTable(a.out, "ON THE SHELF", "STATE", "SIZE", "SIGNED", "USED BY", "REASON")
	for _, r := range rows {
		signed := "yes"
		if r.Unsigned {
			signed = "no"
		}
		if r.Folder == "" {
			signed = "-"
		}
		t.row(r.called(), r.State, fmt.Sprint(r.Bytes), signed, dash(strings.Join(r.Uses, ", ")), strings.Map(plain, r.against()))
	}
	return t.flush()
}

// called is what people know a version by: its name, or where the bundle could not be opened the name of its file; of one
// that came without a name, how its SHA-256 begins.
func (r *modelRow) called() string {
	return strings.Map(plain, cmp.Or(r.Model, r.From, r.File[:min(len(r.File), 12)], "-"))
}

// against is everything that is said against a version.
func (r *modelRow) against() string {
	if r.Failures == 0 {
		return r.Fault
	}
	text := fmt.Sprintf("it did not pass %d trials here, the last time: %s", r.Failures, r.Failed)
	if r.Failures == 1 {
		text = "it did not pass a trial here: " + r.Failed
	}
	if r.Fault != "" {
		text = r.Fault + "; " + text
	}
	return text
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

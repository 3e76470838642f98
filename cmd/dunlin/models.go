package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

func (a *app) modelsCommand() *cobra.Command {
	return a.group("models", "List, inspect and verify models", a.modelsListCommand(), a.modelsInspectCommand(), a.modelsVerifyCommand())
}

// modelRow is one version of a model on this machine.
type modelRow struct {
	Model  string `json:"model"`
	Engine string `json:"engine,omitempty"`
	Labels int    `json:"labels,omitempty"`
	Bytes  int    `json:"bytes,omitempty"`
	Folder string `json:"folder"`
	Fault  string `json:"fault,omitempty"`
}

func (a *app) modelsListCommand() *cobra.Command {
	var f modelFlags
	var output string
	c := a.command(&cobra.Command{Use: "ls", Short: "List the models on this machine"})
	a.modelFlags(c, &f)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(*cobra.Command, []string) error {
		lib, err := f.library(a)
		if err != nil {
			return err
		}
		rows := listModels(lib.roots)
		if len(rows) == 0 {
			a.say("no models in %s", strings.Join(lib.roots, ", "))
		}
		if output == "json" {
			return printJSON(a.out, rows)
		}
		t := newTable(a.out, "MODEL", "ENGINE", "LABELS", "SIZE", "FOLDER", "FAULT")
		for _, r := range rows {
			t.row(r.Model, r.Engine, strconv.Itoa(r.Labels), strconv.Itoa(r.Bytes), r.Folder, r.Fault)
		}
		return t.flush()
	}
	return c
}

// listModels opens every NAME/VERSION folder that holds a manifest; a root that is not there holds none.
func listModels(roots []string) []modelRow {
	rows := []modelRow{}
	for _, root := range roots {
		files, err := filepath.Glob(filepath.Join(escapeGlob(root), "*", "*", manifest.File))
		if err != nil {
			continue // the pattern is ours: escapeGlob leaves nothing that can be wrong
		}
		slices.Sort(files)
		for _, file := range files {
			rows = append(rows, describeModel(filepath.Dir(file)))
		}
	}
	return rows
}

func describeModel(dir string) modelRow {
	row := modelRow{Model: filepath.Base(filepath.Dir(dir)) + "@" + filepath.Base(dir), Folder: dir}
	b, err := manifest.Open(os.DirFS(dir))
	switch {
	case err != nil:
		row.Fault = err.Error()
	case b.Ref().String() != row.Model:
		row.Fault = "its manifest says " + b.Ref().String()
	default:
		row.Engine, row.Labels, row.Bytes = b.Engine.Name+" >= "+b.Engine.Min, len(b.Labels), len(b.Model)
	}
	return row
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

func (a *app) modelsInspectCommand() *cobra.Command {
	var f modelFlags
	var output string
	c := a.command(&cobra.Command{Use: "inspect MODEL", Short: "Print what a model says of itself", Args: cobra.ExactArgs(1)})
	a.modelFlags(c, &f)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(_ *cobra.Command, args []string) error {
		_, b, err := findModel(a, &f, args[0])
		if err != nil {
			return err
		}
		if output == "json" {
			return printJSON(a.out, inspection(b))
		}
		return writeInspection(newTable(a.out), b)
	}
	return c
}

func findModel(a *app, f *modelFlags, name string) (*library, *manifest.Bundle, error) {
	ref, err := manifest.ParseRef(name)
	if err != nil {
		return nil, nil, withCode(exitUsage, err)
	}
	lib, err := f.library(a)
	if err != nil {
		return nil, nil, err
	}
	b, err := lib.bundle(ref)
	return lib, b, err
}

func (a *app) modelsVerifyCommand() *cobra.Command {
	var f modelFlags
	c := a.command(&cobra.Command{
		Use: "verify MODEL", Short: "Run a model's golden vectors on this machine's runtime", Args: cobra.ExactArgs(1),
	})
	a.modelFlags(c, &f)
	c.RunE = func(_ *cobra.Command, args []string) error {
		lib, b, err := findModel(a, &f, args[0])
		if err != nil {
			return err
		}
		s, report, err := lib.session(b, engine.Options{})
		if err != nil {
			return err
		}
		rt, err := lib.runtime(b.Engine.Name)
		if err == nil {
			_, err = fmt.Fprintf(a.out, "%s on %s %s %s: %s\n", b.Ref(), rt.Name(), rt.Version(), s.Report(), report)
		}
		if cerr := s.Close(); err == nil {
			err = cerr
		}
		return err
	}
	return c
}

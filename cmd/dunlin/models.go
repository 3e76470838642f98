package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

func (a *app) modelsCommand() *cobra.Command {
	return a.group("models", "Make, list, inspect, verify and test models",
		a.modelsListCommand(), a.modelsInspectCommand(), a.modelsVerifyCommand(), a.modelsPackCommand(), a.modelsSchemaCommand(), a.modelsTestCommand(),
		a.modelsImportCommand(), a.modelsActivateCommand(), a.modelsRevertCommand(), a.modelsRemoveCommand(),
	)
}

// modelRow is one version of a model on this machine.
type modelRow struct {
	Model  string `json:"model"`
	Engine string `json:"engine,omitempty"`
	Labels int    `json:"labels,omitempty"`
	Bytes  int    `json:"bytes,omitempty"`
	Folder string `json:"folder"`
	Fault  string `json:"fault,omitempty"`
	Code   string `json:"code,omitempty"` // of the fault, as docs/models.md and docs/trust.md list them

	State    string   `json:"state,omitempty"` // on the shelf of the daemon that runs; empty for what lies in a root
	Unsigned bool     `json:"unsigned,omitempty"`
	Uses     []string `json:"uses,omitempty"`
	File     string   `json:"file,omitempty"` // SHA-256 of the file that it came as
	From     string   `json:"from,omitempty"` // the name of that file
	Failures int      `json:"failures,omitempty"`
	Failed   string   `json:"failed,omitempty"` // why the last trial ended
}

func (a *app) modelsListCommand() *cobra.Command {
	var f modelFlags
	var output, socket string
	c := a.command(&cobra.Command{Use: "ls", Short: "List the models on this machine, and the versions on the running daemon's shelf"})
	a.modelFlags(c, &f)
	a.socketFlag(c, &socket)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(c *cobra.Command, _ []string) error {
		lib, err := f.library(a)
		if err != nil {
			return err
		}
		shelved, err := a.shelved(c.Context(), socket)
		if err != nil {
			return err
		}
		rows := listModels(lib.roots)
		if len(rows) == 0 {
			a.say("no models in %s", strings.Join(lib.roots, ", "))
		}
		if output == "json" {
			return printJSON(a.out, append(rows, shelved...))
		}
		t := newTable(a.out, "MODEL", "ENGINE", "LABELS", "SIZE", "WHERE", "FAULT")
		for _, r := range rows {
			t.row(r.Model, r.Engine, strconv.Itoa(r.Labels), strconv.Itoa(r.Bytes), r.Folder, r.Fault)
		}
		return errors.Join(t.flush(), a.showShelf(shelved))
	}
	return c
}

// listModels opens every NAME/VERSION folder that holds a manifest, and every NAME-VERSION.dunlin; a root that is not there
// holds none.
func listModels(roots []string) []modelRow {
	rows := []modelRow{}
	for _, root := range roots {
		folders, ferr := filepath.Glob(filepath.Join(escapeGlob(root), "*", "*", manifest.File))
		files, err := filepath.Glob(filepath.Join(escapeGlob(root), "*"+manifest.Suffix))
		if ferr != nil || err != nil {
			continue // the patterns are ours: escapeGlob leaves nothing that can be wrong
		}
		slices.Sort(folders)
		for _, file := range folders {
			dir := filepath.Dir(file)
			if shelf.IsVersion(filepath.Base(dir)) {
				continue // the daemon's, which tells of them itself
			}
			rows = append(rows, describeModel(dir, filepath.Base(filepath.Dir(dir))+"@"+filepath.Base(dir)))
		}
		slices.Sort(files)
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), manifest.Suffix)
			if at := strings.LastIndex(name, "-"); at > 0 {
				name = name[:at] + "@" + name[at+1:]
			}
			rows = append(rows, describeModel(file, name))
		}
	}
	return rows
}

func describeModel(path, name string) modelRow {
	row := modelRow{Model: name, Folder: path}
	b, err := openBundle(path)
	if err != nil {
		row.Fault, row.Code = err.Error(), string(manifest.CodeOf(err))
		return row
	}
	if b.Ref().String() != name {
		row.Fault = "its manifest says " + b.Ref().String()
	} else {
		row.Engine, row.Labels, row.Bytes = b.Engine.Name+" >= "+b.Engine.Min, len(b.Labels), len(b.Model)
	}
	if err := b.Close(); err != nil {
		row.Fault = err.Error()
	}
	return row
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

func (a *app) modelsInspectCommand() *cobra.Command {
	var f modelFlags
	var output string
	c := a.command(&cobra.Command{Use: "inspect MODEL", Short: "Print what a bundle, or a plain .tflite or .onnx file, says of itself", Args: cobra.ExactArgs(1)})
	a.modelFlags(c, &f)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if isModelFile(args[0]) {
			return a.inspectFile(args[0], output)
		}
		_, b, err := findModel(a, &f, args[0])
		if err != nil {
			return err
		}
		defer b.Close()
		if output == "json" {
			return printJSON(a.out, inspection(b.Bundle))
		}
		return writeInspection(newTable(a.out), b.Bundle)
	}
	return c
}

// findModel opens the bundle that a command line names: a path, or a model of the library. The caller closes it.
func findModel(a *app, f *modelFlags, name string) (*library, *bundle, error) {
	lib, err := f.library(a)
	if err != nil {
		return nil, nil, err
	}
	if isModelFile(name) {
		return nil, nil, notPacked(name)
	}
	path := name
	if !isPath(name) {
		ref, err := manifest.ParseRef(name)
		if err != nil {
			return nil, nil, withCode(exitUsage, err)
		}
		if path, err = lib.find(ref); err != nil {
			return nil, nil, err
		}
	}
	b, err := openBundle(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read model %s: %w", name, err)
	}
	if ref, err := manifest.ParseRef(name); err == nil && (b.Name != ref.Name || ref.Version != 0 && b.Version != ref.Version) {
		return nil, nil, withCode(exitUsage, errors.Join(fmt.Errorf("read model %s in %s: its manifest says %s", name, path, b.Ref()), b.Close()))
	}
	return lib, b, nil
}

// notPacked is the error of a plain model where a bundle is wanted.
func notPacked(path string) error {
	return withCode(exitUsage, fmt.Errorf("%s is a model, no bundle: 'dunlin models pack' makes one of it, 'dunlin models inspect' looks at it", path))
}

func (a *app) modelsVerifyCommand() *cobra.Command {
	var f modelFlags
	c := a.command(&cobra.Command{
		Use: "verify MODEL", Short: "Run a model's golden vectors on this machine's runtime", Args: cobra.ExactArgs(1),
	})
	a.modelFlags(c, &f)
	c.RunE = func(c *cobra.Command, args []string) error {
		lib, b, err := findModel(a, &f, args[0])
		if err != nil {
			return err
		}
		defer b.Close()
		s, report, err := lib.session(c.Context(), b.Bundle, engine.Options{})
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

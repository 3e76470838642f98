package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
)

// Options say what a configuration is read against. The zero value is this machine.
type Options struct {
	MachineID string // file of the machine-id; empty means /etc/machine-id
}

// Text is one file's name and content.
type Text struct {
	Name string
	Data []byte
}

// Load reads the file at path and lays conf.d/*.yaml beside it over it, in the order of their names. It returns Errors
// when a file's content is at fault.
func Load(path string, opts Options) (*Config, error) {
	overlays, err := filepath.Glob(filepath.Join(escape(filepath.Dir(path)), "conf.d", "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	slices.Sort(overlays)
	var texts []Text
	for _, name := range append([]string{path}, overlays...) {
		data, err := readFile(name)
		if err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
		texts = append(texts, Text{name, data})
	}
	machineID, err := readMachineID(opts.MachineID)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(dir, machineID, texts...)
}

// escape keeps a folder's name from being read as a pattern.
func escape(dir string) string {
	var b bytes.Buffer
	for _, r := range dir {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// readFile reads one byte more than a configuration may have, so that parse can say that it is too large.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	return data, errors.Join(err, f.Close())
}

func readMachineID(file string) (string, error) {
	if file == "" {
		file = "/etc/machine-id"
	}
	id, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read machine-id: %w", err)
	}
	return string(id), nil
}

// Parse makes a Config of texts that are laid over each other in order. Relative paths count from dir. Its error is
// always Errors.
func Parse(dir, machineID string, texts ...Text) (*Config, error) {
	var all Errors
	tree := &node{kind: mapping, at: pos{src: newSource("configuration", nil), line: 1, col: 1}}
	tree.key = tree.at
	for i, t := range texts {
		n, errs := parse(t.Name, t.Data)
		all = append(all, errs...)
		if n != nil && i == 0 {
			tree = n
		} else if n != nil {
			tree = tree.merge(n)
		}
	}
	if err := all.result(); err != nil {
		return nil, err
	}
	r := &resolver{tree: tree, dir: dir}
	d := &decoder{}
	d.value(tree, reflect.ValueOf(&r.file).Elem(), "")
	if err := d.errs.result(); err != nil {
		return nil, err
	}
	return r.config(machineID)
}

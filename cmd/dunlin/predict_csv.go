package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// csvFile is the recording as a file that can be replayed: the input itself, or a copy of it when it comes from
// standard input or calls its label column by another name.
func (a *app) csvFile(f predictFlags) (path string, cleanup func() error, err error) {
	if f.input != "-" && f.labelColumn == "label" {
		return f.input, func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "dunlin-predict-")
	if err != nil {
		return "", nil, fmt.Errorf("copy recording: %w", err)
	}
	cleanup = func() error { return os.RemoveAll(dir) }
	if err := a.copyCSV(f, dir); err != nil {
		return "", nil, errors.Join(err, cleanup())
	}
	if f.input == "-" {
		return filepath.Join(dir, "stdin.csv"), cleanup, nil
	}
	return dir, cleanup, nil
}

func (a *app) copyCSV(f predictFlags, dir string) error {
	if f.input == "-" {
		return copyOne(a.in, filepath.Join(dir, "stdin.csv"), f.labelColumn)
	}
	files, err := csvFiles(f.input)
	if err != nil {
		return err
	}
	for _, name := range files {
		in, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("copy recording: %w", err)
		}
		err = copyOne(in, filepath.Join(dir, filepath.Base(name)), f.labelColumn)
		if err := errors.Join(err, in.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func csvFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &hal.AbsentError{What: fmt.Sprintf("recording %q", path), Fix: "check --input", Err: os.ErrNotExist}
	}
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".csv") {
			out = append(out, filepath.Join(path, e.Name()))
		}
	}
	return out, nil
}

// copyOne copies a recording and renames its label column in the header, the first line that is no comment.
func copyOne(in io.Reader, path, labelColumn string) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy recording: %w", err)
	}
	r := bufio.NewReader(in)
	for err == nil {
		var line string
		line, err = r.ReadString('\n')
		header := line != "" && !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != ""
		if header {
			line, err = renameLabel(line, labelColumn)
		}
		if _, werr := out.WriteString(line); werr != nil {
			err = werr
		}
		if header {
			break
		}
	}
	if err == nil {
		_, err = io.Copy(out, r)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("copy recording: %w", err)
	}
	return nil
}

func renameLabel(line, column string) (string, error) {
	cells := strings.Split(strings.TrimRight(line, "\r\n"), ",")
	if column == "label" {
		return line, nil
	}
	at := slices.Index(cells, column)
	if at < 0 {
		return line, withCode(exitUsage, fmt.Errorf("there is no column %q; the columns are %s", column, strings.Join(cells, ", ")))
	}
	cells[at] = "label"
	return strings.Join(cells, ",") + "\n", nil
}

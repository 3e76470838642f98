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

// copied is the copy of a recording that is replayed in place of what the command line names; zero when there is none.
type copied struct{ dir, input string }

func (c copied) remove() error {
	if c.dir == "" {
		return nil
	}
	return os.RemoveAll(c.dir)
}

// named makes an error speak of the file that the command line names.
func (c copied) named(err error) error {
	if err == nil || c.dir == "" {
		return err
	}
	names := []string{filepath.Join(c.dir, stdinName), "standard input", c.dir, filepath.Clean(c.input)}
	if info, statErr := os.Stat(c.input); statErr == nil && !info.IsDir() {
		names = append([]string{filepath.Join(c.dir, filepath.Base(c.input)), c.input}, names...)
	}
	return &namedError{err, strings.NewReplacer(names...).Replace(err.Error())}
}

// namedError is an error in other words.
type namedError struct {
	err  error
	text string
}

func (e *namedError) Error() string { return e.text }
func (e *namedError) Unwrap() error { return e.err }

const stdinName = "stdin.csv"

// csvFile is the recording as a file that can be replayed: the input itself, or a copy of it when it comes from
// standard input or calls its label column by another name.
func (a *app) csvFile(f predictFlags) (path string, c copied, err error) {
	if f.input != "-" && f.labelColumn == "label" {
		return f.input, copied{}, nil
	}
	dir, err := os.MkdirTemp("", "dunlin-predict-")
	if err != nil {
		return "", copied{}, fmt.Errorf("copy recording: %w", err)
	}
	c = copied{dir, f.input}
	if err := a.copyCSV(f, dir); err != nil {
		return "", c, errors.Join(err, c.remove())
	}
	if f.input == "-" {
		return filepath.Join(dir, stdinName), c, nil
	}
	return dir, c, nil
}

func (a *app) copyCSV(f predictFlags, dir string) error {
	if f.input == "-" {
		if err := copyOne(a.in, filepath.Join(dir, stdinName), f.labelColumn); err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		return nil
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
	if column == "label" {
		return line, nil
	}
	cells := strings.Split(strings.TrimRight(line, "\r\n"), ",")
	bare := make([]string, len(cells))
	for i, c := range cells {
		bare[i] = strings.Trim(strings.TrimSpace(c), `"`)
	}
	at := slices.Index(bare, column)
	if at < 0 {
		return line, withCode(exitUsage, fmt.Errorf("there is no column %q; the columns are %s", column, strings.Join(cells, ", ")))
	}
	if slices.Contains(bare, "label") {
		return line, withCode(exitUsage, fmt.Errorf(`a column "label" stands beside %q, and a recording has one column of labels: `+
			`remove "label" from the file, or leave --label-column out to use it and remove %q`, column, column))
	}
	cells[at] = "label"
	return strings.Join(cells, ",") + "\n", nil
}

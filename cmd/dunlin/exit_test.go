package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
)

func TestExitCode(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("disk on fire"), 1},
		{config.Errors{{File: "c.yaml"}}, 2},
		{engine.ErrModel, 2},
		{control.ErrBadRequest, 2},
		{&hal.AbsentError{What: "x"}, 3},
		{fs.ErrNotExist, 3},
		{engine.ErrRuntime, 3},
		{control.ErrNotRunning, 3},
		{control.ErrNotFound, 3},
		{fs.ErrPermission, 4},
		{control.ErrForbidden, 4},
		{withCode(2, fs.ErrNotExist), 2},
	} {
		err := tc.err
		if err != nil {
			err = fmt.Errorf("while working: %w", err)
		}
		if got := exitCode(err); got != tc.want {
			t.Errorf("exitCode(%v) = %d, want %d", err, got, tc.want)
		}
	}
}

// TestExitCodesAreDocumented: the page lists these codes and no others.
func TestExitCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile(fixture.Path(t, "docs", "exit-codes.md"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(string(page), -1) {
		got = append(got, m[1])
	}
	var want []string
	for _, code := range []int{exitOK, exitFault, exitUsage, exitAbsent, exitRefused} {
		want = append(want, strconv.Itoa(code))
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("docs/exit-codes.md lists %v, the program has %v", got, want)
	}
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

type result struct {
	passed, failed int
	took           time.Duration
}

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
}

func run(ctx context.Context, t tier, verbose bool) result {
	start := time.Now()
	packages, err := t.expand(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "tiers: %s: %v\n", t.name, err)
		return result{failed: 1, took: time.Since(start)}
	}
	args := append([]string{"test", "-json", "-count=1"}, t.flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, packages...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "tiers: %s: %v\n", t.name, err)
		return result{failed: 1, took: time.Since(start)}
	}
	r := read(out, verbose)
	if err := cmd.Wait(); err != nil && r.failed == 0 {
		fmt.Fprintf(os.Stderr, "tiers: %s: go test: %v\n", t.name, err)
		r.failed = 1
	}
	r.took = time.Since(start)
	return r
}

// read counts tests and keeps the output of each until it is known to have passed.
func read(out io.Reader, verbose bool) result {
	var r result
	kept := map[string]*strings.Builder{}
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return r
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			fmt.Fprintf(os.Stderr, "%s", line)
			continue
		}
		r.count(e, kept, verbose)
	}
}

func (r *result) count(e event, kept map[string]*strings.Builder, verbose bool) {
	name := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if kept[name] == nil {
			kept[name] = &strings.Builder{}
		}
		kept[name].WriteString(e.Output)
		if verbose {
			fmt.Print(e.Output)
		}
	case "pass":
		if e.Test != "" {
			r.passed++
		}
		delete(kept, name)
	case "fail", "skip", "build-fail":
		if e.Action == "skip" && e.Test == "" {
			return // a package without tests
		}
		r.failed++
		if b := kept[name]; b != nil && !verbose {
			fmt.Fprintf(os.Stderr, "--- %s %s\n%s", e.Action, name, b)
		}
		delete(kept, name)
	}
}

// expand turns a tier's patterns into packages; the tier without patterns takes what the others leave.
func (t tier) expand(ctx context.Context) ([]string, error) {
	if len(t.packages) > 0 {
		return t.packages, nil
	}
	all, err := goList(ctx, "./...")
	if err != nil {
		return nil, err
	}
	claimed := map[string]bool{}
	for _, other := range everyTier() {
		if other.name == "race" || len(other.packages) == 0 {
			continue
		}
		names, err := goList(ctx, other.packages...)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			claimed[n] = true
		}
	}
	var rest []string
	for _, p := range all {
		if !claimed[p] {
			rest = append(rest, p)
		}
	}
	return rest, nil
}

func goList(ctx context.Context, patterns ...string) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", append([]string{"list"}, patterns...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w", strings.Join(patterns, " "), err)
	}
	return strings.Fields(string(out)), nil
}

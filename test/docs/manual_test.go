package docs_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// block is one fenced block of a page.
type block struct {
	kind, text string
	line       int
}

func blocks(page string) []block {
	var all []block
	var open *block
	for i, line := range strings.Split(page, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &block{kind: fence, line: i + 1}
		case isFence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return all
}

func pages(t *testing.T) []string {
	t.Helper()
	docs, err := filepath.Glob(filepath.Join(fixture.Root(), "docs", "*.md"))
	if err != nil || len(docs) < 5 {
		t.Fatalf("docs/*.md: %d pages, %v", len(docs), err)
	}
	return append([]string{fixture.Path(t, "README.md")}, docs...)
}

// TestEveryBlock runs each page in a folder of its own that looks like a fresh clone after `make build`.
func TestEveryBlock(t *testing.T) {
	bin := filepath.Dir(fixture.Program(t, "dunlin"))
	fixture.Program(t, "dunlin-hub")
	ran := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		dir := clone(t)
		for _, b := range blocks(string(text)) {
			switch b.kind {
			case "sh":
				run(t, page, b, dir, bin)
				ran++
			case "yaml":
				check(t, page, b, dir, bin)
				ran++
			case "text", "json":
			default:
				t.Errorf("%s:%d: block of kind %q: use sh, yaml, json or text", page, b.line, b.kind)
			}
		}
	}
	if ran < 10 {
		t.Errorf("only %d blocks ran: the manual has lost its commands, or this test its way", ran)
	}
}

// clone is a folder that holds what the commands of the manual read.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"examples", "testdata", "Makefile", "cross"} {
		if err := os.Symlink(fixture.Path(t, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rehearse turns commands that would run this very test again, or for ever, into ones that end.
func rehearse(command string) string {
	if strings.HasPrefix(command, "dunlin-hub keys ") { // the cost of guessing a passphrase is paid for every key
		return strings.TrimSuffix(command, "\n") + " --work 10"
	}
	for _, r := range []struct{ from, to string }{
		{"make demo", "make -n demo SECONDS=20"}, {"make test", "make -n test"}, {"make bench", "make -n bench"}, {"make cross", "make -n cross"},
		{"make runtime", "make -n runtime"}, {"make package", "make -n package"},
	} {
		if strings.HasPrefix(command, r.from) {
			return r.to
		}
	}
	return command
}

func run(t *testing.T, page string, b block, dir, bin string) {
	t.Helper()
	var script strings.Builder
	for line := range strings.Lines(b.text) {
		script.WriteString(rehearse(line) + "\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script.String()+"\nkill $(jobs -p) 2>/dev/null || true; wait")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "DUNLIN_TFLITE="+fixture.Runtime(t), "NO_COLOR=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s:%d: %v\n%s\n%s", page, b.line, err, b.text, out)
	}
}

func check(t *testing.T, page string, b block, dir, bin string) {
	t.Helper()
	file := filepath.Join(dir, "from-the-manual.yaml")
	if err := os.WriteFile(file, []byte(b.text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "dunlin"), "config", "check", "--config", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s:%d: %v\n%s", page, b.line, err, out)
	}
}

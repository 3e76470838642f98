package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// TestShowReadsBack: what config show prints is a configuration that means the same.
func TestShowReadsBack(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("testdata/good: %d files, %v", len(files), err)
	}
	for _, f := range append(files, "sample.yaml") {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		first, err := parse(string(data))
		if err != nil {
			t.Fatal(err)
		}
		readsBack(t, first)
	}
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func readsBack(t fataler, first *config.Config) {
	t.Helper()
	shown, err := first.File.YAML()
	if err != nil {
		t.Fatalf("YAML: %v", err)
	}
	second, err := parse(string(shown))
	if err != nil {
		t.Fatalf("Parse of what YAML wrote: %v\n%s", err, shown)
	}
	clearEmpty(first)
	clearEmpty(second)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Fatalf("read back (-first +second):\n%s\n%s", diff, shown)
	}
}

// clearEmpty forgets the difference between a list that is empty and one that is not there.
func clearEmpty(c *config.Config) {
	if len(c.File.Device.Tags) == 0 {
		c.File.Device.Tags = nil
	}
	if len(c.File.Sources) == 0 {
		c.File.Sources = nil
	}
	if len(c.File.Pipelines) == 0 {
		c.File.Pipelines = nil
	}
}

func TestShowKeepsOrderAndQuotes(t *testing.T) {
	c, err := parse("log: {level: debug}\ndevice: {id: \"17\", tags: {a: \"true\", b: \"x: y\"}}\n")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.File.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(got), "device:\n  id: \"17\"\n  tags:\n    a: \"true\"\n    b: 'x: y'\n") &&
		!strings.HasPrefix(string(got), "device:\n  id: \"17\"\n  tags:\n    a: \"true\"\n    b: \"x: y\"\n") {
		t.Errorf("YAML:\n%s", got)
	}
}

// TestUnits: a value that was read is written so that it is read as the same value.
func TestUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := config.Bytes(rapid.Int64Range(0, 1<<49).Draw(t, "bytes"))
		h := config.Hertz(rapid.IntRange(1, 1_000_000).Draw(t, "millihertz")) / 1000
		d := config.Duration(rapid.Int64Range(1, 1<<40).Draw(t, "us") * 1000)
		s := config.Share(rapid.IntRange(0, 1000).Draw(t, "share")) / 1000
		checkText(t, &b, new(config.Bytes))
		checkText(t, &h, new(config.Hertz))
		checkText(t, &d, new(config.Duration))
		checkText(t, &s, new(config.Share))
	})
}

func checkText[T comparable, S interface {
	*T
	config.Scalar
}](t fataler, want, got S) {
	t.Helper()
	text, err := want.MarshalText()
	if err != nil {
		t.Fatalf("MarshalText: %v", err)
	}
	if err := got.UnmarshalText(text); err != nil {
		t.Fatalf("UnmarshalText(%s): %v", text, err)
	}
	if *got != *want {
		t.Fatalf("%s reads back as %v, was %v", text, *got, *want)
	}
}

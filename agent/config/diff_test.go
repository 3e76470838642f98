package config_test

import (
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
)

func TestDiff(t *testing.T) {
	const base = "sources:\n  a: {driver: replay, file: a.csv}\npipelines:\n  p: {source: a, model: m@1}\n"
	first, err := parse(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", base + "# a comment\nlog: {level: info}\n", nil},
		{"level", base + "log: {level: debug}\n", []string{"log.level"}},
		{"nested", "sources:\n  a: {driver: replay, file: b.csv, loop: on}\npipelines:\n  p: {source: a, model: m@2, decide: {hold: 3}}\n",
			[]string{"pipelines.p.decide.hold", "pipelines.p.model", "sources.a.file", "sources.a.loop"}},
		{"removed", "sources:\n  a: {driver: replay, file: a.csv}\n", []string{"pipelines.p.decide.report", "pipelines.p.isolated", "pipelines.p.model", "pipelines.p.on", "pipelines.p.prefer", "pipelines.p.source", "pipelines.p.threads"}},
	} {
		second, err := parse(tc.text)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if got := config.Diff(first.File, second.File); !slices.Equal(got, tc.want) {
			t.Errorf("%s: Diff = %v, want %v", tc.name, got, tc.want)
		}
	}
}

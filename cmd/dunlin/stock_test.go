package main

import (
	"bytes"
	"log/slog"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// TestUsesOfAPipelineThatIsNoMore: a version that only a pipeline of an older configuration tried is used by nobody.
func TestUsesOfAPipelineThatIsNoMore(t *testing.T) {
	cfg := &config.Config{State: t.TempDir(), AllowUnsigned: true}
	open := func() *stock {
		t.Helper()
		s, err := newStock(cfg, deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, &library{}, &notes{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	data, err := versionOf(fixture.Path(t, "examples", "models", "motions", "1"), "2", "{}", false)
	if err != nil {
		t.Fatal(err)
	}
	s := open()
	s.open("activity", use{ref: manifest.Ref{Name: "motions", Version: 1}})
	if _, err = s.shelf.Import(t.Context(), "", bytes.NewReader(data)); err == nil {
		err = s.shelf.Activate(shelf.Request{Pipeline: "activity", Base: "motions@1", Model: manifest.Ref{Name: "motions", Version: 2}})
	}
	if err != nil {
		t.Fatal(err)
	}
	if v := s.ModelVersions(); len(v) != 1 || !slices.Equal(v[0].Uses, []string{"activity: waiting"}) {
		t.Errorf("on the shelf are %+v", v)
	}
	if v := open().ModelVersions(); len(v) != 1 || len(v[0].Uses) != 0 {
		t.Errorf("without the pipeline: %+v", v)
	}
}

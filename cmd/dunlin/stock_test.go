package main

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/agent/reconcile"
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

// shared is a stock of two pipelines that run one model, with versions 2 and 3 on the shelf.
func shared(t *testing.T) *stock {
	t.Helper()
	s, err := newStock(&config.Config{State: t.TempDir(), AllowUnsigned: true}, deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, &library{}, &notes{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"left", "right"} {
		s.names = append(s.names, name)
		s.open(name, use{ref: manifest.Ref{Name: "motions", Version: 1}})
		s.lines[name].keeper = reconcile.New(reconcile.Config{Pipeline: name}, nil, s.shelf, s.rec)
	}
	for _, version := range []string{"2", "3"} {
		data, err := versionOf(fixture.Path(t, "examples", "models", "motions", "1"), version, "{}", false)
		if err == nil {
			_, err = s.shelf.Import(t.Context(), "", bytes.NewReader(data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// active is the version that a pipeline has for good: 0 is the configuration's.
func active(t *testing.T, s *stock, pipeline string) int {
	t.Helper()
	slot, _ := s.shelf.Slot(pipeline)
	v, _ := s.shelf.At(slot.Active)
	return v.Version
}

// TestRevertEndsTheTrialAlone: another pipeline of the model, which has nothing on trial, keeps what it uses.
func TestRevertEndsTheTrialAlone(t *testing.T) {
	s := shared(t)
	ask := func(model, pipeline string) {
		t.Helper()
		if _, err := s.ActivateModel(t.Context(), agent.ModelRequest{Model: model, Pipeline: pipeline}); err != nil {
			t.Fatal(err)
		}
	}
	ask("motions@2", "right")
	if err := errors.Join(s.shelf.Begin("right"), s.shelf.Try("right"), s.shelf.Commit("right", "it does")); err != nil {
		t.Fatal(err)
	}
	ask("motions@3", "left")
	back := func(want ...string) {
		t.Helper()
		if names, err := s.RevertModel(t.Context(), agent.ModelRequest{Model: "motions"}); err != nil || !slices.Equal(names, want) {
			t.Errorf("%q go back, %v; want %q", names, err, want)
		}
	}
	back("left")
	if v := active(t, s, "right"); v != 2 {
		t.Errorf("the pipeline without a trial went back to version %d", v)
	}
	back("right")
	if v := active(t, s, "right"); v != 0 {
		t.Errorf("without a trial anywhere it uses version %d, want the configuration's", v)
	}
}

// TestActivateWhereItMay: a pipeline that has another version on trial does not keep the others from theirs, and the
// refusal tells what has happened.
func TestActivateWhereItMay(t *testing.T) {
	s := shared(t)
	if _, err := s.ActivateModel(t.Context(), agent.ModelRequest{Model: "motions@2", Pipeline: "left"}); err != nil {
		t.Fatal(err)
	}
	if err := s.shelf.Begin("left"); err != nil {
		t.Fatal(err)
	}
	_, err := s.ActivateModel(t.Context(), agent.ModelRequest{Model: "motions@3"})
	if !errors.Is(err, control.ErrForbidden) || !strings.Contains(err.Error(), "pipeline left has motions@2 on trial") || !strings.Contains(err.Error(), "it goes on trial on right all the same") {
		t.Errorf("activate: %v", err)
	}
	if slot, _ := s.shelf.Slot("right"); slot.Next == nil || slot.Next.Model != "motions@3" {
		t.Errorf("the other pipeline has %+v", slot.Next)
	}
}

package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
)

// shelf takes bundles that begin with "good".
type shelf struct {
	asked []agent.ModelRequest
	size  int
	name  string
}

func (s *shelf) ModelVersions() []agent.ModelStatus {
	return []agent.ModelStatus{{Model: "motions@2", State: "verified", Uses: []string{"activity: trial"}}}
}

func (s *shelf) ImportModel(_ context.Context, name string, bundle io.Reader) (agent.ModelStatus, error) {
	data, err := io.ReadAll(bundle)
	if err != nil {
		return agent.ModelStatus{}, err
	}
	s.size, s.name = len(data), name
	if !bytes.HasPrefix(data, []byte("good")) {
		return agent.ModelStatus{}, fmt.Errorf("nobody signed it: %w", control.ErrForbidden)
	}
	return agent.ModelStatus{Model: "motions@2"}, nil
}

func (s *shelf) ActivateModel(_ context.Context, r agent.ModelRequest) ([]string, error) {
	s.asked = append(s.asked, r)
	if r.Model != "motions@2" {
		return nil, fmt.Errorf("model %s is not on the shelf: %w", r.Model, control.ErrNotFound)
	}
	return []string{"activity"}, nil
}

func (s *shelf) RevertModel(_ context.Context, r agent.ModelRequest) ([]string, error) {
	s.asked = append(s.asked, r)
	return []string{"activity", "sound"}, nil
}

func (s *shelf) RemoveModel(_ context.Context, r agent.ModelRequest) error {
	s.asked = append(s.asked, r)
	if r.Model != "motions@3" {
		return fmt.Errorf("pipeline activity uses %s: %w", r.Model, control.ErrForbidden)
	}
	return nil
}

// TestModels: what a client asks for arrives whole, and so does the answer; a bundle is larger than any other request.
func TestModels(t *testing.T) {
	s := &shelf{}
	c := control.NewClient(start(t, newDaemon(), control.Config{Models: s}))
	bundle := append([]byte("good"), make([]byte, 3<<20)...)
	if v, err := c.ImportModel(t.Context(), "motions 2.dunlin", bytes.NewReader(bundle)); err != nil || v.Model != "motions@2" || s.size != len(bundle) || s.name != "motions 2.dunlin" {
		t.Errorf("import of %d bytes: %+v, %v; %d arrived as %q", len(bundle), v, err, s.size, s.name)
	}
	if v, err := c.Models(t.Context()); err != nil || len(v) != 1 || v[0].Uses[0] != "activity: trial" {
		t.Errorf("versions %+v, %v", v, err)
	}
	ask := agent.ModelRequest{Model: "motions@2", Pipeline: "activity", Force: true}
	if names, err := c.ActivateModel(t.Context(), ask); err != nil || !slices.Equal(names, []string{"activity"}) {
		t.Errorf("activate: %v, %v", names, err)
	}
	if names, err := c.RevertModel(t.Context(), agent.ModelRequest{Model: "motions"}); err != nil || !slices.Equal(names, []string{"activity", "sound"}) {
		t.Errorf("revert: %v, %v", names, err)
	}
	if err := c.RemoveModel(t.Context(), agent.ModelRequest{Model: "motions@3"}); err != nil {
		t.Errorf("remove: %v", err)
	}
	if err := c.RemoveModel(t.Context(), agent.ModelRequest{Model: "motions@2"}); !errors.Is(err, control.ErrForbidden) {
		t.Errorf("remove what is used: %v", err)
	}
	if !slices.Equal(s.asked, []agent.ModelRequest{ask, {Model: "motions"}, {Model: "motions@3"}, {Model: "motions@2"}}) {
		t.Errorf("the agent was asked %+v", s.asked)
	}
}

func TestModelErrors(t *testing.T) {
	c := control.NewClient(start(t, newDaemon(), control.Config{Models: &shelf{}}))
	if _, err := c.ImportModel(t.Context(), "", strings.NewReader("bad")); !errors.Is(err, control.ErrForbidden) || !strings.HasPrefix(err.Error(), "nobody signed it") {
		t.Errorf("import: %v", err)
	}
	if _, err := c.ActivateModel(t.Context(), agent.ModelRequest{Model: "motions@9"}); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("activate: %v", err)
	}
}

func TestNoShelf(t *testing.T) {
	bare := control.NewClient(start(t, newDaemon(), control.Config{}))
	if _, err := bare.Models(t.Context()); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("an agent without a shelf: %v", err)
	}
}

// TestStalledImport: whoever begins to send a bundle and stops must not keep everybody else from sending one.
func TestStalledImport(t *testing.T) {
	s := &shelf{}
	c := control.NewClient(start(t, newDaemon(), control.Config{Models: s, Stall: 50 * time.Millisecond}))
	begun, stalls := io.Pipe()
	defer stalls.Close()
	go func() { _, _ = stalls.Write([]byte("PK")) }()
	v, err := c.ImportModel(t.Context(), "", begun)
	if err == nil {
		t.Fatalf("imported %+v", v)
	}
	if !errors.Is(err, control.ErrBadRequest) || !strings.Contains(err.Error(), "no byte came for 50ms") {
		t.Errorf("the one who stalls is told %v", err)
	}
}

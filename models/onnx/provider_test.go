package onnx_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// What cannot be had is a stated fallback: a word that nobody knows, a provider that the library was not built with,
// one whose own library is missing. The model runs all the same.
func TestProviderFallsBackWithReason(t *testing.T) {
	m := models(t)[0]
	r := open(t)
	t.Logf("the library has %v", r.Providers())
	for name, c := range map[string]struct {
		way  []string
		says []string
		on   string
	}{
		"unknown word":     {[]string{"warp"}, []string{"warp (unknown_delegate): not a provider of this program, which knows cpu, none, tensorrt, cuda"}, "cpu"},
		"not built in":     {[]string{"openvino"}, []string{"openvino (no_symbol): this library", "has no OpenVINOExecutionProvider, only"}, "cpu"},
		"cannot start":     {[]string{"cuda"}, []string{"cuda (create_failed): build session:", "libonnxruntime_providers_shared.so"}, "cpu"},
		"two, then plain":  {[]string{"tensorrt", "cuda", "none"}, []string{"tensorrt (create_failed): build session:", "; cuda (create_failed): build session:"}, "none"},
		"nothing after it": {[]string{"cpu", "cuda"}, nil, "cpu"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := r.Load(m.File, engine.Options{Delegates: c.way})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			rep := s.Report()
			for _, want := range c.says {
				if !strings.Contains(rep.Reason, want) {
					t.Errorf("reason %q does not say %q", rep.Reason, want)
				}
			}
			if rep.Delegate != c.on || (rep.Reason == "") != (c.says == nil) || strings.Contains(rep.Reason, "\n") {
				t.Errorf("got %+v", rep)
			}
			if err := s.Invoke(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A run that would take days ends when it is cancelled, and the session can be used again.
func TestCancel(t *testing.T) {
	s := load(t, file(t, testdata, "loop.onnx"), engine.Options{})
	for range 2 {
		done := make(chan error)
		go func() { done <- s.Invoke() }()
		if err := s.Cancel(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if !errors.Is(err, engine.ErrLost) || !strings.Contains(err.Error(), "terminate") {
				t.Errorf("got %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("it runs on")
		}
	}
	small := load(t, models(t)[0].File, engine.Options{})
	if err := small.Cancel(); err != nil {
		t.Fatal(err)
	}
	if err := small.Invoke(); err == nil {
		t.Error("a cancelled session runs")
	}
	if err := small.Invoke(); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestLoadRefusesThreads(t *testing.T) {
	for _, n := range []int{-1, 65} {
		if s, err := open(t).Load(models(t)[0].File, engine.Options{Threads: n}); err == nil || errors.Is(err, engine.ErrModel) {
			t.Errorf("%d threads: %v, %v", n, s, err)
		}
	}
	s := load(t, models(t)[0].File, engine.Options{Threads: 2})
	if err := s.Invoke(); err != nil {
		t.Error(err)
	}
}

package probe_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/probe"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// wish asks for the words; each plug-in is named after its mode.
func (k *kit) wish(asListed bool, words ...string) probe.Wish {
	r := k.request(engine.Plugin{})
	var plugins []engine.Plugin
	for _, mode := range []string{"ok", "fast", "slow", "wrong", "abort"} {
		p := k.plugin("mode", mode)
		p.Name = mode
		plugins = append(plugins, p)
	}
	return probe.Wish{
		Engine: r.Engine, Version: r.Version, Model: r.Model, Vectors: r.Vectors, Tolerance: r.Tolerance,
		Options: engine.Options{Delegates: words, AsListed: asListed}, OnCPU: tflite.OnCPU,
		Find: func(word string) (engine.Plugin, error) { return tflite.FindPlugin(word, plugins) },
	}
}

// The fastest verified delegate wins, the CPU among them, unless the list counts as it stands.
func TestChoose(t *testing.T) {
	k := newKit(t, probe.Config{Folder: t.TempDir()})
	for name, c := range map[string]struct {
		words    []string
		asListed bool
		wins     []string
		reasons  []engine.Reason // of the walks, in order; empty for a winner
	}{
		"cpu only":           {[]string{"xnnpack", "none"}, false, []string{"xnnpack", "none"}, nil},
		"nothing":            {nil, false, nil, nil},
		"slower than CPU":    {[]string{"slow", "xnnpack"}, false, []string{"xnnpack"}, []engine.Reason{engine.ReasonSlower}},
		"slower, as listed":  {[]string{"slow", "xnnpack"}, true, []string{"slow", "xnnpack"}, []engine.Reason{""}},
		"faster than plain":  {[]string{"none", "fast"}, false, []string{"fast", "none"}, []engine.Reason{""}},
		"behind the CPU":     {[]string{"none", "fast"}, true, []string{"none"}, nil},
		"fastest of three":   {[]string{"slow", "fast", "ok", "none"}, false, []string{"fast", "none"}, []engine.Reason{engine.ReasonSlower, "", engine.ReasonSlower}},
		"first that is good": {[]string{"wrong", "slow", "fast", "xnnpack"}, true, []string{"slow", "xnnpack"}, []engine.Reason{engine.ReasonWrongNumbers, ""}},
		"none is good":       {[]string{"wrong", "abort", "npu"}, false, nil, []engine.Reason{engine.ReasonWrongNumbers, engine.ReasonCrashed, engine.ReasonUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			opts, walks, err := k.Choose(t.Context(), k.wish(c.asListed, c.words...))
			if err != nil {
				t.Fatal(err)
			}
			var reasons []engine.Reason
			for _, w := range walks {
				t.Log(w)
				reasons = append(reasons, w.Reason)
			}
			if !slices.Equal(opts.Delegates, c.wins) || !slices.Equal(reasons, c.reasons) {
				t.Errorf("delegates %q, reasons %q; want %q, %q", opts.Delegates, reasons, c.wins, c.reasons)
			}
			s, err := load(t, k, opts)
			if err != nil {
				t.Fatal(err)
			}
			want := "xnnpack"
			if len(opts.Delegates) > 0 {
				want = opts.Delegates[0]
			}
			if w := s.Report().Walks; len(w) < len(walks) || w[len(w)-1].Stage != engine.Active || len(opts.Delegates) > 0 && len(walks) > 0 && walks[0].Reason == "" && w[len(w)-1].Parity == nil {
				t.Errorf("the report tells %v", w)
			}
			if r := s.Report(); r.Delegate != want && !strings.HasPrefix(r.Delegate, want+"+") {
				t.Errorf("it runs on %v, want %s", r, want)
			}
		})
	}
}

func load(t *testing.T, k *kit, opts engine.Options) (engine.Session, error) {
	t.Helper()
	e, err := open("tflite")
	if err != nil {
		return nil, err
	}
	s, err := e.Load(k.bundle.Model, opts)
	if err == nil {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return s, err
}

// In an engine that stacks delegates the sound ones behind the winner stay behind it, and only those.
func TestChooseStacked(t *testing.T) {
	k := newKit(t, probe.Config{Folder: t.TempDir()})
	w := k.wish(true, "ok", "wrong", "fast", "none")
	w.Stacks = true
	opts, walks, err := k.Choose(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"ok", "fast", "none"}; !slices.Equal(opts.Delegates, want) || len(walks) != 3 || walks[0].Delegate != "ok" || walks[1].Reason != engine.ReasonWrongNumbers {
		t.Errorf("delegates %q, walks %v, want %q", opts.Delegates, walks, want)
	}
}

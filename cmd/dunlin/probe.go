package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/notify"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/onnx"
	"github.com/dunlin-iot/dunlin/models/probe"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// probeCommand is the process in which an accelerator is proved.
func (a *app) probeCommand() *cobra.Command {
	lib := &library{getenv: a.getenv}
	c := a.command(&cobra.Command{Use: "probe", Short: "Prove one delegate for the process that starts this", Hidden: true})
	c.Flags().StringVar(&lib.path, "tflite", "", "the TensorFlow Lite `library`")
	c.Flags().StringVar(&lib.onnx, "onnx", "", "the ONNX Runtime `library`")
	c.RunE = func(*cobra.Command, []string) error { return probe.Serve(a.in, lib.openEngine) }
	return c
}

// optionsOf are a pipeline's, as its configuration says.
func optionsOf(p config.PipelineConfig) engine.Options {
	return engine.Options{Threads: p.Threads, Delegates: p.Delegates, Plugins: p.Plugins, AsListed: p.AsListed}
}

// optionsFor are those of a command line, where a word with a slash is a plug-in's library.
func optionsFor(threads int, words []string) engine.Options {
	opts := engine.Options{Threads: threads}
	for _, w := range words {
		if strings.Contains(w, "/") {
			opts.Plugins = append(opts.Plugins, engine.Plugin{Name: w, Library: w})
		}
		opts.Delegates = append(opts.Delegates, w)
	}
	return opts
}

// onCPU are the words that need no proof, by engine.
func onCPU(name string) func(string) bool {
	if name == "onnx" {
		return onnx.OnCPU
	}
	return tflite.OnCPU
}

// load loads a model on the delegate that a proof found best. A delegate is never tried in this process before it has
// passed in another one.
func (l *library) load(ctx context.Context, rt engine.Engine, b *manifest.Bundle, opts engine.Options) (engine.Session, error) {
	cpu := onCPU(rt.Name())
	if !slices.ContainsFunc(opts.Delegates, func(w string) bool { return !cpu(w) }) {
		return rt.Load(b.Model, opts)
	}
	p, err := l.prover()
	if err != nil {
		return nil, err
	}
	w := probe.Wish{
		Engine: rt.Name(), Version: rt.Version(), Model: b.Model, Tolerance: b.GoldenSet.ToleranceSteps, Options: opts, Stacks: rt.Name() == "onnx", OnCPU: cpu,
		Find: func(word string) (engine.Plugin, error) {
			if rt.Name() == "onnx" || word == "gpu" { // the runtime has it inside
				return engine.Plugin{Name: word}, nil
			}
			return tflite.FindPlugin(word, opts.Plugins)
		},
	}
	for _, g := range b.Golden {
		w.Vectors = append(w.Vectors, probe.Vector(g))
	}
	opts, _, err = p.Choose(ctx, w)
	if err != nil {
		return nil, err
	}
	return rt.Load(b.Model, opts)
}

// prover is made once, because proofs take turns.
func (l *library) prover() (*probe.Prober, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.probes != nil {
		return l.probes, nil
	}
	cfg := probe.Config{Command: []string{os.Args[0], "probe", "--tflite", l.path, "--onnx", l.onnx}, Program: "/proc/self/exe", Logger: l.log, Began: l.patience}
	if l.state != "" {
		cfg.Folder = filepath.Join(l.state, "probes")
	}
	p, err := probe.New(cfg)
	l.probes = p
	return p, err
}

// patience asks the service manager for the time that a proof may take: a hang must not make it restart the agent, which
// would then hang again.
func (l *library) patience(delegate string, limit time.Duration) {
	if err := notify.Extend(limit+time.Minute, "proving delegate "+delegate); err != nil && l.log != nil {
		l.log.Warn("service manager cannot be asked for time", "reason", err)
	}
}

// walkTexts are the walks of accelerators, which alone can come to less than was wished.
func walkTexts(walks []engine.Walk) (lines []string) {
	for _, w := range walks {
		if w.Parity != nil || w.Reason != "" {
			lines = append(lines, w.String())
		}
	}
	return lines
}

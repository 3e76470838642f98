package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/isolated"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// isolatedStart is how long a process may take to start, to load a model, and again for its first inference, in which
// an accelerator may compile it.
const isolatedStart = time.Minute

// isolatedTries are how often the golden vectors are tried in a process of its own: every way of running falls three
// times before it is given up, and the last one has one more.
const isolatedTries = 3*3 + 1

// isolatedCommand is the other process of a pipeline with isolated: true.
func (a *app) isolatedCommand() *cobra.Command {
	lib := &library{getenv: a.getenv}
	c := a.command(&cobra.Command{Use: "isolated", Short: "Run one model for the daemon that starts this", Hidden: true})
	c.Flags().StringVar(&lib.path, "tflite", "", "the TensorFlow Lite `library`")
	c.Flags().StringVar(&lib.onnx, "onnx", "", "the ONNX Runtime `library`")
	c.RunE = func(*cobra.Command, []string) error { return isolated.Serve(lib.openEngine) }
	return c
}

// engineOf is the engine that runs a pipeline's model: in this process, or in one for every session.
func (l *library) engineOf(name string, u use) (engine.Engine, error) {
	if !u.isolated {
		return l.runtime(name)
	}
	e, err := isolated.Open(isolated.Config{
		Command: []string{os.Args[0], "isolated", "--tflite", l.path, "--onnx", l.onnx}, Program: "/proc/self/exe",
		Engine: name, Limit: u.limit, Start: startLimit(u.options.Delegates), Logger: u.log,
	})
	return result(e, err)
}

// startLimit is isolatedStart, or more for accelerators that are known to build for longer.
func startLimit(delegates []string) time.Duration {
	limit := isolatedStart
	for _, word := range delegates {
		if p := engine.FindPreset(word); p != nil {
			limit = max(limit, p.Limit)
		}
	}
	return limit
}

// sessionOf is session as a pipeline has it.
func (l *library) sessionOf(ctx context.Context, b *manifest.Bundle, u use) (engine.Session, manifest.GoldenReport, error) {
	rt, err := l.engineOf(b.Engine.Name, u)
	if err != nil {
		return nil, manifest.GoldenReport{}, err
	}
	return l.sessionOn(ctx, rt, b, u.options)
}

// where says it to people.
func (u use) where() string {
	if u.isolated {
		return "isolated "
	}
	return ""
}

// engineText is what the status calls the engine; the session's report is added.
func (u use) engineText(rt engine.Engine) string {
	return strings.TrimSpace(rt.Name() + " " + rt.Version() + " " + u.where())
}

// verify runs the golden vectors. A session whose process falls gets the tries that it needs to give up an accelerator.
func verify(ctx context.Context, b *manifest.Bundle, s engine.Session) (report manifest.GoldenReport, err error) {
	limited, done := context.WithTimeout(ctx, openLimit)
	defer done()
	defer endWith(limited, s)()
	own, apart := s.(interface{ Pause() time.Duration })
	for range isolatedTries {
		report, err = b.Verify(s)
		if !apart || !errors.Is(err, engine.ErrLost) {
			break
		}
		select {
		case <-ctx.Done():
			return report, ctx.Err()
		case <-time.After(own.Pause()):
		}
	}
	return report, err
}

// openLimit is how long golden vectors may take. They run where no pipeline's watchdog looks.
const openLimit = 10 * time.Minute

// endWith has the call that the session is in end with ctx, where the session can. The caller stops it.
func endWith(ctx context.Context, s engine.Session) (stop func() bool) {
	c, ok := s.(interface{ Cancel() error })
	if !ok {
		return func() bool { return false }
	}
	return context.AfterFunc(ctx, func() { _ = c.Cancel() }) // one that cannot be cancelled stays what it is
}

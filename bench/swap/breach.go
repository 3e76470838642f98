package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing/fstest"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

const (
	guarded = 200 // windows of a new version before its answers are compared
	longest = 10 * time.Second
)

const breachConfig = `device: {id: bench}
state: %[1]s/state
control: {socket: %[1]s/c.sock}
models: {roots: [%[2]s/examples/models]}
trust: {unsigned: allow}
sources: {watch: {driver: replay, file: %[2]s/testdata/recordings, speed: 100, loop: true}}
pipelines: {activity: {source: watch, model: motions@1}}
`

// breach has the real daemon try a version whose answers are others than the old one's, and measures the time from the
// end of the guard's window until the old one decides again. No hub is configured.
func breach(ctx context.Context) (out report.Line, err error) {
	dir, err := os.MkdirTemp("", "dunlin-swap-")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	root, err := os.Getwd()
	if err != nil {
		return out, err
	}
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, breachConfig, dir, root), 0o600); err != nil {
		return out, err
	}
	cmd := exec.CommandContext(ctx, "bin/dunlin", "run", "--config", config)
	if err := cmd.Start(); err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()) }()
	took, reason, err := givenUp(ctx, control.NewClient(filepath.Join(dir, "c.sock")))
	if err != nil {
		return out, err
	}
	return report.Line{
		Figure: "breach to reverted, offline", Target: "<= 10 s after the guard's window",
		Result: fmt.Sprintf("%.2f s (%s)", took.Seconds(), reason), OK: report.Met(took <= longest),
	}, nil
}

func givenUp(ctx context.Context, client *control.Client) (took time.Duration, reason string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	bundle, err := wrongVersion()
	if err != nil {
		return 0, "", err
	}
	if _, err := wait(ctx, client, func(p agent.PipelineStatus) bool { return p.Decisions > 50 }); err != nil {
		return 0, "", err
	}
	if _, err := client.ImportModel(ctx, "", bytes.NewReader(bundle)); err != nil {
		return 0, "", err
	}
	if _, err := client.ActivateModel(ctx, agent.ModelRequest{Model: "motions@2"}); err != nil {
		return 0, "", err
	}
	if _, err := wait(ctx, client, func(p agent.PipelineStatus) bool { return p.Swap != nil && p.Swap.Windows >= guarded }); err != nil {
		return 0, "", err
	}
	begun := time.Now()
	p, err := wait(ctx, client, func(p agent.PipelineStatus) bool { return p.Swap.LastState == "reverted" && p.Version == "1" })
	if err != nil {
		return 0, "", err
	}
	return time.Since(begun), p.Swap.LastReason, nil
}

// wait asks until the pipeline's status holds.
func wait(ctx context.Context, client *control.Client, holds func(agent.PipelineStatus) bool) (agent.PipelineStatus, error) {
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		s, err := client.Status(ctx)
		if err == nil && len(s.Pipelines) == 1 && holds(s.Pipelines[0]) {
			tick.Stop()
			return s.Pipelines[0], nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return agent.PipelineStatus{}, fmt.Errorf("wait for the daemon: %w: %w", ctx.Err(), err)
		}
	}
}

// wrongVersion is version 2 of the motions model, whose labels have other names: its golden vectors agree.
func wrongVersion() ([]byte, error) {
	files := fstest.MapFS{}
	for _, name := range []string{manifest.File, "model.tflite", "labels.txt", "golden.cbor", "card.md"} {
		data, err := os.ReadFile(filepath.Join(motions, name))
		if err != nil {
			return nil, err
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	sum := func(data []byte) []byte { s := sha256.Sum256(data); return []byte(hex.EncodeToString(s[:])) }
	labels := []byte("one\ntwo\nthree\nfour\n")
	text := bytes.Replace(files[manifest.File].Data, sum(files["labels.txt"].Data), sum(labels), 1)
	text = bytes.Replace(text, []byte(`"version": 1`), []byte(`"version": 2, "trial": {"minutes": 10, "p95_ratio": 100}`), 1)
	files["labels.txt"].Data, files[manifest.File].Data = labels, text
	var out bytes.Buffer
	err := manifest.WriteZip(&out, files)
	return out.Bytes(), err
}

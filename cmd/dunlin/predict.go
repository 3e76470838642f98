package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/npy"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// predictFlags is one command line of predict.
type predictFlags struct {
	input, format, output, labelColumn string
	threads                            int
	delegates                          []string
	models                             modelFlags
}

func (a *app) predictCommand() *cobra.Command {
	var f predictFlags
	c := a.command(&cobra.Command{
		Use: "predict MODEL --input FILE", Short: "Run a model on recordings and print its decisions",
		Long: "Run a model on recordings, through the same pipeline that the daemon runs, and print its decisions.\n" +
			"MODEL is NAME@VERSION, or NAME for its highest version. With labels in the input the accuracy and the\n" +
			"confusion matrix follow, by window and by recording, on standard error.",
		Example: "  dunlin predict motions --input recordings/ --models examples/models\n" +
			"  dunlin predict motions@1 --input - -o jsonl < recording.csv",
		Args: cobra.ExactArgs(1),
	})
	c.Flags().StringVarP(&f.input, "input", "i", "", "recording: a CSV or NPY `file`, a folder of CSV files, or - for standard input")
	c.Flags().StringVar(&f.labelColumn, "label-column", "label", "column that holds the right label: a name in CSV, a number from 0 in NPY")
	c.Flags().IntVar(&f.threads, "threads", 1, "threads of one inference")
	c.Flags().StringSliceVar(&f.delegates, "delegates", nil, "preference, best first: xnnpack or none for TensorFlow Lite; cpu, none, tensorrt, cuda for ONNX; an accelerator by name or by the path of its library")
	choiceFlag(c, &f.format, "format", "", "form of the input; auto goes by the file's name", "auto", "auto", "csv", "npy")
	outputFlag(c, &f.output, "table", "table", "jsonl", "csv")
	a.modelFlags(c, &f.models)
	c.RunE = func(c *cobra.Command, args []string) error {
		if f.input == "" {
			return withCode(exitUsage, errors.New("no input: name a recording with --input FILE, or - for standard input"))
		}
		return a.predict(c.Context(), args[0], f)
	}
	return c
}

func (a *app) predict(ctx context.Context, model string, f predictFlags) error {
	ref, err := manifest.ParseRef(model)
	if err != nil {
		return withCode(exitUsage, err)
	}
	lib, err := f.models.library(a)
	if err != nil {
		return err
	}
	b, err := lib.bundle(ref)
	if err != nil {
		return err
	}
	p := &prediction{printer: newPrinter(a, f.output), tally: newConfusion(b.Labels)}
	src, c, err := a.recordings(b, f, p)
	if err != nil {
		return err
	}
	u := use{ref: b.Ref(), options: optionsFor(f.threads, f.delegates)}
	if r, ok := src.(*replay.Source); ok {
		u.source = r
		if u.rate, err = recordingRate(strings.TrimPrefix(r.String(), "replay ")); err != nil {
			return errors.Join(c.named(notEnd(err)), c.remove())
		}
	}
	err = c.named(p.run(ctx, src, b, lib.opener(u)))
	if err = errors.Join(err, c.remove(), p.printer.end()); err != nil {
		return err
	}
	for _, text := range walkTexts(p.walks) {
		a.say("delegate %s", text)
	}
	p.report(a)
	return nil
}

// run drives one source through one pipeline, to the end of the source.
func (p *prediction) run(ctx context.Context, src hal.Source, b *manifest.Bundle, open func(context.Context) (*pipeline.Model, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "input", Lossless: true})
	pipe := pipeline.New(pipeline.Config{
		Name: "predict", Model: b.Name, Version: strconv.Itoa(b.Version), OnDecision: p.decided,
	}, feed, open, discard{})
	done := make(chan error, 1)
	go func() {
		err := pipe.Run(ctx)
		if !errors.Is(err, hal.End) {
			cancel() // the model did not open: the source must not wait for it
		}
		done <- err
	}()
	sourceErr := feed.Run(ctx)
	if !errors.Is(sourceErr, hal.End) {
		cancel()
	}
	modelErr := <-done
	status := pipe.Status()
	p.drops, p.walks = status.Drops, status.Delegates
	return errors.Join(notEnd(modelErr), notEnd(sourceErr), ctxError(ctx, modelErr, sourceErr))
}

func notEnd(err error) error {
	var bad *replay.SyntaxError
	switch {
	case errors.Is(err, hal.End):
		return nil
	case errors.As(err, &bad), errors.Is(err, npy.ErrFormat):
		return withCode(exitUsage, err)
	}
	return err
}

// ctxError tells an interrupted run from one that ended.
func ctxError(ctx context.Context, errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return nil // it ended, or has said why not
		}
	}
	return fmt.Errorf("predict: %w", ctx.Err())
}

// recordings makes a source of what the flags name, perhaps of a copy, which the caller removes.
func (a *app) recordings(b *manifest.Bundle, f predictFlags, p *prediction) (hal.Source, copied, error) {
	format := f.format
	if format == "auto" {
		format = "csv"
		if strings.EqualFold(filepath.Ext(f.input), ".npy") {
			format = "npy"
		}
	}
	if format == "npy" {
		src, err := a.arraySource(b, f, p)
		return src, copied{}, err
	}
	file, c, err := a.csvFile(f)
	if err != nil {
		return nil, copied{}, err
	}
	return replay.New(replay.Config{File: file, Clock: clock.System{}, OnRecording: p.began}), c, nil
}

// opener is what pipeline.New wants, for a model that stays what it is.
func (l *library) opener(u use) func(context.Context) (*pipeline.Model, error) {
	return func(ctx context.Context) (*pipeline.Model, error) {
		b, err := l.bundle(u.ref)
		if err != nil {
			return nil, err
		}
		return l.model(ctx, b, u)
	}
}

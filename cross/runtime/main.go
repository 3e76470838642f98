package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
)

const (
	output  = "build/runtime"
	symbols = "models/tflite/symbols.txt"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	work := run
	switch {
	case len(os.Args) > 1 && os.Args[1] == "onnx":
		work = runOnnx
	case len(os.Args) > 1 && os.Args[1] == "older":
		work = runOlder
	}
	if err := work(ctx, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "runtime:", err)
		os.Exit(1)
	}
}

// run works in the repository's root folder.
func run(ctx context.Context, getenv func(string) string, log io.Writer) error {
	if own := getenv("DUNLIN_TFLITE"); own != "" && !inside(output, own) {
		return useOwn(own, symbols, output, runtime.GOARCH, log)
	}
	if err := writeNotice(output); err != nil {
		return err
	}
	if jar := getenv("JAR"); jar != "" {
		return useJar(jar, pins, output, log)
	}
	for _, p := range pins {
		if err := provide(ctx, p, output, mvn, log); err != nil {
			return err
		}
	}
	return nil
}

// runOnnx fetches ONNX Runtime, which is optional.
func runOnnx(ctx context.Context, _ func(string) string, log io.Writer) error {
	return onnx.provide(ctx, output, npmPack, log)
}

// inside reports whether file lies below folder: our own result is no library of the user's.
func inside(folder, file string) bool {
	a, errA := filepath.Abs(folder)
	b, errB := filepath.Abs(file)
	if errA != nil || errB != nil {
		return false
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && filepath.IsLocal(rel)
}

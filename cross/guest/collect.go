package main

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	sysroot = "/usr/aarch64-linux-gnu/lib" // Debian's arm64 C library for cross-compilers
	tflite  = "build/runtime/linux-arm64/libtflite.so.2.21.0"
	model   = "examples/models"
)

// collect builds the programs and gathers everything that the guest needs.
func collect(ctx context.Context, k kernel) ([]file, error) {
	var files []file
	for _, part := range []func(context.Context, kernel) ([]file, error){modules, programs, libraries, models} {
		more, err := part(ctx, k)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	return files, nil
}

// modules come with the order in which they are to be loaded, one file for each group.
func modules(_ context.Context, k kernel) ([]file, error) {
	var files []file
	have := map[string]bool{}
	for group, wanted := range groups {
		names, content, err := k.ordered(wanted)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"modules/" + group, 0o644, []byte(strings.Join(names, "\n") + "\n")})
		for _, n := range names {
			if !have[n] {
				files, have[n] = append(files, file{"modules/" + n + ".ko", 0o644, content[n]}), true
			}
		}
	}
	return files, nil
}

// programs are the first process, the agent as it is shipped, and the C loop that the bus is compared with.
func programs(ctx context.Context, _ kernel) ([]file, error) {
	folder := filepath.Join(output, "bin")
	first := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(folder, "init"), "./test/guest/init")
	first.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	agent := exec.CommandContext(ctx, "go", "run", "./cross/build", "-out", folder, "-arch", "arm64", "-program", "dunlin")
	loop := exec.CommandContext(ctx, ".tools/zig/bin/python", "-m", "ziglang", "cc", "-target", "aarch64-linux-musl", "-static", "-O2", "-s",
		"-o", filepath.Join(folder, "i2cloop"), "bench/i2cloop/i2cloop.c")
	for _, cmd := range []*exec.Cmd{first, agent, loop} {
		if text, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("run %s: %w\n%s", strings.Join(cmd.Args, " "), err, text)
		}
	}
	return readAll(map[string]string{
		"init": filepath.Join(folder, "init"), "bin/dunlin": filepath.Join(folder, "linux-arm64", "dunlin"), "bin/i2cloop": filepath.Join(folder, "i2cloop"),
	}, 0o755)
}

// libraries are the TFLite library and all that it and the agent are linked to.
func libraries(context.Context, kernel) ([]file, error) {
	names := map[string]string{"lib/ld-linux-aarch64.so.1": filepath.Join(sysroot, "ld-linux-aarch64.so.1")}
	var follow func(path string) error
	follow = func(path string) error {
		f, err := elf.Open(path)
		if err != nil {
			return fmt.Errorf("%w; apt-get install libc6-arm64-cross libstdc++6-arm64-cross", err)
		}
		defer f.Close()
		needed, err := f.ImportedLibraries()
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		for _, n := range needed {
			if names["lib/"+n] != "" {
				continue
			}
			names["lib/"+n] = filepath.Join(sysroot, n)
			if err := follow(names["lib/"+n]); err != nil {
				return err
			}
		}
		return nil
	}
	if _, err := os.Stat(tflite); err != nil {
		return nil, fmt.Errorf("no TFLite runtime for arm64: run `make runtime`: %w", err)
	}
	for _, p := range []string{tflite, filepath.Join(output, "bin", "linux-arm64", "dunlin")} {
		if err := follow(p); err != nil {
			return nil, err
		}
	}
	names["usr/lib/dunlin/"+filepath.Base(tflite)] = tflite
	return readAll(names, 0o755)
}

// models are the motions and the commands model, and a recording for the modelled chip to feel. The chip has no rate of
// 10 Hz, which the motions model was trained at: the walker in the guest is a quarter faster, and the bundle says so.
func models(context.Context, kernel) ([]file, error) {
	names := map[string]string{}
	for _, one := range []string{"motions", "commands"} {
		err := filepath.WalkDir(filepath.Join(model, one), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				rel, _ := filepath.Rel(model, path)
				names["models/"+filepath.ToSlash(rel)] = path
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	names["recordings/walk.csv"] = "testdata/recordings/02-walking.csv"
	files, err := readAll(names, 0o644)
	if err != nil {
		return nil, err
	}
	const trained, faster = `"rate_hz": 10`, `"rate_hz": 12.5`
	for i, f := range files {
		if f.name != "models/motions/1/manifest.json" {
			continue
		}
		if bytes.Count(f.content, []byte(trained)) != 1 {
			return nil, fmt.Errorf("%s does not say %s once", f.name, trained)
		}
		files[i].content = bytes.Replace(f.content, []byte(trained), []byte(faster), 1)
	}
	return files, nil
}

// readAll reads files by their names in the guest.
func readAll(names map[string]string, mode uint32) ([]file, error) {
	var files []file
	for name, path := range names {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, mode, content})
	}
	return files, nil
}

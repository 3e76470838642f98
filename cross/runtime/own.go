package main

import (
	"debug/elf"
	"fmt"
	"io"
	"os"
	"strings"
)

var machines = map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}

// useOwn checks a library of the user's and installs a copy for arch, so that the build finds it. Its version is not
// pinned; Dunlin checks it again whenever it opens it.
func useOwn(path, symbolFile, folder, arch string, log io.Writer) error {
	if err := checkOwn(path, symbolFile, arch); err != nil {
		return fmt.Errorf("check DUNLIN_TFLITE=%s: %w", path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read library: %w", err)
	}
	target := pin{arch: arch, release: current}.target(folder)
	if err := write(target, data); err != nil {
		return err
	}
	fmt.Fprintf(log, "runtime: copied your %s to %s; its digest is not pinned\n", path, target)
	return nil
}

// checkOwn looks for the right architecture and the functions that Dunlin needs.
func checkOwn(path, symbolFile, arch string) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if machines[f.Machine] != arch {
		return fmt.Errorf("made for %s, this machine is %s", f.Machine, arch)
	}
	has, err := f.DynamicSymbols()
	if err != nil {
		return err
	}
	defined := map[string]bool{}
	for _, s := range has {
		defined[s.Name] = s.Section != elf.SHN_UNDEF
	}
	required, err := requiredSymbols(symbolFile)
	if err != nil {
		return err
	}
	for _, name := range required {
		if !defined[name] {
			return fmt.Errorf("it has no function %s", name)
		}
	}
	return nil
}

// requiredSymbols reads the lines "name required".
func requiredSymbols(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 2 && f[1] == "required" {
			names = append(names, f[0])
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s lists no required function", file)
	}
	return names, nil
}

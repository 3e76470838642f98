package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: trampolines FOLDER")
		os.Exit(2)
	}
	if err := generate(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "trampolines:", err)
		os.Exit(1)
	}
}

// generate reads folder/symbols.txt and writes folder/trampolines.S and folder/symbols.h.
func generate(folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "symbols.txt"))
	if err != nil {
		return fmt.Errorf("read symbols: %w", err)
	}
	symbols, err := parse(string(text))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "trampolines.S"), assembly(symbols), 0o644); err != nil {
		return fmt.Errorf("write assembly: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "symbols.h"), header(symbols), 0o644); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	return nil
}

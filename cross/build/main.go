// Command build cross-compiles the agent and the hub for every supported Linux, checks what the results ask of the
// target's C library, and can prove that two builds are identical.
//
// The agent uses cgo, compiled by zig cc against glibc 2.28 so that it runs on Debian 10, JetPack 5 and everything
// newer; the hub needs no C at all.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// target is one kind of machine. Zig names it in its own words. 32-bit Arm is ARMv7 with hardware floating point, the
// armhf of Debian and Raspberry Pi OS; its hub is not built: a fleet is not looked after by such a board.
type target struct {
	arch, zig string
	cpu       string // for zig; empty is its baseline
	only      string // the only program for this target
}

var targets = []target{
	{arch: "amd64", zig: "x86_64-linux-gnu"},
	{arch: "arm64", zig: "aarch64-linux-gnu"},
	{arch: "arm", zig: "arm-linux-gnueabihf", cpu: "generic+v7a", only: "dunlin"},
}

// glibc is the oldest C library that the binaries run on.
const glibc = "2.28"

// program is one binary and the size, in bytes stripped, that it must not outgrow.
type program struct {
	name  string
	cgo   bool
	limit int64
}

var programs = []program{{"dunlin", true, 19e6}, {"dunlin-hub", false, 35e6}}

func main() {
	out := flag.String("out", "build/cross", "folder for the binaries")
	arch := flag.String("arch", "", "build for this architecture only: amd64, arm64 or arm")
	name := flag.String("program", "", "build this program only")
	twice := flag.Bool("twice", false, "build everything a second time from nothing and compare")
	flag.Parse()
	if err := run(*out, *arch, *name, *twice); err != nil {
		fmt.Fprintln(os.Stderr, "cross:", err)
		os.Exit(1)
	}
}

func run(out, arch, name string, twice bool) error {
	zig, err := zigCommand()
	if err != nil {
		return err
	}
	built := 0
	for _, t := range targets {
		for _, p := range programs {
			if arch != "" && t.arch != arch || name != "" && p.name != name || t.only != "" && p.name != t.only {
				continue
			}
			if err := one(zig, out, t, p, twice); err != nil {
				return fmt.Errorf("%s for %s: %w", p.name, t.arch, err)
			}
			built++
		}
	}
	if built == 0 {
		return fmt.Errorf("nothing matches -arch %q -program %q", arch, name)
	}
	return nil
}

func one(zig, out string, t target, p program, twice bool) error {
	file := filepath.Join(out, "linux-"+t.arch, p.name)
	if err := compile(zig, file, t, p, ""); err != nil {
		return err
	}
	facts, err := inspect(file)
	if err != nil {
		return err
	}
	if err := errors.Join(facts.check(p), same(zig, file, t, p, twice)); err != nil {
		return err
	}
	note := "static"
	if len(facts.versions) > 0 {
		note = "needs " + strings.Join(facts.versions, " ")
	}
	fmt.Printf("%-34s %6.2f MB  %s\n", file, float64(facts.size)/1e6, note)
	return nil
}

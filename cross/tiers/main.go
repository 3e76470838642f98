// Command tiers runs every tier of tests, prints one line for each with its counts and time, shows what failed, and
// ends with the sum. A skipped test counts as a failure: a tier that cannot run must say so. With -hw it runs the tiers
// that emulate whole machines for minutes; a tier that is named runs in any case.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// tier is one call of `go test`.
type tier struct {
	name     string
	packages []string // patterns; empty means everything that no other tier claims
	flags    []string
	what     string
}

var tiers = []tier{
	{"unit", nil, nil, "every package through its public API, contract suites, properties, fuzz corpora"},
	{"architecture", []string{"./internal/archtest"}, nil, "layers, owners, sizes, what the agent never links"},
	{"race", []string{"./agent/...", "./hal/...", "./sync/...", "./hub/broker/...", "./hub/fleet/..."}, []string{"-race", "-short"}, "the race detector where goroutines meet"},
	{"script", []string{"./cmd/...", "./test/docs"}, nil, "every command, every README block and sample file"},
	{"engine", []string{"./models/tflite/...", "./models/onnx/...", "./test/onnx", "./test/arm64", "./test/armv7"}, nil, "the real TFLite and ONNX libraries; models of scikit-learn, PyTorch and Keras; arm64 under qemu as Cortex-A72 and A76, armv7 as Cortex-A7"},
	{"packages", []string{"./test/packages"}, nil, "Debian packages: lintian, hardening, two builds with the same bytes, manual pages"},
	{"faults", []string{"./test/faults"}, []string{"-timeout=15m"}, "kill -9 of agent and hub, the broker gone; the completeness invariant after each"},
	{"hardware", []string{"./test/guest/..."}, nil, "real I2C, IIO, GPIO, sound and camera of a stock arm64 kernel under QEMU, chips behind a fake USB-I2C bridge"},
	{"page", []string{"./test/page"}, []string{"-timeout=10m"}, "the demo seen through Chromium; axe; screenshots"},
}

// machines are the tiers of make test-hw: each boots a machine and takes minutes.
var machines = []tier{
	{"speech", []string{"./test/speech"}, []string{"-timeout=20m"}, "voices speak through a sound card of the guest; the agent hears the words"},
	{"raspberry", []string{"./test/raspberry"}, nil, "an emulated Raspberry Pi 3 whose thermometer is moved while the agent reads it"},
	{"systemd", []string{"./test/systemd/..."}, []string{"-timeout=60m"}, "the package on a whole Debian: readiness, watchdog, kill -9, power cuts, upgrade, purge; nothing lost; USB sticks with FAT; a kernel timer under udev"},
}

func main() {
	verbose := flag.Bool("v", false, "print the output of every test")
	hw := flag.Bool("hw", false, "run the tiers of make test-hw")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	passed, failed := 0, 0
	for _, t := range chosen(flag.Args(), *hw) {
		r := run(ctx, t, *verbose)
		passed, failed = passed+r.passed, failed+r.failed
		fmt.Printf("%-13s %5d passed %4d failed %7s   %s\n", t.name, r.passed, r.failed, r.took.Round(100*time.Millisecond), t.what)
	}
	fmt.Printf("\n%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

// everyTier are the tiers of both targets.
func everyTier() []tier { return slices.Concat(tiers, machines) }

func chosen(names []string, hw bool) []tier {
	if len(names) == 0 && hw {
		return machines
	}
	if len(names) == 0 {
		return tiers
	}
	var out []tier
	for _, t := range everyTier() {
		if slices.Contains(names, t.name) {
			out = append(out, t)
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(out, func(t tier) bool { return t.name == n }) {
			fmt.Fprintf(os.Stderr, "tiers: no tier %q; there are %s\n", n, strings.Join(tierNames(), ", "))
			os.Exit(2)
		}
	}
	return out
}

func tierNames() []string {
	var names []string
	for _, t := range everyTier() {
		names = append(names, t.name)
	}
	return names
}

// Command spool measures the outbox: records of 200 bytes through its API against bare bbolt, in groups of the same
// size, interleaved in one run; and the syncs per second that 100 records a second cost at default settings, by the
// spool's own count and, where strace is installed, by the kernel's.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
)

const (
	rounds     = 5
	perRound   = 1500 * time.Millisecond
	recordSize = 200
	group      = 3000 // 20 ms at the target rate
	targetRate = 150_000
	targetPart = 0.8
	targetSync = 2.2
)

func main() {
	steady := flag.String("steady", "", "only append 100 records/s into a spool in this `folder` and print its syncs")
	flag.Parse()
	run := compare
	if *steady != "" {
		run = func(ctx context.Context) error { return appendSteadily(ctx, *steady) }
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "spool:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "dunlin-spool-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := rates(ctx, dir); err != nil {
		return err
	}
	return syncs(ctx, filepath.Join(dir, "steady"))
}

func rates(ctx context.Context, dir string) error {
	var ours, parts []float64
	for i := range rounds {
		raw, err := rawRate(filepath.Join(dir, fmt.Sprintf("raw-%d.db", i)))
		if err != nil {
			return fmt.Errorf("bare bbolt: %w", err)
		}
		own, err := spoolRate(ctx, filepath.Join(dir, fmt.Sprintf("spool-%d", i)))
		if err != nil {
			return fmt.Errorf("spool: %w", err)
		}
		fmt.Fprintf(os.Stderr, "spool: %.0f records/s, bare bbolt %.0f\n", own, raw)
		ours, parts = append(ours, own), append(parts, own/raw)
	}
	rate, part := report.Median(ours), report.Median(parts)
	return report.Print(os.Stdout, report.Line{
		Figure: "spool append through its API, 20 ms groups, 200 B",
		Target: fmt.Sprintf(">= %d records/s and >= %.1f of raw bbolt", targetRate, targetPart),
		Result: fmt.Sprintf("%.0f records/s, %.2f of raw bbolt", rate, part),
		OK:     report.Met(rate >= targetRate && part >= targetPart),
	})
}

func syncs(ctx context.Context, dir string) error {
	per, kernel, err := steadySyncs(ctx, dir)
	if err != nil {
		return err
	}
	result := fmt.Sprintf("%.2f", per)
	if kernel != "" {
		result += ", " + kernel
	}
	return report.Print(os.Stdout, report.Line{
		Figure: "fsyncs per second at 100 records/s, default settings", Target: fmt.Sprintf("<= %.1f", targetSync),
		Result: result, OK: report.Met(per <= targetSync),
	})
}

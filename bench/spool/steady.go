package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

const steadyFor = 20 * time.Second

// counted is what the measuring process says of its syncs.
type counted struct {
	Window uint64  // in the measured time
	Second float64 // its length
	Total  uint64  // of the process, opening and closing included
}

// appendSteadily is the measured process.
func appendSteadily(ctx context.Context, dir string) error {
	s, err := spool.Open(dir, spool.Config{})
	if err != nil {
		return err
	}
	run, stop := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- s.Run(run) }()
	record := make([]byte, recordSize)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	before, start := s.Stats().Fsyncs, time.Now()
	for time.Since(start) < steadyFor && err == nil {
		<-tick.C
		err = s.Append(wire.Results, time.Since(start), record)
	}
	c := counted{Window: s.Stats().Fsyncs - before, Second: time.Since(start).Seconds()}
	stop()
	err = errors.Join(err, <-done, s.Close())
	c.Total = s.Stats().Fsyncs
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(c))
}

// steadySyncs runs this program again as the measured process, under strace where it is installed.
func steadySyncs(ctx context.Context, dir string) (perSecond float64, kernel string, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, "", err
	}
	args := []string{self, "-steady", dir}
	table := filepath.Join(filepath.Dir(dir), "strace")
	strace, lookErr := exec.LookPath("strace")
	if lookErr == nil {
		args = append([]string{strace, "-f", "-c", "-o", table, "-e", "trace=fsync,fdatasync"}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, "", fmt.Errorf("run the measured process: %w", err)
	}
	var c counted
	if err := json.Unmarshal(out.Bytes(), &c); err != nil {
		return 0, "", err
	}
	perSecond = float64(c.Window) / c.Second
	if lookErr != nil {
		return perSecond, "by its own count; apt-get install strace for the kernel's", nil
	}
	n, err := straceTotal(table)
	return perSecond, fmt.Sprintf("whole process %d by strace, %d by its own count", n, c.Total), err
}

// straceTotal adds the calls of the table that strace -c prints.
func straceTotal(path string) (n int, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 5 || (f[len(f)-1] != "fsync" && f[len(f)-1] != "fdatasync") {
			continue
		}
		calls, err := strconv.Atoi(f[3])
		if err != nil {
			return 0, fmt.Errorf("read strace's table: %w", err)
		}
		n += calls
	}
	return n, nil
}

package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
)

func (a *app) runCommand() *cobra.Command {
	var path string
	c := a.command(&cobra.Command{
		Use: "run", Short: "Run the daemon",
		Long: "Run the daemon until SIGTERM or Ctrl-C. SIGHUP reads the configuration again: log.level and pipelines.*.on change\n" +
			"at once, other keys are named as needing a restart, and a wrong file changes nothing.",
	})
	a.configFlag(c, &path)
	c.RunE = func(c *cobra.Command, _ []string) error { return a.runDaemon(c.Context(), path) }
	return c
}

// gcPercent is half of Go's standard: the daemon's heap is small and grows slowly, and a smaller one costs a collection
// each minute or two.
const gcPercent = 50

func (a *app) runDaemon(ctx context.Context, path string) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // first of all: without it the signal ends the process
	defer signal.Stop(hup)
	cfg, err := loadConfig(path)
	if err != nil {
		return err
	}
	d, err := newDaemon(cfg, a.deps())
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var beside sync.WaitGroup
	beside.Go(func() { d.reloads(ctx, path, hup) })
	beside.Go(func() { trimAtTimes(ctx, d.log) })
	err = d.run(ctx)
	cancel()
	beside.Wait()
	return err
}

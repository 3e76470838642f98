// Dunlin is the agent and its command line: it turns samples into windows, windows into decisions, and keeps every
// decision until the hub has it.
//
// main.go shows the program's commands, wire.go what the daemon is built of, and every other file is one command.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func (a *app) root() *cobra.Command {
	root := a.command(&cobra.Command{
		Use:   "dunlin",
		Short: "Run machine-learning models on sensor data, and keep every decision",
	})
	root.Args = nil // cobra then says which command was meant
	root.PersistentPreRun = func(*cobra.Command, []string) { a.parsed = true }
	root.AddCommand(
		a.runCommand(), a.demoCommand(), a.statusCommand(), a.topCommand(), a.doctorCommand(),
		a.predictCommand(), a.modelsCommand(), a.trustCommand(), a.sourcesCommand(),
		a.configCommand(), a.versionCommand(), a.setCommand(), a.manCommand(), a.isolatedCommand(), a.probeCommand(),
	)
	return root
}

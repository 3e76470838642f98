// Dunlin-hub looks after a fleet of devices: broker, database, API and page in one program.
//
// main.go shows the program's commands, wire.go what a running hub is built of, and every other file is one command or
// one concern of it. Exit codes are in exit.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and gives the exit code.
func run(ctx context.Context, args []string, out, err io.Writer) int {
	root := &cobra.Command{
		Use:           "dunlin-hub",
		Short:         "Receive what devices decide, prove that nothing is missing, and show it",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(err)
	root.AddCommand(understood(serveCommand()), understood(verifyCommand()), understood(versionCommand()),
		keysCommand(), releaseCommand())
	return exitCode(err, root.ExecuteContext(ctx))
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of this program", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "dunlin-hub %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

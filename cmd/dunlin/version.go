package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	var output string
	c := a.command(&cobra.Command{Use: "version", Short: "Print the version of this program"})
	outputFlag(c, &output, "text", "text", "json")
	c.RunE = func(*cobra.Command, []string) error {
		if output == "json" {
			return printJSON(a.out, map[string]string{"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
		}
		_, err := fmt.Fprintf(a.out, "dunlin %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	}
	return c
}

package main

import "github.com/spf13/cobra"

func (a *app) sourcesSetupCommand() *cobra.Command {
	return a.command(&cobra.Command{Use: "setup SOURCE", Short: "Let the daemon use a source that belongs to root", Args: cobra.ExactArgs(1)})
}

package main

import (
	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/control"
)

func (a *app) setCommand() *cobra.Command {
	return a.group("set", "Change the running daemon, until it starts again", a.setLogLevelCommand(), a.setPipelineCommand())
}

func (a *app) setLogLevelCommand() *cobra.Command {
	var socket string
	levels := []string{"debug", "info", "warn", "error"}
	c := a.command(&cobra.Command{
		Use: "log-level debug|info|warn|error", Short: "Change how much the daemon logs",
		Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: levels,
	})
	a.socketFlag(c, &socket)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := control.NewClient(socket).SetLogLevel(c.Context(), args[0]); err != nil {
			return err
		}
		a.say("log level is %s until the daemon starts again; to keep it: log.level in the configuration", args[0])
		return nil
	}
	return c
}

func (a *app) setPipelineCommand() *cobra.Command {
	var socket string
	c := a.command(&cobra.Command{
		Use: "pipeline NAME on|off", Short: "Start or stop a pipeline",
		Args: cobra.MatchAll(cobra.ExactArgs(2), func(_ *cobra.Command, args []string) error {
			return choice{new(string), []string{"on", "off"}}.Set(args[1])
		}),
	})
	a.socketFlag(c, &socket)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := control.NewClient(socket).SetPipeline(c.Context(), args[0], args[1] == "on"); err != nil {
			return err
		}
		a.say("pipeline %s is %s until the daemon starts again; to keep it: pipelines.%s.on in the configuration", args[0], args[1], args[0])
		return nil
	}
	return c
}

// socketFlag adds --socket, whose default is $DUNLIN_SOCKET or the packaged place.
func (a *app) socketFlag(c *cobra.Command, path *string) {
	standard := a.getenv("DUNLIN_SOCKET")
	if standard == "" {
		standard = control.DefaultSocket
	}
	c.Flags().StringVar(path, "socket", standard, "control `socket` of the daemon")
}

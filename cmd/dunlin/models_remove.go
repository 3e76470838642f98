package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

func (a *app) modelsRemoveCommand() *cobra.Command {
	var socket string
	c := a.command(&cobra.Command{
		Use: "rm NAME@VERSION", Short: "Take a version that nothing uses off the daemon's shelf", Args: cobra.ExactArgs(1),
		Long: `Removes a version from the shelf of the running daemon, to make room or because it is not wanted any more. One that a
pipeline uses, tries, or would go back to stays, and so does one that the configuration names. The shelf also makes room
by itself, when its budget or the disk is full; see models.budget.`,
	})
	a.socketFlag(c, &socket)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := namesVersion(args[0]); err != nil {
			return err
		}
		if err := control.NewClient(socket).RemoveModel(c.Context(), agent.ModelRequest{Model: args[0]}); err != nil {
			return err
		}
		a.say("%s is off the shelf", args[0])
		return nil
	}
	return c
}

// RemoveModel takes a version that nothing uses off the shelf.
func (s *stock) RemoveModel(_ context.Context, r agent.ModelRequest) error {
	ref, err := manifest.ParseRef(r.Model)
	if err != nil || ref.Version == 0 {
		return asked{fmt.Errorf("%q names no version", r.Model), control.ErrBadRequest}
	}
	return sorted(s.shelf.Remove(ref), control.ErrForbidden)
}

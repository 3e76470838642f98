package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
)

func (a *app) topCommand() *cobra.Command {
	var socket string
	var every time.Duration
	c := a.command(&cobra.Command{
		Use: "top", Short: "Watch pipelines, decisions, latency, streams and the uplink; q ends it",
		Long: "Watch the running daemon. On a terminal the page is redrawn in place; elsewhere each refresh is one line per pipeline.",
	})
	a.socketFlag(c, &socket)
	c.Flags().DurationVar(&every, "every", time.Second, "time between two refreshes")
	c.RunE = func(c *cobra.Command, _ []string) error {
		client := control.NewClient(socket)
		if isTerminal(a.out) {
			return a.topLive(c.Context(), client, every)
		}
		return client.Watch(c.Context(), every, a.topLines)
	}
	return c
}

// topLines prints one line for every pipeline.
func (a *app) topLines(s agent.Status) error {
	for _, p := range s.Pipelines {
		label, score := "-", "-"
		if p.Last != nil {
			label, score = p.Last.Label, scoreText(p.Last.Score)
		}
		if _, err := fmt.Fprintf(a.out, "%s %s %s decision=%s score=%s windows=%d p50=%s p99=%s waiting=%d uplink=%s%s\n", age(s.Uptime), p.Name, p.State,
			label, score, p.Windows, micros(p.Invoke.P50), micros(p.Invoke.P99), waiting(s), uplinkState(s.Uplink), swapWords(p.Swap)); err != nil {
			return err
		}
	}
	return nil
}

func waiting(s agent.Status) (n uint64) {
	for _, st := range s.Streams {
		n += st.Waiting
	}
	return n
}

func uplinkState(u *agent.UplinkStatus) string {
	if u == nil {
		return "none"
	}
	return u.State
}

// topLive feeds the page from the watch stream until either ends.
func (a *app) topLive(ctx context.Context, client *control.Client, every time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	page := tea.NewProgram(topPage{colour: a.colour()}, tea.WithContext(ctx), tea.WithInput(a.in), tea.WithOutput(a.out))
	watched := make(chan error, 1)
	go func() {
		watched <- client.Watch(ctx, every, func(s agent.Status) error {
			page.Send(s)
			return nil
		})
		page.Quit()
	}()
	_, err := page.Run()
	cancel()
	if errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, tea.ErrInterrupted) {
		err = nil // Ctrl-C is how people end it
	}
	return errors.Join(err, <-watched)
}

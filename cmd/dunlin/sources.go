package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
)

func (a *app) sourcesCommand() *cobra.Command {
	return a.group("sources", "List the configured sources, and read one", a.sourcesListCommand(), a.sourcesReadCommand())
}

func (a *app) sourcesListCommand() *cobra.Command {
	var path, output string
	c := a.command(&cobra.Command{Use: "ls", Short: "List the sources of the configuration"})
	a.configFlag(c, &path)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(*cobra.Command, []string) error {
		cfg, err := loadConfig(path)
		if err != nil {
			return err
		}
		type row struct {
			Name     string   `json:"name"`
			Driver   string   `json:"driver"`
			What     string   `json:"what"`
			Channels []string `json:"channels"`
		}
		rows := []row{}
		for _, s := range cfg.Sources {
			src := newHardware(a.deps()).source(s)
			rows = append(rows, row{s.Name, s.Driver, src.String(), channelWords(channelsOf(src))})
		}
		if output == "json" {
			return printJSON(a.out, rows)
		}
		t := newTable(a.out, "SOURCE", "DRIVER", "CHANNELS", "WHAT")
		for _, r := range rows {
			t.row(r.Name, r.Driver, strings.Join(r.Channels, " "), r.What)
		}
		return t.flush()
	}
	return c
}

func channelsOf(s hal.Source) []hal.Channel {
	if d, ok := s.(hal.Describer); ok {
		return d.Channels()
	}
	return nil
}

func (a *app) sourcesReadCommand() *cobra.Command {
	var path string
	var count int
	c := a.command(&cobra.Command{Use: "read SOURCE", Short: "Print samples of a source as CSV", Args: cobra.ExactArgs(1)})
	a.configFlag(c, &path)
	c.Flags().IntVarP(&count, "count", "n", 0, "samples to print; 0 until the source ends or Ctrl-C")
	c.RunE = func(c *cobra.Command, args []string) error {
		cfg, err := loadConfig(path)
		if err != nil {
			return err
		}
		s, err := findSource(cfg, args[0])
		if err != nil {
			return err
		}
		return readSource(c.Context(), newHardware(a.deps()).source(s), a.out, count)
	}
	return c
}

func findSource(cfg *config.Config, name string) (config.SourceConfig, error) {
	var names []string
	for _, s := range cfg.Sources {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return config.SourceConfig{}, withCode(exitAbsent, fmt.Errorf("there is no source %q; the configuration has: %s", name, strings.Join(names, ", ")))
}

// readSource prints t[s] from the first sample on, then the values.
func readSource(ctx context.Context, src hal.Source, out io.Writer, count int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if ch := channelsOf(src); ch != nil {
		fmt.Fprintf(out, "t[s],%s\n", strings.Join(channelWords(ch), ","))
	}
	w := &sampleWriter{out: out, left: count, done: cancel}
	err := src.Run(ctx, w.block)
	if errors.Is(err, hal.End) || w.err != nil {
		return w.err
	}
	return err
}

type sampleWriter struct {
	out   io.Writer
	left  int // zero: no limit
	done  func()
	start *hal.Block // the first one, for its time
	over  bool
	err   error
}

func (w *sampleWriter) block(b hal.Block) {
	if w.start == nil {
		w.start = &hal.Block{At: b.At}
	}
	for i := 0; i < b.Samples() && !w.over; i++ {
		at := (b.At - w.start.At).Seconds() + float64(i)*b.Period.Seconds()
		line := strconv.FormatFloat(at, 'f', 6, 64)
		for _, v := range b.Values[i*b.Channels : (i+1)*b.Channels] {
			line += "," + strconv.FormatFloat(float64(v), 'g', -1, 32)
		}
		if _, w.err = io.WriteString(w.out, line+"\n"); w.err != nil {
			w.end()
		}
		if w.left--; w.left == 0 {
			w.end()
		}
	}
}

func (w *sampleWriter) end() {
	w.over = true
	w.done()
}

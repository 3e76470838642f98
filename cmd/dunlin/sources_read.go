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

func (a *app) sourcesReadCommand() *cobra.Command {
	var path string
	var count int
	c := a.command(&cobra.Command{
		Use: "read SOURCE", Short: "Show what a source gives: live on a terminal, as CSV elsewhere", Args: cobra.ExactArgs(1),
		Long: "Open one source of the configuration and show its samples. On a terminal each channel has its last value, its range\n" +
			"and a curve of the last seconds, with the measured rate and the health of the source; q ends it. Elsewhere, and\n" +
			"with --count, samples are printed as CSV: t[s] counts from the first one.",
	})
	a.configFlag(c, &path)
	c.Flags().IntVarP(&count, "count", "n", 0, "samples to print as CSV; 0 until the source ends or Ctrl-C")
	c.RunE = func(c *cobra.Command, args []string) error {
		s, h, err := a.openSource(path, args[0])
		if err != nil {
			return err
		}
		defer h.close()
		src := h.source(s)
		if isTerminal(a.out) && count == 0 {
			return h.advised(c.Context(), s, a.readLive(c.Context(), s.Name, src))
		}
		return h.advised(c.Context(), s, readSource(c.Context(), src, a.out, count))
	}
	return c
}

// openSource finds a source in the configuration, and the hardware to make it on.
func (a *app) openSource(path, name string) (config.SourceConfig, *hardware, error) {
	cfg, err := loadConfig(path)
	if err != nil {
		return config.SourceConfig{}, nil, err
	}
	s, err := findSource(cfg, name)
	if err != nil {
		return s, nil, err
	}
	return s, newHardware(a.deps()), nil
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
		line := strconv.AppendFloat(nil, at, 'f', 6, 64)
		line = append(appendValues(line, b.Values[i*b.Channels:(i+1)*b.Channels]), '\n')
		if _, w.err = w.out.Write(line); w.err != nil {
			w.end()
		}
		if w.left--; w.left == 0 {
			w.end()
		}
	}
}

// appendValues writes each value behind a comma.
func appendValues(line []byte, values []float32) []byte {
	for _, v := range values {
		line = strconv.AppendFloat(append(line, ','), float64(v), 'g', -1, 32)
	}
	return line
}

func (w *sampleWriter) end() {
	w.over = true
	w.done()
}

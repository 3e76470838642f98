package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
)

func (a *app) statusCommand() *cobra.Command {
	var socket, output string
	c := a.command(&cobra.Command{Use: "status", Short: "Print how the running daemon is"})
	a.socketFlag(c, &socket)
	outputFlag(c, &output, "table", "table", "json", "jsonl")
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, err := control.NewClient(socket).Status(c.Context())
		if err != nil {
			return err
		}
		switch output {
		case "json":
			return printJSON(a.out, s)
		case "jsonl":
			return printLine(a.out, s)
		}
		return writeStatus(a.out, s)
	}
	return c
}

// writeStatus prints the tables of a status, one blank line between them, then what is not well.
func writeStatus(w io.Writer, s agent.Status) error {
	fmt.Fprintf(w, "%s  dunlin %s, up %s, boot %d, %s\n", s.Device, s.Agent, age(s.Uptime), s.Boot, uplinkText(s.Uplink))
	for _, text := range reverts(s) {
		fmt.Fprintln(w, strings.Map(plain, text))
	}
	for _, part := range []func(io.Writer, agent.Status) *table{pipelineTable, swapTable, sourceTable, streamTable, ledgerTable} {
		var text strings.Builder
		t := part(&text, s)
		if t == nil {
			continue
		}
		if err := t.flush(); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "\n%s", text.String()); err != nil {
			return err
		}
	}
	for i, text := range slices.Concat(delegateTexts(s), problems(s), remarks(s)) {
		if i == 0 {
			fmt.Fprintln(w)
		}
		if _, err := fmt.Fprintln(w, strings.Map(plain, text)); err != nil {
			return err
		}
	}
	return nil
}

func uplinkText(u *agent.UplinkStatus) string {
	if u == nil {
		return "no hub configured"
	}
	text := "hub " + u.URL + " " + u.State
	if u.Reason != "" {
		text += " (" + u.Reason + ")"
	}
	return text
}

func pipelineTable(w io.Writer, s agent.Status) *table {
	t := newTable(w, "PIPELINE", "STATE", "MODEL", "SOURCE", "DECISION", "SCORE", "WINDOWS", "P50", "P99", "ENGINE")
	for _, p := range s.Pipelines {
		label, score := "-", "-"
		if p.Last != nil {
			label, score = p.Last.Label, scoreText(p.Last.Score)
		}
		t.row(p.Name, string(p.State), p.Model+"@"+p.Version, p.Source, label, score,
			count(p.Windows), micros(p.Invoke.P50), micros(p.Invoke.P99), p.Engine)
	}
	return t
}

func sourceTable(w io.Writer, s agent.Status) *table {
	t := newTable(w, "SOURCE", "STATE", "SAMPLES", "RATE", "JITTER", "GAPS", "SKIPPED", "DROPPED", "WHAT")
	for _, src := range s.Sources {
		t.row(src.Name, string(src.State), count(src.Samples), rateText(src.Rate), micros(float64(src.Jitter)),
			count(src.Gaps), count(src.Skipped), count(src.Dropped), src.What)
	}
	return t
}

// rateText is a measured rate with four digits.
func rateText(hz float64) string {
	switch {
	case hz == 0:
		return "-"
	case hz >= 1000:
		return strconv.FormatFloat(hz/1000, 'g', 4, 64) + " kHz"
	}
	return strconv.FormatFloat(hz, 'g', 4, 64) + " Hz"
}

func streamTable(w io.Writer, s agent.Status) *table {
	t := newTable(w, "STREAM", "CLASS", "HEAD", "ACKNOWLEDGED", "WAITING", "BYTES", "GAPS")
	for _, st := range s.Streams {
		t.row(st.Name, st.Class, count(st.Head), count(max(st.Low, 1)-1), count(st.Waiting), count(st.Bytes), count(st.Gaps))
	}
	return t
}

func ledgerTable(w io.Writer, s agent.Status) *table {
	t := newTable(w, "LOST AT", "CAUSE", "TOTAL")
	for _, e := range s.Ledger {
		t.row(e.Owner, e.Cause, count(e.Total))
	}
	if len(s.Ledger) == 0 {
		t.row("nothing lost", "", "")
	}
	return t
}

func count(n uint64) string { return strconv.FormatUint(n, 10) }

func micros(v float64) string {
	if v == 0 {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " us"
}

// age is a length of time as people say it.
func age(m agent.Micros) string { return m.Duration().Round(time.Second).String() }

// delegateTexts say how far accelerators came, by pipeline.
func delegateTexts(s agent.Status) (out []string) {
	for _, p := range s.Pipelines {
		for _, text := range walkTexts(p.Delegates) {
			out = append(out, fmt.Sprintf("pipeline %s, delegate %s", p.Name, text))
		}
	}
	return out
}

// problems are the sentences of everything that is not well.
func problems(s agent.Status) []string {
	var out []string
	for _, p := range s.Pipelines {
		if p.Reason != "" {
			out = append(out, fmt.Sprintf("pipeline %s is %s: %s", p.Name, p.State, p.Reason))
		}
		for _, cause := range slices.Sorted(maps.Keys(p.Drops)) {
			out = append(out, fmt.Sprintf("pipeline %s lost %d: %s", p.Name, p.Drops[cause], cause))
		}
	}
	if s.Shelf != "" {
		out = append(out, s.Shelf)
	}
	for _, src := range s.Sources {
		if src.Reason != "" {
			out = append(out, fmt.Sprintf("source %s is %s: %s%s", src.Name, src.State, src.Reason, advice(src)))
		}
	}
	return out
}

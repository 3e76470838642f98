package report

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"
)

// Line is one figure. OK is nil for a figure that is reported without a target.
type Line struct {
	Figure string `json:"figure"`
	Target string `json:"target"`
	Result string `json:"result"`
	OK     *bool  `json:"pass,omitempty"`
}

// Print writes one figure as a JSON line.
func Print(w io.Writer, l Line) error { return json.NewEncoder(w).Encode(l) }

// Met makes the OK field of a line.
func Met(ok bool) *bool { return &ok }

// Collect runs a program of this module and reads its lines. The program's talk goes to standard error.
func Collect(ctx context.Context, pkg string, args ...string) ([]Line, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"run", pkg}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var lines []Line
	for raw := range bytes.Lines(out) {
		var l Line
		if json.Unmarshal(raw, &l) == nil && l.Figure != "" {
			lines = append(lines, l)
		}
	}
	if err != nil {
		return lines, fmt.Errorf("run %s: %w", pkg, err)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("run %s: it printed no figure", pkg)
	}
	return lines, nil
}

// Table prints the figures for people.
func Table(w io.Writer, lines []Line) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FIGURE\tTARGET\tRESULT\t")
	for _, l := range lines {
		verdict := ""
		if l.OK != nil {
			verdict = map[bool]string{true: "met", false: "NOT MET"}[*l.OK]
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", l.Figure, strings.TrimSpace(l.Target), l.Result, verdict)
	}
	t.Flush()
}

// Median is the middle value; the slice is sorted in place.
func Median(v []float64) float64 { return Quantile(v, 0.5) }

// Quantile is the value below which a share q of the values lies, by the nearest rank; the slice is sorted in place.
func Quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[min(len(v)-1, int(q*float64(len(v))))]
}

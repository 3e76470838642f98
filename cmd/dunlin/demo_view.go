package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// demoRow is one decision as the demo shows it.
type demoRow struct {
	after     time.Duration // since the demo began
	recording string
	want, got string
	score     float64
}

func (r demoRow) text() string {
	mark := "ok"
	if r.want != r.got {
		mark = "--"
	}
	return fmt.Sprintf("%7.1f s  %-26s %-12s %6.3f  %s", r.after.Seconds(), r.recording, r.got, r.score, mark)
}

const demoHead = "     time  recording                  decision      score  right"

// demoView prints decisions: on a terminal the last few, repainted in place; elsewhere one line each.
type demoView struct {
	out     io.Writer
	live    bool
	page    string
	rows    []demoRow
	painted int
}

const demoRows = 12

func (v *demoView) begin() {
	if !v.live {
		fmt.Fprintf(v.out, "page: %s\n%s\n", v.page, demoHead)
	}
}

func (v *demoView) add(r demoRow, s score) {
	if !v.live {
		fmt.Fprintln(v.out, r.text())
		return
	}
	if v.rows = append(v.rows, r); len(v.rows) > demoRows {
		v.rows = v.rows[1:]
	}
	v.paint(s)
}

// paint draws over what it drew before: cursor up, then every line cleared and written again.
func (v *demoView) paint(s score) {
	var b strings.Builder
	if v.painted > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", v.painted)
	}
	lines := []string{
		"\x1b[1mDunlin demo\x1b[0m   page: " + v.page + "   Ctrl-C ends it", "",
		"\x1b[2m" + demoHead + "\x1b[0m",
	}
	for _, r := range v.rows {
		lines = append(lines, r.text())
	}
	lines = append(lines, "", fmt.Sprintf("%d decisions, %d of %d %s right", s.Decisions, s.Right, s.Of, s.Unit))
	for _, l := range lines {
		b.WriteString("\x1b[2K" + l + "\n")
	}
	v.painted = len(lines)
	fmt.Fprint(v.out, b.String())
}

package main

import (
	"fmt"
	"io"

	"github.com/dunlin-iot/dunlin/agent"
)

// reverts say of each pipeline whose last new version was given up why that was: it comes before everything else.
func reverts(s agent.Status) []string {
	var out []string
	for _, p := range s.Pipelines {
		if w := p.Swap; w != nil && w.LastState == "reverted" {
			out = append(out, fmt.Sprintf("pipeline %s went back from %s to %s: %s", p.Name, w.Last, w.LastInstead, w.LastReason))
		}
	}
	return out
}

// remarks are the sentences that stand without anything being wrong.
func remarks(s agent.Status) []string {
	var out []string
	for _, p := range s.Pipelines {
		if p.Swap != nil && p.Swap.Note != "" {
			out = append(out, fmt.Sprintf("pipeline %s: %s", p.Name, p.Swap.Note))
		}
	}
	return append(append(out, s.Doubts...), s.Warnings...)
}

// swapTable is nil while no pipeline has ever had another version than the configuration's.
func swapTable(w io.Writer, s agent.Status) *table {
	var t *table
	for _, p := range s.Pipelines {
		if p.Swap == nil {
			continue
		}
		if t == nil {
			t = newTable(w, "NEW VERSION", "STATE", "PIPELINE", "ATTEMPT", "WINDOWS", "P95", "P95 BEFORE", "LAST ENDED")
		}
		t.row(swapCells(p.Name, p.Swap)...)
	}
	return t
}

func swapCells(pipeline string, w *agent.SwapStatus) []string {
	attempt, windows, last := "-", "-", "-"
	if w.Model != "" {
		attempt = fmt.Sprintf("%d of %d", w.Attempt, w.Attempts)
	}
	if w.State == "trial" {
		windows = count(w.Windows)
	}
	if w.Last != "" {
		last = w.Last + " " + w.LastState
	}
	return []string{dash(w.Model), dash(w.State), pipeline, attempt, windows, micros(w.P95), micros(w.Former), last}
}

// swapWords are the same for one line of text; empty while nothing is to follow.
func swapWords(w *agent.SwapStatus) string {
	if w == nil || w.Model == "" {
		return ""
	}
	return fmt.Sprintf(" %s=%s", w.State, w.Model)
}

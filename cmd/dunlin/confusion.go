package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// confusion counts decisions against the right labels, by window and by recording. A recording's decision is the
// label that most of its windows got.
type confusion struct {
	labels  []string
	windows int // decisions, labelled or not
	cells   map[[2]string]int
	order   []int // recordings, as they came
	votes   map[int]map[string]int
	want    map[int]string
	foreign int // windows whose right label the model does not know
}

func newConfusion(labels []string) *confusion {
	return &confusion{labels: labels, cells: map[[2]string]int{}, votes: map[int]map[string]int{}, want: map[int]string{}}
}

func (c *confusion) add(recording int, want, got string) {
	c.windows++
	if want == "" {
		return
	}
	if !slices.Contains(c.labels, want) {
		c.foreign++
		return
	}
	c.cells[[2]string{want, got}]++
	if c.votes[recording] == nil {
		c.votes[recording] = map[string]int{}
		c.order = append(c.order, recording)
		c.want[recording] = want
	}
	c.votes[recording][got]++
}

// byWindow is how many of the labelled windows were right.
func (c *confusion) byWindow() (right, of int) {
	for cell, n := range c.cells {
		of += n
		if cell[0] == cell[1] {
			right += n
		}
	}
	return right, of
}

func (c *confusion) byRecording() (right, of int) {
	for _, r := range c.order {
		of++
		if majority(c.votes[r]) == c.want[r] {
			right++
		}
	}
	return right, of
}

// majority is the label with the most votes; of equals the first by name.
func majority(votes map[string]int) string {
	best := ""
	for label, n := range votes {
		if best == "" || n > votes[best] || n == votes[best] && label < best {
			best = label
		}
	}
	return best
}

// write tells accuracy and confusion, or only the count when nothing was labelled.
func (c *confusion) write(w io.Writer) {
	right, of := c.byWindow()
	if c.foreign > 0 {
		fmt.Fprintf(w, "%d windows have a label that the model does not know\n", c.foreign)
	}
	if of == 0 {
		fmt.Fprintf(w, "%d decisions, no labels to compare them with\n", c.windows)
		return
	}
	fmt.Fprintf(w, "%d decisions\naccuracy by window: %s\n", c.windows, fraction(right, of))
	right, of = c.byRecording()
	fmt.Fprintf(w, "accuracy by recording: %s\n\n", fraction(right, of))
	t := newTable(w, append([]string{"want \\ got"}, c.labels...)...)
	for _, want := range c.labels {
		row := []string{want}
		for _, got := range c.labels {
			row = append(row, strconv.Itoa(c.cells[[2]string{want, got}]))
		}
		t.row(row...)
	}
	_ = t.flush() // standard error: nobody is left to tell
}

func fraction(right, of int) string {
	return fmt.Sprintf("%.3f (%d of %d)", float64(right)/float64(of), right, of)
}

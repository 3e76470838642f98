package main

import (
	"strings"
	"testing"
)

func TestConfusion(t *testing.T) {
	c := newConfusion([]string{"a", "b"})
	for _, d := range []struct {
		recording int
		want, got string
	}{{0, "a", "a"}, {0, "a", "a"}, {0, "a", "b"}, {1, "b", "a"}, {1, "b", "b"}, {2, "c", "a"}, {3, "", "a"}} {
		c.add(d.recording, d.want, d.got)
	}
	if right, of := c.byWindow(); right != 3 || of != 5 {
		t.Errorf("by window: %d of %d, want 3 of 5", right, of)
	}
	// recording 1 is a tie, which goes to the label that comes first, and that is wrong here
	if right, of := c.byRecording(); right != 1 || of != 2 {
		t.Errorf("by recording: %d of %d, want 1 of 2", right, of)
	}
	var b strings.Builder
	c.write(&b)
	want := `1 windows have a label that the model does not know
7 decisions
accuracy by window: 0.600 (3 of 5)
accuracy by recording: 0.500 (1 of 2)

want \ got  a  b
a           2  1
b           1  1
`
	if b.String() != want {
		t.Errorf("write:\n%swant\n%s", b.String(), want)
	}
}

func TestConfusionWithoutLabels(t *testing.T) {
	c := newConfusion([]string{"a"})
	c.add(0, "", "a")
	var b strings.Builder
	c.write(&b)
	if b.String() != "1 decisions, no labels to compare them with\n" {
		t.Errorf("write: %q", b.String())
	}
}

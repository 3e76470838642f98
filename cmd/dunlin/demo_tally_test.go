package main

import (
	"testing"
	"time"
)

func at(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func TestTallyGivesADecisionToTheRecordingItsWindowEndedIn(t *testing.T) {
	var tl tally
	tl.begin("00", "walking", at(0))
	tl.begin("01", "running", at(10))
	if name, want := tl.decided("walking", at(9.9)); name != "00" || want != "walking" {
		t.Errorf("a window that ended at 9.9 s went to %q %q", name, want)
	}
	if name, _ := tl.decided("running", at(15)); name != "01" {
		t.Errorf("a window that ended at 15 s went to %q", name)
	}
	if name, _ := tl.decided("running", at(-1)); name != "" {
		t.Errorf("a window before the first recording went to %q", name)
	}
}

func TestTallyTellsAccuracyByWindowFirstAndByRecordingLater(t *testing.T) {
	var tl tally
	for i := range minRecordings {
		tl.begin("r", "walking", at(float64(10*i)))
		label := "walking"
		if i == 0 {
			label = "running"
		}
		tl.decided(label, at(float64(10*i)+1))
		tl.decided(label, at(float64(10*i)+2))
		tl.decided("walking", at(float64(10*i)+3))
	}
	if s := tl.score(); s.Unit != "windows" || s.Of != 24 || s.Right != 22 {
		t.Errorf("while the eighth recording plays: %+v", s)
	}
	tl.begin("r", "walking", at(1000))
	if s := tl.score(); s.Unit != "recordings" || s.Of != 8 || s.Right != 7 || s.Accuracy != 7.0/8 {
		t.Errorf("after eight recordings: %+v", s)
	}
}

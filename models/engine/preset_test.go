package engine_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// The table is data: what can be checked without the devices is its form.
func TestPresets(t *testing.T) {
	names := engine.PresetNames()
	if want := []string{"armnn", "edgetpu", "ethosu", "neutron", "qnn", "teflon", "vx"}; !slices.Equal(names, want) {
		t.Errorf("presets %q, want %q", names, want)
	}
	for _, p := range engine.Presets() {
		if p.Title == "" || p.Fix == "" || p.Note == "" || len(p.Libraries) == 0 || len(p.Devices)+len(p.USB) == 0 || p.Limit < 0 {
			t.Errorf("%s lacks something: %+v", p.Name, p)
		}
		for _, lib := range p.Libraries {
			if !strings.HasPrefix(path.Base(lib), "lib") || !strings.Contains(lib, ".so") {
				t.Errorf("%s: library %q", p.Name, lib)
			}
		}
		for _, d := range p.Devices {
			if _, err := path.Match(d, "/dev/x"); err != nil || !strings.HasPrefix(d, "/dev/") {
				t.Errorf("%s: device %q: %v", p.Name, d, err)
			}
		}
		if got := engine.FindPreset(p.Name); got == nil || got.Title != p.Title {
			t.Errorf("%s is found as %+v", p.Name, got)
		}
	}
	if engine.FindPreset("npu") != nil {
		t.Error("a preset that nobody wrote is found")
	}
}

// Told keeps the numbers of a proof and the end of what came after it.
func TestTold(t *testing.T) {
	numbers := &engine.Parity{Vectors: 9}
	tried := []engine.Walk{
		{Delegate: "a", Stage: engine.Loaded, Reason: engine.ReasonCreate, Text: "no"},
		{Delegate: "b", Stage: engine.Verified, Parity: numbers},
	}
	since := []engine.Walk{{Delegate: "b", Stage: engine.Active}, {Delegate: "none", Stage: engine.Active}}
	got := engine.Told(tried, since)
	if len(got) != 3 || got[0].Delegate != "a" || got[1].Stage != engine.Active || got[1].Parity != numbers || got[2].Parity != nil {
		t.Errorf("told %+v", got)
	}
	r := engine.Report{Delegate: "b", Delegated: 2, Nodes: 3, Walks: got, Reason: engine.Reasoned(got)}
	if r.Reason != "a (create_failed): no" || r.String() != "b(2/3): a (create_failed)" {
		t.Errorf("%q, %q", r.Reason, r)
	}
}

package systemd_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestService goes through the life of one device, one step after the other: a step builds on the disk that the steps
// before it left.
func TestService(t *testing.T) {
	g := newGuest(t)
	a := &account{g: g, records: map[place]string{}, heads: map[wire.Stream]uint64{}, unclean: map[any]bool{}}
	for _, step := range []struct {
		name  string
		do    func(*testing.T)
		vital bool
	}{
		{"boot", g.boot, true},
		{"install", g.install, true},
		{"unit", g.unit, false},
		{"operator", g.operator, false},
		{"sensor", g.sensor, false},
		{"isolated", g.isolated, false},
		{"pipeline", g.pipeline, true},
		{"stopped process", func(t *testing.T) { g.stoppedProcess(t, a) }, false},
		{"blocked pipeline", func(t *testing.T) { g.blockedPipeline(t, a) }, false},
		{"kill", func(t *testing.T) { g.killed(t, a) }, false},
		{"power cut", func(t *testing.T) { g.powerCut(t, a) }, true},
		{"second power cut", func(t *testing.T) { g.powerCut(t, a) }, true},
		{"upgrade", func(t *testing.T) { g.upgrade(t, a) }, false},
		{"hub", func(t *testing.T) { g.deliver(t, a) }, false},
		{"remove", g.remove, false},
		{"purge", g.purge, false},
	} {
		if !t.Run(step.name, step.do) && step.vital {
			t.Fatalf("nothing can follow without step %q", step.name)
		}
	}
}

package polltest

import (
	"errors"
	"slices"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
)

// Rig is a driver on a bus with the model of its chip.
type Rig[Chip chiptest.Model] struct {
	Chip   Chip
	Bus    *chiptest.Bus
	Source *poll.Source
}

// Fault is something because of which a driver must end its run before the first sample.
type Fault[Chip chiptest.Model] struct {
	name, says string
	spoil      func(r Rig[Chip])
	absent     bool
}

// Absent is a chip that is not there, or another one; the driver says so and how to help.
func Absent[Chip chiptest.Model](name, says string, spoil func(r Rig[Chip])) Fault[Chip] {
	return Fault[Chip]{name: name, says: says, spoil: spoil, absent: true}
}

// Useless is a chip that is there and of no use.
func Useless[Chip chiptest.Model](name, says string, spoil func(r Rig[Chip])) Fault[Chip] {
	return Fault[Chip]{name: name, says: says, spoil: spoil}
}

// Subject makes rigs of one driver. Each call makes anew.
type Subject[Chip chiptest.Model] struct {
	Address  uint16 // at which Plug puts the chip
	Channels []hal.Channel
	Chip     func() Chip
	Plug     func(c Chip) *chiptest.Bus           // and makes it quick
	Source   func(bus *chiptest.Bus) *poll.Source // emits at least 20 blocks within a second
	// Change changes what the chip measures. Changed is what it is then and Within how exactly, for each channel.
	Change          func(c Chip)
	Changed, Within []float64
	// Behind is how many more samples may be as before: those of chips that measure at a pace of their own.
	Behind int
	// Beyond makes the chip measure what no working one does; nil when it has no such words.
	Beyond func(c Chip)
	Faults []Fault[Chip]
}

func (s Subject[Chip]) rig() Rig[Chip] {
	c := s.Chip()
	bus := s.Plug(c)
	return Rig[Chip]{Chip: c, Bus: bus, Source: s.Source(bus)}
}

// Run runs the suite.
func Run[Chip chiptest.Model](t *testing.T, s Subject[Chip]) {
	t.Run("contract", s.contract)
	t.Run("refused transfers are a gap", s.refusals)
	if s.Beyond != nil {
		t.Run("what cannot be is skipped", s.skips)
	}
	t.Run("a chip that goes away", s.goesAway)
	for _, f := range s.Faults {
		t.Run("emits nothing: "+f.name, func(t *testing.T) {
			r := s.rig()
			f.spoil(r)
			_ = haltest.EmitsNothing(t, r.Source, f.says, f.absent)
			closedOnce(t, r.Bus)
		})
	}
}

// enough transfers for every driver to set up its chip and take some samples.
const enough = 40

func (s Subject[Chip]) contract(t *testing.T) {
	with := func(arrange func(bus *chiptest.Bus)) func(*testing.T) hal.Source {
		return func(*testing.T) hal.Source {
			r := s.rig()
			arrange(r.Bus)
			return r.Source
		}
	}
	haltest.Run(t, haltest.Subject{
		Channels: s.Channels,
		Endless:  with(func(*chiptest.Bus) {}),
		Absent:   with(func(bus *chiptest.Bus) { bus.Unplug(s.Address) }),
		Broken:   with(func(bus *chiptest.Bus) { bus.BreakAfter(enough, syscall.EIO) }),
	})
}

// refusals: each of three refused transfers costs a sample. The next is of the present, and says that some are missing.
func (s Subject[Chip]) refusals(t *testing.T) {
	r := s.rig()
	blocks, h := haltest.Collect(t, r.Source, 3, func(i int) {
		if i == 1 {
			r.Bus.Refuse(s.Address, 3)
			s.Change(r.Chip)
		}
	})
	if !blocks[1].Discont || h.Skipped != 3 || h.Gaps != 1 && h.Dropped == 0 || h.State != hal.Running {
		t.Errorf("gap %v, want a gap of 3: %+v", blocks[1].Discont, h)
	}
	s.changed(t, blocks[1+s.Behind:])
	closedOnce(t, r.Bus)
}

// skips: the chip measures what cannot be until three samples are lost.
func (s Subject[Chip]) skips(t *testing.T) {
	r := s.rig()
	r.Bus.Fault(func(uint16) error {
		if r.Source.Health().Skipped >= 3 {
			s.Change(r.Chip)
		}
		return nil
	})
	blocks, h := haltest.Collect(t, r.Source, 2+s.Behind, func(i int) {
		if i == 1 {
			s.Beyond(r.Chip)
		}
	})
	gap := slices.ContainsFunc(blocks[1:], func(b hal.Block) bool { return b.Discont })
	if !gap || h.Skipped < 3 || h.Skipped > 3+uint64(s.Behind) {
		t.Errorf("gap %v, want one of 3: %+v", gap, h)
	}
	s.changed(t, blocks[1+s.Behind:])
}

// goesAway: the run is broken, for the chip was there. Its error tells that nobody acknowledges.
func (s Subject[Chip]) goesAway(t *testing.T) {
	r := s.rig()
	_, err := haltest.Ends(t, r.Source, 2, "", func(i int) {
		if i == 2 {
			r.Bus.Unplug(s.Address)
		}
	})
	if h := r.Source.Health(); !errors.Is(err, chiptest.NoAck) || h.State != hal.Failed {
		t.Errorf("%v, %v; want no acknowledgement, and failed", err, h.State)
	}
	closedOnce(t, r.Bus)
}

func (s Subject[Chip]) changed(t *testing.T, blocks []hal.Block) {
	t.Helper()
	for _, b := range blocks {
		for i, c := range s.Channels {
			haltest.Near(t, c.Name+" after the gap", b.Values[i], s.Changed[i], s.Within[i])
		}
	}
}

func closedOnce(t *testing.T, bus *chiptest.Bus) {
	t.Helper()
	if n := bus.Closed(); n != 1 {
		t.Errorf("bus closed %d times", n)
	}
}

package gpio_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/gpio/gpiotest"
	periph "periph.io/x/conn/v3/gpio"
)

func TestPin(t *testing.T) {
	h := gpiotest.New(nil, pi())
	p, err := gpio.OpenPin(h, chip, "GPIO17")
	if err != nil {
		t.Fatal(err)
	}
	if p.Read() == periph.High || p.Err() == nil {
		t.Error("a pin that is not set up yet reads without an error")
	}
	h.Set(chip, 17, 1)
	if err := p.In(periph.PullDown, periph.NoEdge); err != nil || p.Read() == periph.Low || p.Err() != nil {
		t.Errorf("in: %v, level %v", err, p.Read())
	}
	if err := p.Out(periph.Low); err != nil || h.Level(chip, 17) != 0 {
		t.Errorf("out low: %v, level %d", err, h.Level(chip, 17))
	}
	if err := p.Out(periph.High); err != nil || h.Level(chip, 17) != 1 {
		t.Errorf("out high: %v, level %d", err, h.Level(chip, 17))
	}
	want := []gpio.Request{{Chip: chip, Offset: 17, Bias: gpio.PullDown}, {Chip: chip, Offset: 17, Output: true}}
	if got := h.Requests(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("requests %+v, want %+v", got, want)
	}
	h.Break(chip, 17, syscall.ENODEV)
	if err := p.Out(periph.Low); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("out on a chip that is gone: %v", err)
	}
	if p.Read() == periph.High || !errors.Is(p.Err(), syscall.ENODEV) {
		t.Error("a read that fails hides why")
	}
	if err := p.Close(); err != nil || h.Held(chip, 17) {
		t.Errorf("close: %v, held %v", err, h.Held(chip, 17))
	}
}

func TestPinLimits(t *testing.T) {
	h := gpiotest.New(nil, pi())
	p, err := gpio.OpenPin(h, chip, "8")
	if err != nil {
		t.Fatal(err)
	}
	if p.In(periph.Float, periph.BothEdges) == nil || p.PWM(periph.DutyHalf, 0) == nil || p.WaitForEdge(0) {
		t.Error("a pin promises edges or PWM that it does not have")
	}
	h.Refuse(syscall.EBUSY)
	var gone *hal.AbsentError
	if err := p.Out(periph.High); !errors.As(err, &gone) {
		t.Errorf("a line in use: %v", err)
	}
	if _, err := gpio.OpenPin(h, chip, "GPIO99"); !errors.As(err, &gone) {
		t.Errorf("no such line: %v", err)
	}
}

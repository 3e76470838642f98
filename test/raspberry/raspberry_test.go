package raspberry_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/internal/vm"
	"github.com/dunlin-iot/dunlin/internal/vm/vmtest"
)

// TestThermometer: what the test sets through QMP is what the agent reads, over and over; the kernel's driver agrees.
func TestThermometer(t *testing.T) {
	if _, err := vm.Build(t.Context(), fixture.Root(), "-host"); err != nil {
		t.Fatal(err)
	}
	m := vmtest.Boot(t, 5*time.Minute, func(folder string) vm.Config { return vm.Paced(vm.Raspberry(folder)) })
	hands := func(ctx context.Context, ask string) error {
		var thousandths int
		if _, err := fmt.Sscanf(ask, "temperature %d", &thousandths); err != nil {
			return err
		}
		return m.Command(ctx, "qom-set", map[string]any{"path": vm.Thermometer, "property": "temperature", "value": thousandths})
	}
	var said struct {
		Kind, Model, Listed, Owned string
		Scan                       []string
		Read                       []float64
	}
	m.Check(t, "raspberry", hands, &said)
	if said.Kind != "raspberry-pi-3" || said.Model != "Raspberry Pi 3 Model B" {
		t.Errorf("the board is taken for %q, %q", said.Kind, said.Model)
	}
	if want := "0x48 perhaps ads1115 or tmp102 or tmp75 (by its address)"; len(said.Scan) != 1 || said.Scan[0] != want {
		t.Errorf("scan: %q, want %q", said.Scan, want)
	}
	if len(said.Read) < 5 {
		t.Errorf("the agent read %v", said.Read)
	}
	if !strings.Contains(said.Owned, "kernel driver lm75 owns it") {
		t.Errorf("while the kernel's driver has the chip: %q", said.Owned)
	}
}

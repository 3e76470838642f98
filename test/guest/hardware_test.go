package guest_test

import (
	"context"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/vm"
	"github.com/dunlin-iot/dunlin/internal/vm/vmtest"
)

// patience is how long the host waits for one message; the guest gives up a check sooner.
const patience = 90 * time.Second

// boot starts a guest; it is gone when the test is over.
func boot(t *testing.T) *vmtest.Machine {
	t.Helper()
	return vmtest.Boot(t, patience, func(folder string) vm.Config { return vm.ARM64(folder) })
}

func TestHardware(t *testing.T) {
	m := boot(t)
	press := func(ctx context.Context, _ string) error { return m.Command(ctx, "system_powerdown", nil) }
	for _, c := range []struct{ name, what string }{
		{"scan", "hal/board finds the bus and guesses the chips"},
		{"read", "our bus and our drivers read what the models say"},
		{"kernel", "the kernel's own drivers take the chips and agree"},
		{"edge", "the power button's edges, stamped by the kernel"},
		{"lines", "an edge of the bridge's own GPIO"},
		{"replug", "a pulled cable is told, and nothing old comes after"},
		{"race", "8 goroutines under forced collections read nothing wrong"},
		{"sine", "a sound card gives every sample of a sine"},
		{"overrun", "what a slow reader loses is counted to the sample"},
		{"bars", "a camera's colour bars in every format that it has"},
		{"dropped", "frames that the camera drops are counted, past the end of its numbers"},
		{"unplugged", "a camera that is pulled out ends its source"},
	} {
		t.Run(c.name, func(t *testing.T) { m.Check(t, c.name, press, nil) })
	}
}

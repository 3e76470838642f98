package guest_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/internal/vm"
)

// patience is how long the host waits for one message; the guest gives up a check sooner.
const patience = 90 * time.Second

// machine is a guest that does checks.
type machine struct {
	*vm.Machine
	kernel string
}

// build makes the guest once for all tests.
var build = sync.OnceValues(func() (string, error) { return vm.Build(context.Background(), fixture.Root()) })

// boot starts a guest; it is gone when the test is over.
func boot(t *testing.T) *machine {
	t.Helper()
	folder, err := build()
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := vm.Kernel(folder)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	v, err := vm.Start(t.Context(), vm.ARM64(folder))
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{v, kernel}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the guest's console:\n%s", m.Console())
		}
		if err := m.Close(); err != nil {
			t.Errorf("close the machine: %v", err)
		}
	})
	var said struct{ Kernel string }
	m.verdict(t, "boot", nil, &said)
	t.Logf("Linux %s, up after %v", kernel, time.Since(began).Round(10*time.Millisecond))
	if !strings.HasPrefix(said.Kernel, strings.Fields(kernel)[0]) {
		t.Errorf("the guest runs Linux %q, not %q", said.Kernel, kernel)
	}
	return m
}

// check has the guest do one check, does for it what it asks for, and reports what it found out.
func (m *machine) check(t *testing.T, line string, asked map[string]func(context.Context) error, facts any) {
	t.Helper()
	if err := m.Do(line); err != nil {
		t.Fatal(err)
	}
	m.verdict(t, strings.Fields(line)[0], asked, facts)
}

func (m *machine) verdict(t *testing.T, check string, asked map[string]func(context.Context) error, facts any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		msg, err := m.Next(ctx)
		switch {
		case err != nil:
			t.Fatalf("wait for check %s: %v\n%s", check, err, m.Console())
		case msg.Check != check:
			t.Fatalf("waited for check %s, the guest speaks of %s", check, msg.Check)
		case msg.Done:
			t.Logf("%s", msg.Facts)
			if msg.Error != "" {
				t.Errorf("in the guest: %s", msg.Error)
			}
			if facts != nil && len(msg.Facts) > 0 {
				if err := json.Unmarshal(msg.Facts, facts); err != nil {
					t.Errorf("facts of check %s: %v", check, err)
				}
			}
			return
		case asked[msg.Ask] == nil:
			t.Fatalf("check %s asks for %q, which nobody does", check, msg.Ask)
		default:
			if err := asked[msg.Ask](ctx); err != nil {
				t.Errorf("%s for check %s: %v", msg.Ask, check, err)
			}
		}
	}
}

// hands do what the guest asks for.
func (m *machine) hands() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"powerdown": func(ctx context.Context) error { return m.Command(ctx, "system_powerdown", nil) },
	}
}

func TestHardware(t *testing.T) {
	m := boot(t)
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
		t.Run(c.name, func(t *testing.T) { m.check(t, c.name, m.hands(), nil) })
	}
}

package vmtest

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

// Machine is a guest that does checks.
type Machine struct {
	*vm.Machine
	patience time.Duration
}

// Hands do what a check asks for, as "powerdown". An error fails the test.
type Hands func(ctx context.Context, ask string) error

// folder builds the guest once for all tests of a package.
var folder = sync.OnceValues(func() (string, error) { return vm.Build(context.Background(), fixture.Root()) })

// Boot starts the machine that cfg makes of the folder of cross/guest. patience is how long the host waits for one
// message of a check, which the guest gives up sooner.
func Boot(t *testing.T, patience time.Duration, cfg func(folder string) vm.Config) *Machine {
	t.Helper()
	dir, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := vm.Kernel(dir)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	v, err := vm.Start(t.Context(), cfg(dir))
	if err != nil {
		t.Fatal(err)
	}
	m := &Machine{v, patience}
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

// Check has the guest do one check, does for it what it asks for, and reports what it found out. facts may be nil.
func (m *Machine) Check(t *testing.T, line string, hands Hands, facts any) {
	t.Helper()
	if err := m.Do(line); err != nil {
		t.Fatal(err)
	}
	m.verdict(t, strings.Fields(line)[0], hands, facts)
}

func (m *Machine) verdict(t *testing.T, check string, hands Hands, facts any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), m.patience)
	defer cancel()
	for {
		msg, err := m.Next(ctx)
		switch {
		case err != nil:
			t.Fatalf("wait for check %s: %v\n%s", check, err, m.Console())
		case msg.Check != check:
			t.Fatalf("waited for check %s, the guest speaks of %s", check, msg.Check)
		case msg.Done:
			m.done(t, msg, facts)
			return
		case hands == nil:
			t.Fatalf("check %s asks for %q, which nobody does", check, msg.Ask)
		default:
			if err := hands(ctx, msg.Ask); err != nil {
				t.Errorf("%s for check %s: %v", msg.Ask, check, err)
			}
		}
	}
}

func (m *Machine) done(t *testing.T, msg vm.Message, facts any) {
	t.Helper()
	t.Logf("%s", msg.Facts)
	if msg.Error != "" {
		t.Errorf("in the guest: %s", msg.Error)
	}
	if facts != nil && len(msg.Facts) > 0 {
		if err := json.Unmarshal(msg.Facts, facts); err != nil {
			t.Errorf("facts of check %s: %v", msg.Check, err)
		}
	}
}

package guest_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/internal/vm"
	"github.com/dunlin-iot/dunlin/internal/vm/vmtest"
)

// TestCapture: what the kernel has stamped and queued at its timer's pace, taken by a user without rights. The machine's
// clock goes by its instructions, so that a busy host does not make the kernel leave samples out.
func TestCapture(t *testing.T) {
	m := vmtest.Boot(t, patience, func(folder string) vm.Config { return vm.Paced(vm.ARM64(folder)) })
	m.Check(t, "capture", nil, nil)
}

package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

// wireTime is what the read of eight registers takes at 100 kHz: an address and a register number, an address and eight
// values, nine bits each.
const wireTime = 11 * 9 * 10 * time.Microsecond

// askFunctions is I2C_FUNCS of the kernel's uapi/linux/i2c-dev.h, and plain the I2C_FUNC_I2C that it answers with.
const (
	askFunctions = 0x0705
	plain        = 1
)

// sleeper is an adapter whose transfers sleep in the kernel for as long as the wire takes, as those of real ones do.
type sleeper struct{}

func (sleeper) Set(uintptr, uintptr) error { return nil }
func (sleeper) Close() error               { return nil }

func (sleeper) Exchange(op uintptr, arg unsafe.Pointer) (int, error) {
	if op == askFunctions {
		*(*uintptr)(arg) = plain
		return 0, nil
	}
	wait := unix.NsecToTimespec(int64(wireTime))
	_, err := unix.Ppoll(nil, &wait, nil)
	return 2, err
}

// bare makes the same kernel call without the runtime in between, as a C program does.
func bare() {
	wait := unix.NsecToTimespec(int64(wireTime))
	_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, 0, 0, uintptr(unsafe.Pointer(&wait)), 0, 0, 0)
}

// native compares on this machine, where processors are real and the adapter is not.
func native() error {
	bus, err := i2cdev.Open(i2cdev.Config{Path: "sleeper", Open: func(string) (i2cdev.Device, error) { return sleeper{}, nil }})
	if err != nil {
		return err
	}
	var failed error
	var value [8]byte
	ours, direct, ratios := make([]float64, 0, turns), make([]float64, 0, turns), make([]float64, 0, turns)
	runtime.LockOSThread() // the bare call keeps its thread, as the only one of a C program does
	defer runtime.UnlockOSThread()
	for range turns {
		d := perCall(bare)
		o := perCall(func() {
			if err := bus.Tx(0x76, []byte{0xF7}, value[:]); err != nil {
				failed = err
			}
		})
		ours, direct, ratios = append(ours, o), append(direct, d), append(ratios, o/d)
	}
	if err := bus.Close(); failed == nil {
		failed = err
	}
	if failed != nil {
		return failed
	}
	ratio := report.Median(ratios)
	return report.Print(os.Stdout, report.Line{
		Figure: "the same around a kernel call that sleeps 990 us, as 8 registers at 100 kHz take", Target: "<= 1.1",
		Result: fmt.Sprintf("%.3f (%.0f us against %.0f us)", ratio, report.Median(ours), report.Median(direct)),
		OK:     report.Met(ratio <= maxRatio),
	})
}

func perCall(call func()) (us float64) {
	const calls = 100
	start := time.Now()
	for range calls {
		call()
	}
	return time.Since(start).Seconds() * 1e6 / calls
}

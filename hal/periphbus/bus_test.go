package periphbus_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"periph.io/x/conn/v3/i2c"
)

func TestExplainKeepsTheErrno(t *testing.T) {
	b := periphbus.New(chiptest.New(nil))
	cause := b.Tx(0x40, []byte{0}, nil)
	for name, err := range map[string]error{
		"text":    fmt.Errorf("driver: %v", cause),
		"dropped": errors.New("failed to read"),
		"kept":    fmt.Errorf("driver: %w", cause),
	} {
		got := b.Explain(err)
		if !errors.Is(got, syscall.EREMOTEIO) || !errors.Is(got, err) {
			t.Errorf("%s: %v holds neither its cause nor itself", name, got)
		}
		if n := strings.Count(got.Error(), "remote I/O"); n != 1 {
			t.Errorf("%s: %q names the cause %d times", name, got, n)
		}
	}
	if err := b.Explain(nil); err != nil {
		t.Errorf("nothing explained as %v", err)
	}
}

func TestExplainBlamesOnlyTheLastTransfer(t *testing.T) {
	inner := chiptest.New(map[uint16]chiptest.Model{0x40: &chiptest.Registers{}})
	b := periphbus.New(inner)
	inner.Refuse(0x40, 1)
	if err := b.Tx(0x40, []byte{0}, nil); !errors.Is(err, syscall.EREMOTEIO) {
		t.Fatal(err)
	}
	if err := b.Tx(0x40, []byte{0}, nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Explain(errors.New("wrong checksum")); errors.Is(err, syscall.EREMOTEIO) {
		t.Errorf("%v blames a transfer that was long over", err)
	}
}

func TestAbsent(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EREMOTEIO, syscall.ENXIO, syscall.ETIMEDOUT, syscall.ENODEV, syscall.ESHUTDOWN} {
		var gone *hal.AbsentError
		err := periphbus.Absent("bme280 at i2c-1", 0x76, fmt.Errorf("transfer: %w", errno))
		if !errors.As(err, &gone) || gone.What != "bme280 at i2c-1 0x76" || gone.Fix == "" || !errors.Is(err, errno) {
			t.Errorf("%v: %#v", errno, err)
		}
	}
	var gone *hal.AbsentError
	if err := periphbus.Absent("bme280 at i2c-1", 0x76, syscall.EIO); errors.As(err, &gone) || !errors.Is(err, syscall.EIO) {
		t.Errorf("a broken bus is %v", err)
	}
	if err := periphbus.Stranger("bme280 at i2c-1", 0x76, "chip id 0x58", "set another chip"); !errors.As(err, &gone) || !strings.Contains(err.Error(), "0x58") {
		t.Errorf("another chip is %v", err)
	}
}

func TestOpen(t *testing.T) {
	if _, err := periphbus.Open(nil); err == nil {
		t.Error("no bus was opened without complaint")
	}
	if _, err := periphbus.Open(func() (i2c.BusCloser, error) { return nil, io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("open: %v", err)
	}
}

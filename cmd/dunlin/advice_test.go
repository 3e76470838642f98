package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
)

// onI2C is a machine with a bus, a BME280 at 0x76 on it, and the sources of a configuration.
func onI2C(t *testing.T, sources string) (*hardware, *i2cdevtest.Kernel, []config.SourceConfig) {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{"dev/i2c-1": "", "sys/bus/i2c/devices/i2c-1/name": "bcm2835\n"} {
		file := filepath.Join(root, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Parse("/nowhere", "", config.Text{Name: "c.yaml", Data: []byte("device: {id: test}\nsources:\n" + sources)})
	if err != nil {
		t.Fatal(err)
	}
	kernel := i2cdevtest.NewKernel(map[uint16]chiptest.Model{0x76: bme280test.New()})
	a := newApp(nil, io.Discard, io.Discard)
	a.getenv = func(string) string { return "" }
	h := newHardware(a.deps())
	h.board = board.New(board.Config{Root: root, I2C: i2cdev.Config{Open: kernel.Open}, Access: func(string) error { return nil }})
	t.Cleanup(h.close)
	return h, kernel, cfg.Sources
}

// TestWhatAnswersInstead: a chip that is wired to another address than the configuration says is the commonest mistake.
func TestWhatAnswersInstead(t *testing.T) {
	h, _, sources := onI2C(t, "  room: {driver: bme280, bus: i2c-1, address: 0x77}\n")
	err := h.advised(t.Context(), sources[0], readSource(t.Context(), h.source(sources[0]), io.Discard, 1))
	var gone *hal.AbsentError
	if !errors.As(err, &gone) || exitCode(err) != exitAbsent || !strings.HasSuffix(err.Error(), "; nothing answers at 0x77 on i2c-1; what does: 0x76 bme280 (register 0xd0 reads 0x60)") {
		t.Errorf("%v", err)
	}
	if err := h.advised(t.Context(), sources[0], nil); err != nil {
		t.Errorf("no trouble: %v", err)
	}
}

// TestWhatTroubleMeans: errors of transfers come with the sentence for the person who can mend the bus.
func TestWhatTroubleMeans(t *testing.T) {
	h, kernel, sources := onI2C(t, "  room: {driver: bme280, bus: i2c-1}\n")
	bus, err := h.board.I2C("i2c-1", 0x76)
	if err != nil {
		t.Fatal(err)
	}
	kernel.Fail(syscall.EIO)
	err = bus.Tx(0x76, []byte{0xd0}, make([]byte, 1))
	if closeErr := bus.Close(); closeErr != nil {
		t.Error(closeErr)
	}
	const means = "i2c-1 broke off in the middle of a transfer: check for a loose contact"
	if got := h.advised(t.Context(), sources[0], fmt.Errorf("read room: %w", err)); !errors.Is(got, syscall.EIO) || !strings.Contains(got.Error(), "; "+means) {
		t.Errorf("%v", got)
	}
	if got := h.meaning(sources[0], errors.New("temperature is out of range")); got != "" {
		t.Errorf("advice for another trouble: %q", got)
	}
	s := agent.Status{Sources: []agent.SourceStatus{
		{Name: "room", State: agent.Failed, Reason: "read room: 5 times in a row: " + err.Error(), Bus: h.transfers(sources[0])},
		{Name: "hot", State: agent.Degraded, Reason: "temperature is out of range", Bus: h.transfers(sources[0])},
	}}
	all := problems(s)
	if len(all) != 2 || !strings.Contains(all[0], "input/output error; "+means) || strings.Contains(all[1], means) {
		t.Errorf("%q", all)
	}
}

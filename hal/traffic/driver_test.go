package traffic_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// clockOf steps by 1 ms with every look.
func clockOf() func() time.Duration {
	var now time.Duration
	return func() time.Duration {
		now += time.Millisecond
		return now
	}
}

// samples runs a BME280's driver until it has given n samples or has failed.
func samples(t *testing.T, open traffic.Open, n int) (values []float32, err error) {
	t.Helper()
	return samplesOf(t, bme280.Config{Bus: open, Where: "i2c-1"}, n)
}

func samplesOf(t *testing.T, cfg bme280.Config, n int) (values []float32, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg.Every, cfg.Convert = 2*time.Millisecond, 100*time.Microsecond
	err = bme280.New(cfg).Run(ctx, func(b hal.Block) {
		if values = append(values, b.Values...); len(values) >= n*b.Channels {
			cancel()
		}
	})
	return values, err
}

// TestADriverCannotTellPlaybackFromItsChipOnSPI is the same over a port.
func TestADriverCannotTellPlaybackFromItsChipOnSPI(t *testing.T) {
	chip := bme280test.New()
	chip.Convert(10 * time.Microsecond)
	wire, raw := chiptest.NewPort(chip.SPI(), 0x7f), uint32(519_888)
	wire.Fault(func() error {
		raw += 16
		chip.SetRaw(raw, 415_148, 30_000)
		return nil
	})
	var text bytes.Buffer
	rec := traffic.NewRecorder(&text, "room", clockOf())
	want, err := samplesOf(t, bme280.Config{SPI: rec.TapPort("spidev0.0", func() (spi.PortCloser, error) { return wire, nil })}, 5)
	if err != nil || len(want) < 15 || want[0] == want[3] {
		t.Fatalf("on the chip: %v, %v", want, err)
	}
	if n, err := rec.Close(); n == 0 || err != nil {
		t.Fatalf("%d transfers, %v", n, err)
	}
	recorded, err := traffic.Read("room.txt", &text)
	if err != nil {
		t.Fatal(err)
	}
	play := func(all []traffic.Transfer) func() (spi.PortCloser, error) {
		return func() (spi.PortCloser, error) { return chiptest.NewPlayback(all).Port("spidev0.0"), nil }
	}
	got, err := samplesOf(t, bme280.Config{SPI: play(recorded)}, 5)
	if err != nil {
		t.Fatalf("on the recording: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples of the chip and of its recording (-chip +recording):\n%s", diff)
	}
	if _, err := samplesOf(t, bme280.Config{SPI: play(recorded[:10])}, 5); !errors.Is(err, chiptest.ErrPlayed) {
		t.Errorf("on a recording that is cut off: %v", err)
	}
}

// TestADriverCannotTellPlaybackFromItsChip: the driver of a BME280 is recorded on a chip that changes, then on the
// recording alone; it gives the same samples, and fails when the recording is over.
func TestADriverCannotTellPlaybackFromItsChip(t *testing.T) {
	chip := bme280test.New()
	chip.Convert(10 * time.Microsecond)
	bus := chiptest.New(map[uint16]chiptest.Model{0x76: chip})
	raw := uint32(519_888)
	bus.Fault(func(uint16) error { // each transfer finds another temperature
		raw += 16
		chip.SetRaw(raw, 415_148, 30_000)
		return nil
	})
	var text bytes.Buffer
	rec := traffic.NewRecorder(&text, "room", clockOf())
	want, err := samples(t, rec.Tap(bus.Open), 5)
	if err != nil || len(want) < 15 {
		t.Fatalf("on the chip: %d values, %v", len(want), err)
	}
	if _, err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	recorded, err := traffic.Read("room.txt", &text)
	if err != nil {
		t.Fatal(err)
	}
	play := chiptest.NewPlayback(recorded)
	got, err := samples(t, play.Open, 5)
	if err != nil {
		t.Fatalf("on the recording: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples of the chip and of its recording (-chip +recording):\n%s", diff)
	}
	if want[0] == want[3] {
		t.Errorf("the temperature stood still at %g: the test proves nothing", want[0])
	}
	if _, err := samples(t, chiptest.NewPlayback(recorded[:10]).Open, 5); !errors.Is(err, chiptest.ErrPlayed) {
		t.Errorf("on a recording that is cut off: %v", err)
	}
}

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/ds18b20"
	"github.com/dunlin-iot/dunlin/hal/ds18b20/ds18b20test"
	"github.com/dunlin-iot/dunlin/hal/ds2482"
	"github.com/dunlin-iot/dunlin/hal/ds2482/ds2482test"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

const (
	feedID = "28-0316a2794f7c"
	backID = "28-0316a2798bff"
)

// onOneWire is a machine with a DS2482 at 0x1a of its I2C bus, two thermometers behind it, at 61.5 and 47.25 degrees,
// and the sources of a configuration. Call it in a bubble.
func onOneWire(t *testing.T, sources string) (*hardware, *i2cdevtest.Kernel, []config.SourceConfig) {
	t.Helper()
	h, kernel, all := onI2C(t, sources)
	h.clock = haltest.Clock{}
	line := ds18b20test.New(h.clock)
	line.Plug(0x0316a2794f7c).Set(61.5)
	line.Plug(0x0316a2798bff).Set(47.25)
	kernel.Bus.Plug(0x1a, ds2482test.New(line, h.clock))
	return h, kernel, all
}

const feedAndBack = "  feed: {driver: ds18b20, bus: i2c-1, address: 0x1a, id: " + feedID + ", every: 1s}\n" +
	"  kiln: {driver: ds18b20, bus: bcm2835, address: 0x1a, id: " + backID + ", every: 1s, resolution: 9}\n"

// TestThermometersBehindABridge: from lines of the configuration to samples, through the I2C bus, a kernel, the bridge and
// its line. The two name their bus differently, and still take turns. 47.25 degrees are 47 at 9 bits.
func TestThermometersBehindABridge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, kernel, sources := onOneWire(t, feedAndBack)
		ctx, cancel := context.WithTimeout(t.Context(), 10900*time.Millisecond)
		defer cancel()
		values := make([][]float32, len(sources))
		var wg sync.WaitGroup
		for i, c := range sources {
			src := h.source(c)
			if want := "ds18b20 at " + c.DS18B20.Bus + " 0x1a " + c.DS18B20.ID; src.String() != want {
				t.Errorf("source %q, want %q", src, want)
			}
			wg.Go(func() {
				err := src.Run(ctx, func(b hal.Block) { values[i] = append(values[i], b.Values[0]) })
				if is := src.(hal.Healther).Health(); err != nil || is.Skipped+is.Dropped > 0 {
					t.Errorf("%s: %v, %+v", c.Name, err, is)
				}
			})
		}
		wg.Wait()
		for i, want := range []float32{61.5, 47} {
			if len(values[i]) != 11 || slices.ContainsFunc(values[i], func(v float32) bool { return v != want }) {
				t.Errorf("%s: %v, want %v eleven times", sources[i].Name, values[i], want)
			}
		}
		if n := h.transfers(sources[0]); n == nil || n.Done < 500 || n.Failed > 0 {
			t.Errorf("transfers of the bridge: %+v", n)
		}
		if files, _ := kernel.Counts(); files != 0 {
			t.Errorf("%d files left open", files)
		}
	})
}

// TestOneWireIsFoundOut: ls says what a bridge may be and what to write, and that line, tried, says which thermometers
// there are.
func TestOneWireIsFoundOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, sources := onOneWire(t, "  boiler: {driver: ds18b20, bus: i2c-1, address: 0x1a}\n"+"  lost: {driver: ds18b20, bus: i2c-1, address: 0x18}\n")
		want := thing{
			Kind: "i2c", Where: "i2c-1 0x1a", What: "perhaps ds2482, a bridge to 1-Wire (by its address)", State: stateUsable,
			Source: "{driver: ds18b20, bus: i2c-1, address: 0x1a}",
		}
		if all := h.scanI2C(t.Context()); !slices.Contains(all, want) {
			t.Errorf("%+v lacks %+v", all, want)
		}
		d := &doctor{app: newApp(nil, io.Discard, io.Discard), hardware: h}
		for _, c := range sources {
			d.opened(t.Context(), c, h.source(c))
		}
		for i, says := range []string{"set the id to one of " + feedID + ", " + backID, "ds2482 at i2c-1 0x18 is absent"} {
			if f := d.findings[i]; f.What != "source "+sources[i].Name || !strings.Contains(f.Text, says) {
				t.Errorf("%+v does not say %q", f, says)
			}
		}
	})
}

// TestOneWireTraffic: `sources record --traffic` writes what goes over I2C, and the source gives the same from it.
func TestOneWireTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, sources := onOneWire(t, feedAndBack)
		f := recordFlags{out: filepath.Join(t.TempDir(), "feed.csv"), traffic: filepath.Join(t.TempDir(), "feed.txt"), length: 4 * time.Second}
		var said bytes.Buffer
		if err := newApp(nil, io.Discard, &said).recordOn(t.Context(), h, sources[0], f); err != nil {
			t.Fatalf("%v\n%s", err, &said)
		}
		csv, err := os.ReadFile(f.out)
		if err != nil || strings.Count(string(csv), ",61.5\n") < 4 {
			t.Errorf("%v\n%s", err, csv)
		}
		text, err := os.Open(f.traffic)
		if err != nil {
			t.Fatal(err)
		}
		defer text.Close()
		recorded, err := traffic.Read(f.traffic, text)
		if err != nil {
			t.Fatal(err)
		}
		open := func(ctx context.Context) (ds18b20.Bus, error) {
			return new(ds2482.Bridges).Open(ctx, ds2482.Config{Bus: chiptest.NewPlayback(recorded).Open, Where: "i2c-1", Address: 0x1a})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		var again []float32
		err = ds18b20.New(ds18b20.Config{ID: feedID, Bus: open, Where: "i2c-1 0x1a", Every: time.Second, Clock: h.clock}).
			Run(ctx, func(b hal.Block) { again = append(again, b.Values[0]) })
		if err != nil || !slices.Equal(again, []float32{61.5, 61.5, 61.5, 61.5}) {
			t.Errorf("from the written traffic: %v, %v", again, err)
		}
	})
}

package ds18b20_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/ds18b20"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

const id = "28-0316a2794f7c"

// tree is a sysfs with one 1-Wire master and thermometers.
func tree(t *testing.T, ids ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range append([]string{"w1_bus_master1"}, ids...) {
		if err := os.MkdirAll(filepath.Join(root, "bus/w1/devices", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func write(t *testing.T, root, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, "bus/w1/devices", id, file), []byte(text), 0o644); err != nil {
		t.Error(err)
	}
}

// slave is what the kernel shows for eight bytes and their checksum.
func slave(bytes, crc, verdict string) string {
	return fmt.Sprintf("%s %s : crc=%s %s\n%s %s t=99999\n", bytes, crc, crc, verdict, bytes, crc)
}

// Checksums are computed by hand (polynomial x^8 + x^5 + x^4 + 1); the second and third are readings that many
// tutorials show: 23.125 and 26.1875 degrees.
var (
	reading = slave("91 01 4b 46 7f ff 0f 10", "25", "YES") // 25.0625
	shown   = slave("72 01 4b 46 7f ff 0e 10", "57", "YES")
	another = slave("a3 01 4b 46 7f ff 0d 10", "ce", "YES")
	frost   = slave("5e ff 4b 46 7f ff 02 10", "b6", "YES") // -10.125
	coldest = slave("90 fc 4b 46 7f ff 10 10", "ee", "YES") // -55
	coarse  = slave("91 01 4b 46 1f ff 0f 10", "b5", "YES") // 25.0625 at 9 bits: 25
	powerUp = slave("50 05 4b 46 7f ff 0c 10", "1c", "YES")
	boiler  = slave("50 05 4b 46 7f ff 10 10", "bd", "YES") // 85 after a conversion
	starved = slave("ff 07 4b 46 7f ff 01 10", "2f", "YES")
	zeros   = slave("00 00 00 00 00 00 00 00", "00", "YES")
	ones    = slave("ff ff ff ff ff ff ff ff", "ff", "NO")
	noise   = slave("93 01 4b 46 7f ff 0f 10", "25", "NO")
	lie     = slave("93 01 4b 46 7f ff 0f 10", "25", "YES")
)

func source(root string) *ds18b20Source {
	return &ds18b20Source{ds18b20.New(ds18b20.Config{Root: root, Every: time.Millisecond}), root}
}

type ds18b20Source struct {
	hal.Source
	root string
}

func (s *ds18b20Source) Health() hal.Health { return s.Source.(hal.Healther).Health() }

func TestContractOnTheKernel(t *testing.T) {
	good := func(t *testing.T) string {
		root := tree(t, id)
		write(t, root, "w1_slave", reading)
		return root
	}
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Endless:  func(t *testing.T) hal.Source { return source(good(t)) },
		Broken: func(t *testing.T) hal.Source {
			return &breaking{source(good(t)), func(root string) { write(t, root, "w1_slave", noise) }}
		},
		Absent: func(t *testing.T) hal.Source { return source(tree(t)) },
	})
}

// breaking changes the tree with its third block.
type breaking struct {
	*ds18b20Source
	change func(root string)
}

func (b *breaking) Run(ctx context.Context, emit func(hal.Block)) error {
	n := 0
	return b.ds18b20Source.Run(ctx, func(block hal.Block) {
		if n++; n == 3 {
			b.change(b.root)
		}
		emit(block)
	})
}

// TestReadings has values of table 1 of the data sheet, and what no conversion gives. Each stands in the file alone.
func TestReadings(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       float32
		says       string
	}{
		{"25.0625", reading, 25.0625, ""},
		{"23.125", shown, 23.125, ""},
		{"26.1875", another, 26.1875, ""},
		{"-10.125", frost, -10.125, ""},
		{"-55", coldest, -55, ""},
		{"9 bits", coarse, 25, ""},
		{"85 after a conversion", boiler, 85, ""},
		{"85 after power-up", powerUp, 0, "after power-up"},
		{"too little power", starved, 0, "supply broke down"},
		{"zeros with a right checksum", zeros, 0, "shorted"},
		{"ones", ones, 0, "no answer"},
		{"NO", noise, 0, "checksum"},
		{"a wrong YES", lie, 0, "checksum"},
		{"empty", "", 0, "does not answer"},
		{"cut short", reading[:20], 0, "is not what the kernel shows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := tree(t, id)
			write(t, root, "w1_slave", c.text)
			check(t, root, c.want, c.says)
		})
	}
}

// check wants one value, or an error that says something and no value.
func check(t *testing.T, root string, want float32, says string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var got []float32
	err := source(root).Run(ctx, func(b hal.Block) {
		got = append(got, b.Values[0])
		cancel()
	})
	switch {
	case says == "" && (err != nil || len(got) != 1 || got[0] != want):
		t.Errorf("%v, %v; want %v", got, err, want)
	case says != "" && (err == nil || len(got) != 0 || !strings.Contains(err.Error(), says)):
		t.Errorf("%v, %v; want no value and %q", got, err, says)
	}
}

func TestMillidegrees(t *testing.T) {
	for text, c := range map[string]struct {
		want float32
		says string
	}{
		"25062\n": {25.062, ""}, "-10125\n": {-10.125, ""}, "85000\n": {0, "after power-up"}, "-127000\n": {0, "from -55 to 125"},
		"": {0, "does not answer"}, "warm\n": {0, "is not a temperature"},
	} {
		root := tree(t, id)
		write(t, root, "temperature", text)
		check(t, root, c.want, c.says)
	}
}

// Without byte 6, 85 degrees are believed when the sample before was close.
func TestWarmingTo85(t *testing.T) {
	root := tree(t, id)
	write(t, root, "temperature", "84937\n")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var got []float32
	err := source(root).Run(ctx, func(b hal.Block) {
		if got = append(got, b.Values[0]); len(got) == 3 {
			cancel()
		}
		write(t, root, "temperature", "85000\n")
	})
	if err != nil || len(got) != 3 || got[1] != 85 {
		t.Errorf("%v, %v; want 84.937, 85, 85", got, err)
	}
}

func TestAbsence(t *testing.T) {
	for _, c := range []struct {
		name, root, id string
		says           []string
	}{
		{"no 1-Wire", t.TempDir(), "", []string{"1-Wire is absent", "dtoverlay=w1-gpio"}},
		{"nothing on it", tree(t), "", []string{"ds18b20 at w1 is absent", "4.7 kohm"}},
		{"not this one", tree(t, "28-000000000001"), id, []string{id, "28-000000000001"}},
	} {
		err := ds18b20.New(ds18b20.Config{Root: c.root, ID: c.id}).Run(t.Context(), func(hal.Block) {})
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || gone.Fix == "" {
			t.Errorf("%s: %v is not absence with a fix", c.name, err)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q does not say %q", c.name, err, s)
			}
		}
	}
}

func TestList(t *testing.T) {
	root := tree(t, "28-0316a2794f7c", "28-000000000001", "10-000802824e58")
	got, err := ds18b20.List(root)
	if err != nil || strings.Join(got, " ") != "28-000000000001 28-0316a2794f7c" {
		t.Errorf("%v, %v", got, err)
	}
	err = ds18b20.New(ds18b20.Config{Root: root}).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "set the id to one of 28-000000000001, 28-0316a2794f7c") {
		t.Errorf("two without an id: %v", err)
	}
	if _, err := ds18b20.List(t.TempDir()); err == nil {
		t.Error("no error without 1-Wire")
	}
}

func TestImpossibleConfigs(t *testing.T) {
	for says, cfg := range map[string]ds18b20.Config{
		"resolution of 8 bits": {Resolution: 8},
		"root's to set":        {Resolution: 9},
	} {
		if err := ds18b20.New(cfg).Run(t.Context(), func(hal.Block) {}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// FuzzSlave: whatever the file holds, a value is between -55 and 125 degrees, and is there only when the line says YES.
func FuzzSlave(f *testing.F) {
	for _, s := range []string{reading, frost, powerUp, boiler, zeros, ones, noise, lie, "", "91 01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root := tree(t, id)
		write(t, root, "w1_slave", text)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := source(root).Run(ctx, func(b hal.Block) {
			if v := b.Values[0]; v < -55 || v > 125 || !strings.Contains(text, "YES") {
				t.Errorf("%v degrees from %q", v, text)
			}
			cancel()
		})
		if ctx.Err() == nil && err == nil {
			t.Errorf("neither a value nor an error from %q", text)
		}
	})
}

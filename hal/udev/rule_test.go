package udev_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/hal/udev"
)

var imu = udev.ForIIO("imu", "lsm6dsox_accel", "1-006a", []udev.Assign{
	{Attr: "buffer/enable", Value: "0"}, {Attr: "sampling_frequency", Value: "104"}, {Attr: "current_timestamp_clock", Value: "boottime"},
	{Attr: "scan_elements/in_accel_x_en", Value: "1"}, {Attr: "buffer/length", Value: "208"}, {Attr: "buffer/watermark", Value: "5"},
	{Attr: "buffer/enable", Value: "1"},
})

var paced = udev.ForIIO("level", "ads1015", "", []udev.Assign{
	{Attr: "buffer/enable", Value: "0"}, {Attr: "in_voltage0_sampling_frequency", Value: "32"}, {Attr: "trigger/current_trigger", Value: "pace"},
	{Attr: "buffer/enable", Value: "1"},
}).Paced("pace", []udev.Assign{{Attr: "sampling_frequency", Value: "25"}})

// TestGolden compares with files that were written by hand and that udev 252 reads without a complaint (udevadm test).
func TestGolden(t *testing.T) {
	for name, rule := range map[string]udev.Rule{
		"imu": imu, "level": paced, "board": udev.ForUSB("board", udev.Serial, "2341", "0043", "8573531313435180E0A1"), "bus": udev.ForNode("bus", udev.I2C, "i2c-1"),
	} {
		got, err := udev.Render(rule)
		if err != nil {
			t.Error(err)
			continue
		}
		file, err := rule.FileName()
		if want := "70-dunlin-" + name + ".rules"; err != nil || file != want {
			t.Errorf("file %q, %v, want %q", file, err, want)
		}
		want, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// TestNothingEscapes: what a rule cannot carry is refused, wherever it stands.
func TestNothingEscapes(t *testing.T) {
	for _, bad := range []string{"a\"b", "a\nb", "a\\b", "a\x00b", "é", "\r", "a\", RUN+=\"/bin/sh"} {
		for where, rule := range map[string]udev.Rule{
			"source":  udev.ForNode(bad, udev.I2C, "i2c-1"),
			"name":    udev.ForIIO("imu", bad, "", nil),
			"parent":  udev.ForIIO("imu", "x", bad, nil),
			"value":   udev.ForIIO("imu", "x", "", []udev.Assign{{Attr: "a", Value: bad}}),
			"attr":    udev.ForIIO("imu", "x", "", []udev.Assign{{Attr: bad, Value: "1"}}),
			"node":    udev.ForNode("bus", udev.I2C, bad),
			"trigger": imu.Paced(bad, nil),
			"paced":   udev.ForIIO("imu", bad, "", nil).Paced("pace", nil),
			"pace":    imu.Paced("pace", []udev.Assign{{Attr: "a", Value: bad}}),
			"serial":  udev.ForUSB("bus", udev.Serial, "2341", "0043", bad),
		} {
			if got, err := udev.Render(rule); err == nil {
				t.Errorf("%q as %s:\n%s", bad, where, got)
			}
		}
	}
	for where, rule := range map[string]udev.Rule{
		"no match at all":     {Source: "imu", Node: true},
		"a pattern":           udev.ForIIO("imu", "lsm*", "", nil),
		"an empty name":       udev.ForIIO("imu", "", "", nil),
		"another folder":      udev.ForIIO("imu", "x", "", []udev.Assign{{Attr: "../../power", Value: "1"}}),
		"words in a command":  udev.ForIIO("imu", "x y", "", nil).Paced("pace", nil),
		"a trigger of words":  imu.Paced("x --help", nil),
		"a path":              udev.ForIIO("imu", "x", "", []udev.Assign{{Attr: "/etc/passwd", Value: "1"}}),
		"a source with a dot": udev.ForNode("../x", udev.I2C, "i2c-1"),
		"a key of two":        {Source: "imu", Matches: []udev.Match{{Key: "A==\"\", RUN", Value: "x"}}},
	} {
		if got, err := udev.Render(rule); err == nil {
			t.Errorf("%s:\n%s", where, got)
		}
	}
}

func TestVariablesAreText(t *testing.T) {
	got, err := udev.Render(udev.ForIIO("imu", "x", "", []udev.Assign{{Attr: "label", Value: "100 % of $HOME"}}))
	if err != nil || !strings.Contains(got, `ATTR{label}="100 %% of $$HOME"`) {
		t.Errorf("%v\n%s", err, got)
	}
}

// FuzzRender: whatever the device calls itself, a rule has as many quotes and lines as one with a plain name.
func FuzzRender(f *testing.F) {
	f.Add("imu", "lsm6dsox_accel", "1-006a", "buffer/length", "208")
	f.Add("a", "b\"", "\n", "x}", "%k")
	f.Fuzz(func(t *testing.T, source, name, parent, attr, value string) {
		got, err := udev.Render(udev.ForIIO(source, name, "p"+parent, []udev.Assign{{Attr: attr, Value: value}}))
		if err != nil {
			return
		}
		plain, err := udev.Render(udev.ForIIO("a", "b", "c", []udev.Assign{{Attr: "d", Value: "e"}}))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []string{"\"", "\n", "{", "}", "==", "\\"} {
			if strings.Count(got, c) != strings.Count(plain, c)+strings.Count(name+parent+value, c) {
				t.Errorf("%q counts otherwise in\n%s", c, got)
			}
		}
		if strings.ContainsAny(name+parent+value, "\"\n\\") {
			t.Errorf("carried quotes or lines:\n%s", got)
		}
	})
}

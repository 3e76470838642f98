package system_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/system"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// files are a machine: paths below its root, and what they hold.
type files map[string]string

func (f files) build(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range f {
		set(t, root, path, text)
	}
	return root
}

func set(t *testing.T, root, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

var proc = files{
	"proc/loadavg": "0.52 0.58 0.59 1/389 12345",
	"proc/meminfo": "MemTotal:        4000000 kB\nMemFree:          100000 kB\nMemAvailable:    3000000 kB\nBuffers: 1 kB",
}

func and(all ...files) files {
	sum := files{}
	for _, f := range all {
		for k, v := range f {
			sum[k] = v
		}
	}
	return sum
}

const firmware = "sys/devices/platform/soc/soc:firmware/get_throttled"

var pi = and(proc, files{
	"sys/class/thermal/thermal_zone0/type": "cpu-thermal", "sys/class/thermal/thermal_zone0/temp": "48312", firmware: "50005",
	"sys/class/thermal/cooling_device0/type": "pwm-fan", "sys/class/thermal/cooling_device0/cur_state": "3",
})

var orin = and(proc, files{
	"sys/class/thermal/thermal_zone0/type": "gpu-thermal", "sys/class/thermal/thermal_zone0/temp": "51000",
	"sys/class/thermal/thermal_zone1/type": "cpu-thermal", "sys/class/thermal/thermal_zone1/temp": "-1500",
	"sys/class/thermal/cooling_device0/type": "cpu-throttle-alert", "sys/class/thermal/cooling_device0/cur_state": "1",
	"sys/class/thermal/cooling_device1/type": "gpu-throttle-alert", "sys/class/thermal/cooling_device1/cur_state": "0",
	"sys/class/hwmon/hwmon1/name": "soctherm_oc", "sys/class/hwmon/hwmon1/oc1_event_cnt": "3", "sys/class/hwmon/hwmon1/oc3_event_cnt": "1",
	"sys/class/hwmon/hwmon2/name": "ina3221", "sys/class/hwmon/hwmon2/in1_label": "VDD_IN", "sys/class/hwmon/hwmon2/in1_input": "5072",
	"sys/class/hwmon/hwmon2/in2_label": "VDD_CPU_GPU_CV", "sys/class/hwmon/hwmon2/in2_input": "5064", "sys/class/hwmon/hwmon2/in4_input": "3",
	"sys/class/hwmon/hwmon2/in3_label": "NC", "sys/class/hwmon/hwmon2/in3_input": "0", "sys/class/hwmon/hwmon2/in3_enable": "0",
})

func TestContract(t *testing.T) {
	what := []string{system.Temperature, system.Load}
	source := func(root string) hal.Source {
		return system.New(system.Config{Root: root, What: what, Every: time.Millisecond})
	}
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "load", Unit: "1"}},
		Endless:  func(t *testing.T) hal.Source { return source(pi.build(t)) },
		Broken: func(t *testing.T) hal.Source {
			root := pi.build(t)
			return breaking{source(root), func() { set(t, root, "proc/loadavg", "none") }}
		},
		Absent: func(t *testing.T) hal.Source { return source(proc.build(t)) },
	})
}

// breaking breaks a source after its first block.
type breaking struct {
	hal.Source
	by func()
}

func (b breaking) Run(ctx context.Context, emit func(hal.Block)) error {
	return b.Source.Run(ctx, func(block hal.Block) {
		b.by()
		emit(block)
	})
}

// values runs a source for n samples, with a step after each, and returns the last by name.
func values(t *testing.T, src *poll.Source, n int, step func(i int)) map[string]float32 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	got, seen := map[string]float32{}, 0
	if err := src.Run(ctx, func(b hal.Block) {
		if seen == n {
			return
		}
		for i, c := range src.Channels() {
			got[c.Name+" "+c.Unit] = b.Values[i]
		}
		step(seen)
		if seen++; seen == n {
			cancel()
		}
	}); err != nil || seen < n {
		t.Fatalf("%d samples, %v", seen, err)
	}
	delete(got, "disk_used %")
	return got
}

func TestMachines(t *testing.T) {
	for name, c := range map[string]struct {
		machine files
		want    map[string]float32
	}{
		// 0x50005: now under-voltage (bit 0) and throttled (bit 2); bits 16 and 18 say that both have been before.
		"Raspberry Pi": {pi, map[string]float32{
			"temperature Cel": 48.312, "undervoltage 1": 1, "frequency_capped 1": 0, "throttled 1": 1, "soft_limit 1": 0, "load 1": 0.52, "memory_used %": 25,
		}},
		"Raspberry Pi 5": {files{"sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled": "8"}, map[string]float32{
			"undervoltage 1": 0, "frequency_capped 1": 0, "throttled 1": 0, "soft_limit 1": 1,
		}},
		"Raspberry Pi with Debian's kernel": {files{"sys/class/hwmon/hwmon0/name": "rpi_volt", "sys/class/hwmon/hwmon0/in0_lcrit_alarm": "1"}, map[string]float32{"undervoltage 1": 1}},
		"Jetson Orin": {orin, map[string]float32{
			"temperature Cel": -1.5, "throttled 1": 1, "overcurrent 1": 0, "load 1": 0.52, "memory_used %": 25, "voltage_vdd_in V": 5.072, "voltage_vdd_cpu_gpu_cv V": 5.064,
		}},
		"a PC": {and(proc, files{"sys/class/thermal/thermal_zone0/type": "acpitz", "sys/class/thermal/thermal_zone0/temp": "27800",
			"sys/class/thermal/thermal_zone1/type": "x86_pkg_temp", "sys/class/thermal/thermal_zone1/temp": "61000"}),
			map[string]float32{"temperature Cel": 61, "load 1": 0.52, "memory_used %": 25}},
	} {
		t.Run(name, func(t *testing.T) {
			got := values(t, system.New(system.Config{Root: c.machine.build(t), Every: time.Millisecond}), 1, func(int) {})
			for k, want := range c.want {
				if v, ok := got[k]; !ok || v-want > 1e-5 || want-v > 1e-5 {
					t.Errorf("%s is %v (%v), want %v", k, v, ok, want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("channels %v, want %v", got, c.want)
			}
		})
	}
}

// TestOvercurrentIsAnEvent: the counter stands for the time since the start; the flag for the time since the sample before.
func TestOvercurrentIsAnEvent(t *testing.T) {
	root := orin.build(t)
	src := system.New(system.Config{Root: root, What: []string{system.Throttling}, Every: time.Millisecond})
	grow := func(i int) {
		if i == 0 {
			set(t, root, "sys/class/hwmon/hwmon1/oc3_event_cnt", "2")
		}
	}
	if got := values(t, src, 2, grow); got["overcurrent 1"] != 1 {
		t.Errorf("after an event: %v", got)
	}
	if got := values(t, src, 2, func(int) {}); got["overcurrent 1"] != 0 {
		t.Errorf("later: %v", got)
	}
}

func TestDisk(t *testing.T) {
	src := system.New(system.Config{Root: proc.build(t), What: []string{system.Disk}, Every: time.Millisecond})
	if !slices.Equal(src.Channels(), []hal.Channel{{Name: "disk_used", Unit: "%"}}) {
		t.Errorf("channels %v", src.Channels())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := src.Run(ctx, func(b hal.Block) {
		if v := b.Values[0]; v <= 0 || v > 100 {
			t.Errorf("%v %% used", v)
		}
		cancel()
	}); err != nil {
		t.Error(err)
	}
	if src := system.New(system.Config{Path: filepath.Join(t.TempDir(), "none"), What: []string{system.Disk}}); true {
		var gone *hal.AbsentError
		if err := src.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &gone) {
			t.Errorf("of no folder: %v", err)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	root := proc.build(t)
	for _, c := range []struct {
		what   []string
		absent bool
		say    string
	}{
		{[]string{"throttling"}, true, "take throttling out"}, {[]string{"load", "supply"}, true, "supply of this machine"}, {[]string{"load", "luck"}, false, `"luck" is none of`},
	} {
		var gone *hal.AbsentError
		err := system.New(system.Config{Root: root, What: c.what}).Run(t.Context(), func(hal.Block) {})
		if err == nil || errors.As(err, &gone) != c.absent || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%v: %v", c.what, err)
		}
	}
}

func TestNonsenseIsNoSample(t *testing.T) {
	const heat = "sys/class/thermal/thermal_zone0/temp"
	for path, text := range map[string]string{
		"proc/meminfo": "MemTotal: 10 kB\nMemAvailable: 20 kB", "proc/loadavg": "", firmware: "none", heat: "999999999",
	} {
		patience := 10 * time.Second // until Run gives up by itself
		if path == heat {
			patience = 50 * time.Millisecond // it never does: the file can be read
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		err := system.New(system.Config{Root: and(pi, files{path: text}).build(t), Every: time.Millisecond}).Run(ctx, func(b hal.Block) {
			t.Errorf("%s of %q gives %v", path, text, b.Values)
		})
		cancel()
		if err == nil && path != heat {
			t.Errorf("%s of %q is no error", path, text)
		}
	}
}

// TestWhatComesLater: a driver that is loaded after the agent is found by the next Run, unless it brings channels that
// nobody could foretell: then a person is told to restart.
func TestWhatComesLater(t *testing.T) {
	root := proc.build(t)
	warm := system.New(system.Config{Root: root, What: []string{system.Temperature}, Every: time.Millisecond})
	fast := system.New(system.Config{Root: root, What: []string{system.Throttling}, Every: time.Millisecond})
	var gone *hal.AbsentError
	for _, src := range []*poll.Source{warm, fast} {
		if err := src.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &gone) || !strings.HasPrefix(gone.Fix, "take ") {
			t.Errorf("before: %v", err)
		}
	}
	for path, text := range pi {
		set(t, root, path, text)
	}
	if got := values(t, warm, 1, func(int) {}); got["temperature Cel"] != 48.312 {
		t.Errorf("after: %v", got)
	}
	if err := fast.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &gone) || gone.Fix != "restart the agent: sudo systemctl restart dunlin" {
		t.Errorf("unforeseen channels: %v", err)
	}
}

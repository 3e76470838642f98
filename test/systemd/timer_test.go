package systemd_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// timerConfig captures a chip whose interrupt line is not connected: the kernel's timer paces it.
const timerConfig = `device: {id: guest}
sources:
  level: {driver: iio, device: lsm6dsox_accel, mode: buffer, rate: 8Hz, watermark: 2, trigger: pace}
pipelines: {}
`

// plugService plugs the bridge in when the machine starts, and out when it is stopped.
const plugService = `[Unit]
RequiresMountsFor=/mnt

[Service]
Type=notify
ExecStart=/mnt/hands plug
TimeoutStartSec=10min

[Install]
WantedBy=multi-user.target
`

const (
	levelRule = "/etc/udev/rules.d/70-dunlin-level.rules"
	timerUnit = "/etc/systemd/system/iio-timer.service"
)

// documented is the unit that docs/sensors.md tells people to write.
func documented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(fixture.Path(t, "docs", "sensors.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, unit, found := strings.Cut(string(text), "```text\n[Unit]\nRequires=sys-kernel-config.mount")
	unit, _, closed := strings.Cut(unit, "```")
	if !found || !closed {
		t.Fatal("docs/sensors.md has no unit that makes a timer")
	}
	return "[Unit]\nRequires=sys-kernel-config.mount" + unit
}

// timer: the unit of docs/sensors.md, a chip of the kernel's, `dunlin sources setup`, and udevd.
func (g *guest) timer(t *testing.T) {
	g.write(t, "/etc/systemd/system/plug.service", plugService)
	g.write(t, "/etc/dunlin/config.yaml", timerConfig)
	if r := g.try(t, "sh", "-c", "ls /sys/bus/iio/devices | grep ."); r.Code == 0 {
		t.Errorf("the kernel has IIO devices before anything is plugged in: %s", r.Out)
	}
	g.do(t, "systemctl", "restart", "dunlin.service") // it has to open what comes later
	g.do(t, "systemctl", "enable", "--now", "plug.service")
	refuses(t, g.try(t, "dunlin", "sources", "setup", "level"), 3, "IIO trigger pace", "sudo modprobe iio-trig-hrtimer")
	g.write(t, timerUnit, documented(t))
	g.do(t, "systemctl", "enable", "--now", "iio-timer")
	g.do(t, "dunlin", "sources", "setup", "level")
	g.belongs(t, levelRule, "root root 644")
	g.carriedOut(t)
	g.prepared(t)
	g.reads(t, "level")
	g.measures(t)
}

// carriedOut waits until udevd is through with the rule. On a busy host the fake bridge may answer later than the kernel's
// driver waits; udevd then says which attribute could not be written, and is told to do it again, as `dunlin sources
// setup` would. Nothing else is done twice.
func (g *guest) carriedOut(t *testing.T) {
	t.Helper()
	for {
		g.do(t, "udevadm", "settle")
		late := strings.Count(g.do(t, "sh", "-c", `journalctl --boot --unit=systemd-udevd --output=cat | grep -E 'Failed to write.*/iio:device.*(timed out|Input/output error)' || true`), "\n")
		if late <= g.late {
			return
		}
		t.Logf("the bridge was late, %d times so far", late)
		g.late = late
		g.do(t, "udevadm", "trigger", "--settle", "--subsystem-match=iio")
	}
}

// level is the folder of the accelerometer in /sys.
func (g *guest) level(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(g.do(t, "sh", "-c", "dirname $(grep -lx lsm6dsox_accel /sys/bus/iio/devices/iio:device*/name)"))
}

// prepared checks what udev has written, and for whom. Numbers come from the configuration.
func (g *guest) prepared(t *testing.T) {
	t.Helper()
	dir := g.level(t)
	for attr, want := range map[string]string{
		"buffer/enable": "1", "buffer/watermark": "2", "trigger/current_trigger": "pace", "current_timestamp_clock": "boottime",
		"scan_elements/in_accel_x_en": "1", "scan_elements/in_accel_y_en": "1", "scan_elements/in_accel_z_en": "1", "scan_elements/in_timestamp_en": "1",
	} {
		if got := strings.TrimSpace(g.do(t, "cat", dir+"/"+attr)); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	pace := g.do(t, "sh", "-c", "cat $(dirname $(grep -lx pace /sys/bus/iio/devices/trigger*/name))/sampling_frequency")
	if hz, err := strconv.ParseFloat(strings.TrimSpace(pace), 64); err != nil || hz != 8 {
		t.Errorf("the timer fires at %q Hz, want 8", pace)
	}
	g.belongs(t, "/dev/"+dir[strings.LastIndex(dir, "/")+1:], "root dunlin 660")
}

// measures has the daemon's user, without the daemon, read what the chip feels. It feels what test/systemd/hands says.
func (g *guest) measures(t *testing.T) {
	t.Helper()
	g.do(t, "systemctl", "stop", "dunlin.service")
	rows, err := csv.NewReader(strings.NewReader(g.do(t, "runuser", "-u", "dunlin", "--", "dunlin", "sources", "read", "level", "-n", "6"))).ReadAll()
	g.do(t, "systemctl", "start", "dunlin.service")
	if err != nil || len(rows) != 7 {
		t.Fatalf("%v, %v", rows, err)
	}
	for column, want := range map[string]float64{"ax": 0.5, "ay": -1.25, "az": 9.6} {
		at := -1
		for i, name := range rows[0] {
			if strings.HasPrefix(name, column) {
				at = i
			}
		}
		if at < 0 {
			t.Fatalf("no %s in %v", column, rows[0])
		}
		for _, row := range rows[1:] {
			if v, err := strconv.ParseFloat(row[at], 64); err != nil || math.Abs(v-want) > 0.0007 { // 0.061 mg
				t.Errorf("%s is %s, want %g", rows[0][at], row[at], want)
			}
		}
	}
}

// triggered: somebody has udev go through all devices again while the daemon captures.
func (g *guest) triggered(t *testing.T) {
	g.reads(t, "level")
	g.do(t, "udevadm", "trigger", "--settle")
	g.carriedOut(t)
	g.prepared(t)
	g.goesOn(t)
}

// goesOn waits for samples that are taken from now on.
func (g *guest) goesOn(t *testing.T) {
	t.Helper()
	level := func(s agent.Status) agent.SourceStatus {
		if len(s.Sources) != 1 {
			t.Fatalf("sources: %+v", s.Sources)
		}
		return s.Sources[0]
	}
	was := level(g.status(t))
	now := level(g.until(t, "samples go on", func(s agent.Status) bool {
		return level(s).Samples >= was.Samples+8 && level(s).State == agent.Running
	}))
	t.Logf("%+v", now)
}

// replugged: the bridge is pulled out and comes back, first with the timer there, then before the timer is made.
func (g *guest) replugged(t *testing.T) {
	g.unplug(t)
	g.do(t, "systemctl", "start", "plug.service")
	g.carriedOut(t)
	g.goesOn(t)
	g.prepared(t)

	g.unplug(t)
	g.do(t, "rmdir", "/sys/kernel/config/iio/triggers/hrtimer/pace")
	g.do(t, "systemctl", "start", "plug.service")
	g.do(t, "udevadm", "settle")
	g.until(t, "the source tells of the missing timer", func(s agent.Status) bool { return strings.Contains(s.Sources[0].Reason, "IIO trigger pace") })
	g.do(t, "systemctl", "restart", "iio-timer")
	g.carriedOut(t)
	g.goesOn(t)
	g.prepared(t)
}

func (g *guest) unplug(t *testing.T) {
	t.Helper()
	g.do(t, "systemctl", "stop", "plug.service")
	g.until(t, "the source tells that its device is gone", func(s agent.Status) bool {
		return s.Sources[0].State == agent.Absent && strings.Contains(s.Sources[0].Reason, "IIO device lsm6dsox_accel")
	})
}

// rebooted: nobody types anything, and samples come.
func (g *guest) rebooted(t *testing.T) {
	g.reboot(t)
	g.late = 0
	g.carriedOut(t)
	g.goesOn(t)
	g.prepared(t)
	g.measures(t)
	g.healthy(t, "anna")
}

// reboot ends the machine in order and starts it again.
func (g *guest) reboot(t *testing.T) {
	t.Helper()
	g.do(t, "systemctl", "--no-block", "reboot")
	select {
	case <-g.machine.Ended():
	case <-t.Context().Done():
		t.Fatal("the machine does not end")
	}
	g.cut(t)
	g.boot(t)
}

package systemd_test

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
)

const sensorConfig = `device: {id: guest}
sources:
  room: {driver: bme280, bus: CP2112, address: 0x76, every: 500ms}
  tilt: {driver: iio, device: lsm6dsox_accel, rate: 2Hz}
pipelines: {}
`

const rule = "/etc/udev/rules.d/70-dunlin-room.rules"

// sensor: two chips behind a USB bridge of the real kernel. One is read over I2C, with the rule that `dunlin sources
// setup` writes; the other belongs to the kernel's own driver.
func (g *guest) sensor(t *testing.T) {
	g.do(t, "systemd-run", "--quiet", "--unit=plug", "--service-type=notify", "/mnt/hands", "plug")
	bus := strings.TrimSpace(g.do(t, "sh", "-c", "basename $(dirname $(grep -l CP2112 /sys/bus/i2c/devices/i2c-*/name))"))
	g.do(t, "udevadm", "wait", "--settle", "--timeout=60", "/dev/"+bus) // settle alone may come before the kernel's event
	g.belongs(t, "/dev/"+bus, "root i2c 660")                           // by the package's own rules
	g.write(t, "/etc/dunlin/config.yaml", sensorConfig)
	g.do(t, "dunlin", "config", "check", "/etc/dunlin/config.yaml")
	if r := g.try(t, "runuser", "-u", "member", "--", "dunlin", "sources", "setup", "room"); r.Code == 0 || !strings.Contains(string(r.Err), "sudo dunlin sources setup room") {
		t.Errorf("setup without root: exit %d %s", r.Code, r.Err)
	}
	g.do(t, "dunlin", "sources", "setup", "room")
	g.belongs(t, rule, "root root 644")
	g.belongs(t, "/dev/"+bus, "root dunlin 660")
	if r := g.try(t, "udevadm", "test", "/sys/class/i2c-dev/"+bus); !strings.Contains(string(r.Err)+string(r.Out), rule+":") {
		t.Errorf("udev does not use the rule:\n%s%s", r.Out, r.Err)
	}
	g.do(t, "systemctl", "restart", "dunlin.service")
	g.reads(t, "room", "tilt")
	g.healthy(t, "member")
	g.do(t, "systemctl", "stop", "plug.service")
}

// reads waits until the daemon, under the whole hardening of its unit, has samples of every source.
func (g *guest) reads(t *testing.T, names ...string) {
	t.Helper()
	g.until(t, "every source gives samples", func(s agent.Status) bool {
		samples := map[string]uint64{}
		for _, src := range s.Sources {
			samples[src.Name] = src.Samples
		}
		for _, n := range names {
			if samples[n] < 4 {
				return false
			}
		}
		return true
	})
}

package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
)

func ptr[T any](v T) *T { return &v }

func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, files map[string]string) (*config.Config, error) {
	t.Helper()
	files["machine-id"] = machineID
	dir := write(t, files)
	return config.Load(filepath.Join(dir, "config.yaml"), config.Options{MachineID: filepath.Join(dir, "machine-id")})
}

func TestFull(t *testing.T) {
	data, err := os.ReadFile("testdata/good/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(string(data))
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		DeviceID: "pump-17", Tags: map[string]string{"site": "north", "line": "3", "floor": "2"},
		Hub: &config.HubConfig{URL: "mqtts://hub.example.org:8883", Tenant: "acme"},
		Sources: []config.SourceConfig{
			{Name: "demo", Driver: "replay", Replay: &config.ReplayConfig{File: "/etc/dunlin/recordings/motions.csv", Speed: 0, Loop: true}},
			{Name: "imu", Driver: "process", Process: &config.ProcessConfig{
				Command: []string{"/etc/dunlin/read-imu", "--bus", "1"}, Rate: 500,
				Channels: []hal.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "gz", Unit: "rad/s"}},
			}},
		},
		Pipelines: []config.PipelineConfig{
			{
				Name: "activity", Source: "imu", Model: config.ModelRef{Name: "motions", Version: 12},
				Delegates: []string{"teflon", "npu", "edgetpu", "xnnpack", "none"}, AsListed: true,
				Plugins: []engine.Plugin{
					{Name: "npu", Library: "/etc/dunlin/lib/libnpu.so", Options: map[string]string{"cores": "2"}},
					{Name: "edgetpu", Options: map[string]string{"device": "usb"}},
				},
				Threads: 2, Isolated: true, Limit: 1500 * time.Millisecond, Threshold: ptr(0.7), Hold: ptr(3), Report: config.ReportAll,
			},
			{
				Name: "other", Source: "demo", Model: config.ModelRef{Name: "motions", Version: 1}, Threads: 1,
				Report: config.ReportChanges, On: true,
			},
		},
		Spool:      config.SpoolConfig{Max: 128 << 20, Every: 500 * time.Millisecond, Quiet: 90 * time.Second},
		ModelRoots: []string{"/etc/dunlin/models", "/opt/models"}, ModelBudget: 64 << 20, TFLite: "/etc/dunlin/lib/libtflite.so", ONNX: "/etc/dunlin/lib/libonnxruntime.so",
		LogLevel: "debug", Socket: "/tmp/dunlin.sock", State: "/etc/dunlin/state",
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(config.Config{}, "File")); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	got, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		DeviceID: got.DeviceID, Tags: map[string]string{},
		Spool:      config.SpoolConfig{Max: 64 << 20, Every: time.Second, Quiet: 30 * time.Second},
		ModelRoots: []string{"/var/lib/dunlin/models", "/usr/share/dunlin/models"}, ModelBudget: 512 << 20,
		LogLevel: "info", Socket: "/run/dunlin/control.sock", State: "/var/lib/dunlin",
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(config.Config{}, "File")); diff != "" {
		t.Errorf("Parse of nothing (-want +got):\n%s", diff)
	}
}

// TestDeviceID expects what openssl says:
// printf 'dunlin device id v1' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
func TestDeviceID(t *testing.T) {
	c, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	if want := "d32e84d2ab"; c.DeviceID != want {
		t.Errorf("DeviceID = %q, want %q", c.DeviceID, want)
	}
	_, err = config.Parse("/", "", config.Text{Name: "c.yaml"})
	if err == nil || !strings.Contains(err.Error(), "set device.id") {
		t.Errorf("Parse without a machine-id = %v, want advice to set device.id", err)
	}
}

func TestOverlay(t *testing.T) {
	c, err := load(t, map[string]string{
		"config.yaml": "sources:\n  a: {driver: replay, file: a.csv, speed: 3}\nlog: {level: warn}\n" +
			"pipelines:\n  p: {source: a, model: m@1, decide: {hold: 2}}\n",
		"conf.d/20-b.yaml":   "sources:\n  b: {driver: replay, file: b.csv}\n  a: {speed: 9}\n",
		"conf.d/10-a.yaml":   "sources:\n  a: {speed: 5}\nlog: {level: debug}\npipelines: {p: {decide: {threshold: 0.5}}}\n",
		"conf.d/30-c.yaml":   "# only a comment\n",
		"conf.d/ignored.yml": "unknown: 1\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sources) != 2 || c.Sources[0].Replay.Speed != 9 || c.LogLevel != "debug" {
		t.Errorf("overlay: sources %+v, level %s; want two, speed 9, debug", c.Sources, c.LogLevel)
	}
	if p := c.Pipelines[0]; p.Hold == nil || *p.Hold != 2 || p.Threshold == nil || *p.Threshold != 0.5 {
		t.Errorf("overlay: pipeline %+v, want hold 2 of the file and threshold 0.5 of the overlay", p)
	}
}

func TestOverlayErrorNamesItsFile(t *testing.T) {
	_, err := load(t, map[string]string{"config.yaml": "log: {level: warn}\n", "conf.d/x.yaml": "\nlog:\n  level: loud\n"})
	var errs config.Errors
	if !errors.As(err, &errs) || len(errs) != 1 {
		t.Fatalf("Load = %v, want one of Errors", err)
	}
	if e := errs[0]; filepath.Base(e.File) != "x.yaml" || e.Line != 3 || e.Col != 10 {
		t.Errorf("error at %s:%d:%d, want x.yaml:3:10", e.File, e.Line, e.Col)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	_, err := config.Load(filepath.Join(dir, "none.yaml"), config.Options{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of an absent file = %v, want ErrNotExist", err)
	}
	_, err = load(t, map[string]string{"config.yaml": "# " + strings.Repeat("x", 1<<20)})
	if err == nil || !strings.Contains(err.Error(), "at most 1048576") {
		t.Errorf("Load of a large file = %v, want the limit named", err)
	}
}

// TestLargeFileIsQuick: within the size limit no input may hang the daemon's reload.
func TestLargeFileIsQuick(t *testing.T) {
	for name, text := range map[string]string{
		"list":   "a: [" + strings.Repeat("1, ", 300_000) + "1]",
		"keys":   "sources:\n" + strings.Repeat("  kkkk: 1\n", 6_500),
		"many":   strings.Repeat("kkkk: 1\n", 100_000),
		"dashes": "a:\n" + strings.Repeat("- 1\n", 200_000),
		"text":   "a: " + strings.Repeat("x", 1_000_000),
		"quoted": `a: "` + strings.Repeat(`\n`, 500_000) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, err := parse(text); err == nil {
				t.Error("accepted")
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

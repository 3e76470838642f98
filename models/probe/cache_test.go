package probe_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// kept are the verdicts of a folder.
func kept(t *testing.T, folder string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// trap makes the kept verdict say something that no probe says, so that a test sees who read it.
func trap(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte(`"vectors": 72`), []byte(`"vectors": 7777`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remembered(w engine.Walk) bool { return w.Parity != nil && w.Parity.Vectors == 7777 }

// A verdict is remembered under everything that it depends on, and under nothing else.
func TestVerdictIsKeptUnderItsKey(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "probes")
	cfg := probe.Config{Folder: folder, Machine: probe.Machine{Kernel: "6.1", Board: "Pi 4", Boot: "a"}}
	k := newKit(t, cfg)
	first := k.run(t, k.request(k.plugin("mode", "ok")))
	files := kept(t, folder)
	if len(files) != 1 || first.Reason != "" {
		t.Fatalf("%d verdicts of %+v", len(files), first)
	}
	trap(t, files[0])
	if !remembered(k.run(t, k.request(k.plugin("mode", "ok")))) {
		t.Error("the verdict is not remembered")
	}
	for name, change := range map[string]func(*probe.Request, *probe.Config){
		"model":     func(r *probe.Request, _ *probe.Config) { r.Model = append(bytes.Clone(r.Model), 0) },
		"options":   func(r *probe.Request, _ *probe.Config) { r.Plugin.Options = nil },
		"library":   func(r *probe.Request, _ *probe.Config) { r.Plugin.Library = grown(t, r.Plugin.Library) },
		"threads":   func(r *probe.Request, _ *probe.Config) { r.Threads = 2 },
		"cpu":       func(r *probe.Request, _ *probe.Config) { r.CPU = []string{"none"} },
		"vectors":   func(r *probe.Request, _ *probe.Config) { r.Vectors = r.Vectors[1:] },
		"tolerance": func(r *probe.Request, _ *probe.Config) { r.Tolerance++ },
		"runtime":   func(r *probe.Request, _ *probe.Config) { r.Version = "2.20.0" },
		"kernel":    func(_ *probe.Request, c *probe.Config) { c.Machine.Kernel = "6.6" },
		"board":     func(_ *probe.Request, c *probe.Config) { c.Machine.Board = "Pi 5" },
	} {
		t.Run(name, func(t *testing.T) {
			c, r := cfg, k.request(k.plugin("mode", "ok"))
			change(&r, &c)
			if remembered(newKit(t, c).run(t, r)) {
				t.Error("a verdict of another key is trusted")
			}
		})
	}
	cfg.Machine.Boot = "b"
	if !remembered(newKit(t, cfg).run(t, k.request(k.plugin("mode", "ok")))) {
		t.Error("sound numbers are forgotten when the machine starts anew")
	}
}

// grown is the library with a byte more, which the loader does not mind.
func grown(t *testing.T, library string) string {
	t.Helper()
	data, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "libfault.so")
	if err := os.WriteFile(path, append(data, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file in the place of a verdict that is damaged, or is another key's, counts for nothing and is replaced.
func TestVerdictIsNotTrusted(t *testing.T) {
	folder := t.TempDir()
	k := newKit(t, probe.Config{Folder: folder})
	r := k.request(k.plugin("mode", "ok"))
	k.run(t, r)
	file := kept(t, folder)[0]
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "cut": good[:len(good)/2], "text": []byte("verified"),
		"other key":     bytes.Replace(good, []byte(`2.21.0`), []byte(`2.18.0`), 1),
		"other name":    bytes.Replace(good, []byte(`"delegate": "fault"`), []byte(`"delegate": "npu"`), 1),
		"no numbers":    []byte(strings.Split(string(good), `"parity"`)[0] + `"text": ""}}`),
		"passing cause": bytes.Replace(good, []byte(`"stage": "verified"`), []byte(`"stage": "requested", "reason": "no_device"`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, bytes.Replace(bad, []byte(`"vectors": 72`), []byte(`"vectors": 7777`), 1), 0o600); err != nil {
				t.Fatal(err)
			}
			if w := k.run(t, r); remembered(w) || w.Stage != engine.Verified || w.Delegate != "fault" {
				t.Errorf("trusted: %+v", w)
			}
			if now, err := os.ReadFile(file); err != nil || bytes.Contains(now, []byte("7777")) {
				t.Errorf("not replaced: %s, %v", now, err)
			}
		})
	}
}

// What may be otherwise tomorrow is asked again: a device that is missing at once, a crash after the next start.
func TestHowLongReasonsHold(t *testing.T) {
	for name, c := range map[string]struct {
		mode           []string
		kept, nextBoot bool
	}{
		"create": {[]string{"mode", "fail", "at", "create"}, false, false},
		"invoke": {[]string{"mode", "fail"}, false, false},
		"exit":   {[]string{"mode", "exit"}, false, false},
		"abort":  {[]string{"mode", "abort"}, true, false},
		"none":   {[]string{"mode", "none"}, true, true},
		"wrong":  {[]string{"mode", "wrong"}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			cfg := probe.Config{Folder: folder, Machine: probe.Machine{Boot: "a"}}
			k := newKit(t, cfg)
			r := k.request(k.plugin(c.mode...))
			want := k.run(t, r)
			if (len(kept(t, folder)) == 1) != c.kept {
				t.Errorf("%d verdicts are kept", len(kept(t, folder)))
			}
			asked := func(boot string) bool { // a command that does nothing shows who asks again
				p, err := probe.New(probe.Config{Folder: folder, Command: []string{"/bin/true"}, Machine: probe.Machine{Boot: boot}})
				if err != nil {
					t.Fatal(err)
				}
				w, err := p.Run(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				return w.Reason != want.Reason || w.Text != want.Text
			}
			if asked("b") == c.nextBoot {
				t.Errorf("after the next start: kept is %v", c.nextBoot)
			}
			if asked("a") == c.kept {
				t.Errorf("in this start: kept is %v", c.kept)
			}
		})
	}
}

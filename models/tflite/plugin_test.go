package tflite_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/tflite/tflitetest"
)

// fault builds the plug-in that fails where its options say.
func fault(t testing.TB) string {
	t.Helper()
	so, err := tflitetest.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return so
}

// loadFault loads a model with the plug-in in front of the other delegates.
func loadFault(t *testing.T, model []byte, p engine.Plugin, behind ...string) (engine.Session, []engine.Stage) {
	t.Helper()
	var stages []engine.Stage
	s, err := open(t).Load(model, engine.Options{
		Delegates: append([]string{"fault"}, behind...), Plugins: []engine.Plugin{p},
		OnStage: func(word string, s engine.Stage) {
			if word == "fault" {
				stages = append(stages, s)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, stages
}

// Each way to fail ends at its stage with its reason, and the model runs on the next delegate of the list.
func TestPluginFails(t *testing.T) {
	so, model := fault(t), file(t, testdata, "conv_int8.tflite")
	with := func(kv ...string) engine.Plugin {
		p := engine.Plugin{Name: "fault", Library: so, Options: map[string]string{}}
		for i := 0; i < len(kv); i += 2 {
			p.Options[kv[i]] = kv[i+1]
		}
		return p
	}
	foreign := "../../build/runtime/linux-arm/libtflite.so.2.12.0"
	for name, c := range map[string]struct {
		plugin engine.Plugin
		stage  engine.Stage
		reason engine.Reason
		says   string
	}{
		"no file":       {engine.Plugin{Name: "fault", Library: "/nonexistent.so"}, engine.Requested, engine.ReasonNoLibrary, "/nonexistent.so does not exist"},
		"not named":     {engine.Plugin{Name: "fault"}, engine.Requested, engine.ReasonNoLibrary, "no library is named"},
		"foreign":       {engine.Plugin{Name: "fault", Library: foreign}, engine.Requested, engine.ReasonWrongArch, "made for arm"},
		"no plug-in":    {engine.Plugin{Name: "fault", Library: compile(t, "libx.so", "int x;")}, engine.Requested, engine.ReasonNoSymbol, "no function tflite_plugin_create_delegate"},
		"needs another": {engine.Plugin{Name: "fault", Library: compile(t, "liby.so", "void absent(void); void f(void) { absent(); }")}, engine.Requested, engine.ReasonNoSymbol, "undefined symbol: absent"},
		"create":        {with("mode", "fail", "at", "create"), engine.Loaded, engine.ReasonCreate, "no device /dev/fault0"},
		"option":        {with("colour", "red"), engine.Loaded, engine.ReasonCreate, "no option colour"},
		"prepare":       {with("mode", "fail", "at", "prepare"), engine.Created, engine.ReasonPrepare, "refused in prepare, code 7"},
		"kernel":        {with("mode", "fail", "at", "kernel"), engine.Created, engine.ReasonPrepare, "refused in kernel, code 7"},
		"none":          {with("mode", "none"), engine.Created, engine.ReasonNoNodes, "took none of 6 operators"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := loadFault(t, model, c.plugin, "xnnpack")
			r := s.Report()
			if len(r.Walks) != 2 || r.Delegate != "xnnpack" || r.Walks[1].Stage != engine.Active || r.Walks[1].Reason != "" {
				t.Fatalf("%+v", r)
			}
			if w := r.Walks[0]; w.Stage != c.stage || w.Reason != c.reason || !strings.Contains(w.Text, c.says) {
				t.Errorf("%+v, want %s at %s with %q", w, c.reason, c.stage, c.says)
			}
			if !strings.Contains(r.Reason, "fault ("+string(c.reason)+")") {
				t.Errorf("the report says %q", r.Reason)
			}
		})
	}
}

// A sound plug-in gives the answers of plain kernels, whole or in part, and XNNPACK takes what it leaves.
func TestPluginTakes(t *testing.T) {
	so := fault(t)
	all, _ := fitting(t, open(t))
	for _, m := range all {
		for _, mode := range []string{"ok", "partial", "fast"} {
			t.Run(m.Name+" "+mode, func(t *testing.T) {
				p := engine.Plugin{Name: "fault", Library: so, Options: map[string]string{"mode": mode}}
				s, stages := loadFault(t, m.File, p)
				r := s.Report()
				w := r.Walks[len(r.Walks)-1]
				if want := (w.Nodes + 1) / 2; r.Delegate != "fault" || mode == "partial" && w.Delegated != want || mode != "partial" && w.Delegated != w.Nodes {
					t.Errorf("%+v", r)
				}
				if want := []engine.Stage{engine.Requested, engine.Loaded, engine.Created, engine.Applied, engine.Active}; !slices.Equal(stages, want) {
					t.Errorf("stages %v", stages)
				}
				for range 2 { // the second time from memory
					sameAnswers(t, s, load(t, open(t), m.File, "none"), m.Runs[0].Inputs)
				}
			})
		}
	}
}

func sameAnswers(t *testing.T, a, b engine.Session, inputs [][]byte) {
	t.Helper()
	for _, s := range []engine.Session{a, b} {
		for i, in := range s.Inputs() {
			if err := in.SetBytes(inputs[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Invoke(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range a.Outputs() {
		if !bytes.Equal(a.Outputs()[i].Data, b.Outputs()[i].Data) {
			t.Errorf("output %d differs", i)
		}
	}
}

func TestPluginBeforeXNNPACK(t *testing.T) {
	p := engine.Plugin{Name: "fault", Library: fault(t), Options: map[string]string{"mode": "partial"}}
	s, _ := loadFault(t, file(t, keywords), p, "xnnpack")
	r := s.Report()
	w := r.Walks[0]
	if r.Delegate != "fault+xnnpack" || len(r.Walks) != 1 || w.Delegated != (w.Nodes+1)/2 || r.Delegated <= w.Delegated || r.Parts <= w.Parts {
		t.Errorf("%+v", r)
	}
}

// An invocation that fails is an error with the delegate's own words, and the session may be tried again.
func TestPluginFailsToInvoke(t *testing.T) {
	p := engine.Plugin{Name: "fault", Library: fault(t), Options: map[string]string{"mode": "fail"}}
	s, _ := loadFault(t, file(t, testdata, "conv_int8.tflite"), p)
	for range 2 {
		if err := s.Invoke(); err == nil || !strings.Contains(err.Error(), "refused in invoke, code 7") {
			t.Errorf("got %v", err)
		}
	}
}

// Loading and closing with a plug-in keeps memory flat: the suite's own test has no plug-in.
func TestPluginIsFreed(t *testing.T) {
	r, so, model := open(t), fault(t), file(t, testdata, "conv_int8.tflite")
	opts := engine.Options{Delegates: []string{"fault", "xnnpack"}, Plugins: []engine.Plugin{{Name: "fault", Library: so, Options: map[string]string{"mode": "partial"}}}}
	enginetest.Rest(t, 250, 128<<10, func() {
		s, err := r.Load(model, opts)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFindPlugin(t *testing.T) {
	_, err := tflite.FindPlugin("nosuch", nil)
	wantFault(t, err, engine.ReasonUnknown, "edgetpu, ethosu")
	_, err = tflite.FindPlugin("vx", nil)
	wantFault(t, err, engine.ReasonNoLibrary, "no libvx_delegate.so in /usr/lib/dunlin")
	so := fault(t)
	p, err := tflite.FindPlugin("qnn", []engine.Plugin{{Name: "qnn", Library: so}})
	if err != nil || p.Library != so || p.Options["backend_type"] != "htp" {
		t.Errorf("%+v, %v", p, err)
	}
}

func wantFault(t *testing.T, err error, reason engine.Reason, says string) {
	t.Helper()
	f, ok := err.(*engine.Fault)
	if !ok || f.Reason != reason || !strings.Contains(f.Text, says) {
		t.Errorf("%v, want %s with %q", err, reason, says)
	}
}

// A plug-in of a known accelerator that gives no delegate on a machine without the device: that is the reason.
func TestNoDevice(t *testing.T) {
	p := engine.Plugin{Name: "vx", Library: fault(t), Options: map[string]string{"mode": "fail", "at": "create"}}
	s, err := open(t).Load(file(t, testdata, "conv_int8.tflite"), engine.Options{Delegates: []string{"vx"}, Plugins: []engine.Plugin{p}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if w := s.Report().Walks[0]; w.Reason != engine.ReasonNoDevice || !strings.Contains(w.Text, "there is no /dev/galcore") || !strings.Contains(w.Text, "BSP") {
		t.Errorf("%+v", w)
	}
}

func TestMissingDevice(t *testing.T) {
	usb := fstest.MapFS{
		"sys/bus/usb/devices/1-1/idVendor":  {Data: []byte("18d1\n")},
		"sys/bus/usb/devices/1-1/idProduct": {Data: []byte("9302\n")},
	}
	for name, c := range map[string]struct {
		preset string
		root   fstest.MapFS
		want   string
	}{
		"usb":         {"edgetpu", usb, ""},
		"pcie":        {"edgetpu", fstest.MapFS{"dev/apex_0": {}}, ""},
		"neither":     {"edgetpu", fstest.MapFS{}, "there is no /dev/apex_* or USB device 1a6e:089a or USB device 18d1:9302"},
		"another usb": {"edgetpu", fstest.MapFS{"sys/bus/usb/devices/1-1/idVendor": {Data: []byte("18d1\n")}}, "there is no /dev/apex_*"},
		"device":      {"vx", fstest.MapFS{"dev/galcore": {}}, ""},
		"no device":   {"vx", usb, "there is no /dev/galcore"},
	} {
		got := tflite.MissingDevice(*engine.FindPreset(c.preset), c.root)
		if (got == "") != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

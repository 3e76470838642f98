package probe_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// Every way for a delegate to fail ends in its own reason, at the stage that it had reached.
func TestReasons(t *testing.T) {
	k := newKit(t, probe.Config{})
	for name, c := range map[string]struct {
		options []string
		stage   engine.Stage
		reason  engine.Reason
		says    string
	}{
		"create":             {[]string{"mode", "fail", "at", "create"}, engine.Loaded, engine.ReasonCreate, "no device /dev/fault0"},
		"prepare":            {[]string{"mode", "fail", "at", "prepare"}, engine.Created, engine.ReasonPrepare, "refused in prepare, code 7"},
		"invoke":             {[]string{"mode", "fail"}, engine.Applied, engine.ReasonInvoke, "refused in invoke, code 7"},
		"none":               {[]string{"mode", "none"}, engine.Created, engine.ReasonNoNodes, "took none of"},
		"wrong":              {[]string{"mode", "wrong"}, engine.Applied, engine.ReasonWrongNumbers, "steps off, allowed"},
		"abort":              {[]string{"mode", "abort"}, engine.Applied, engine.ReasonCrashed, "signal 6 (aborted), while it ran"},
		"abort in create":    {[]string{"mode", "abort", "at", "create"}, engine.Loaded, engine.ReasonCrashed, "signal 6 (aborted), while it was created"},
		"segfault in kernel": {[]string{"mode", "segfault", "at", "kernel"}, engine.Created, engine.ReasonCrashed, "signal 11 (segmentation fault), while it took the model"},
		"illegal":            {[]string{"mode", "illegal"}, engine.Applied, engine.ReasonIllegal, "an instruction that this processor lacks"},
		"exit":               {[]string{"mode", "exit"}, engine.Applied, engine.ReasonNoResult, "ended with code 0 and without an answer"},
		"ok":                 {[]string{"mode", "ok"}, engine.Verified, "", ""},
		"partial":            {[]string{"mode", "partial"}, engine.Verified, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := k.run(t, k.request(k.plugin(c.options...)))
			if w.Delegate != "fault" || w.Stage != c.stage || w.Reason != c.reason || !strings.Contains(w.Text, c.says) {
				t.Errorf("want %s at %s with %q", c.reason, c.stage, c.says)
			}
		})
	}
}

// The child is given time, not for ever, and no other signal ends it: it hangs with its own words unsaid.
func TestHangs(t *testing.T) {
	for name, options := range map[string][]string{"invoke": {"mode", "hang"}, "create": {"mode", "hang", "at", "create"}} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, probe.Config{Limit: 3 * time.Second})
			w := k.run(t, k.request(k.plugin(options...)))
			if w.Reason != engine.ReasonHung || !strings.Contains(w.Text, "no verdict within 3s") {
				t.Errorf("got %+v", w)
			}
		})
	}
}

// Loading a library runs code of it: that may crash as well.
func TestCrashesWhenLoaded(t *testing.T) {
	t.Setenv("FAULT_AT_LOAD", "illegal")
	k := newKit(t, probe.Config{})
	w := k.run(t, k.request(k.plugin()))
	if w.Stage != engine.Requested || w.Reason != engine.ReasonIllegal || !strings.Contains(w.Text, "while its library was loaded") {
		t.Errorf("got %+v", w)
	}
}

// The numbers of a sound delegate: the same kernels give the same bytes, and enough inputs were tried.
func TestParity(t *testing.T) {
	k := newKit(t, probe.Config{})
	w := k.run(t, k.request(k.plugin()))
	p := w.Parity
	if p == nil || p.MaxSteps != 0 || p.P99Steps != 0 || p.Top1 != 1 || p.Decided != 1 || p.Cosine != 1 || p.Reference != "none" {
		t.Fatalf("parity %+v", p)
	}
	if want := len(k.bundle.Golden) + 64; p.Vectors != want || p.Latency <= 0 || p.CPU <= 0 || p.First <= 0 {
		t.Errorf("parity %+v, want %d vectors", p, want)
	}
	if w.Nodes == 0 || w.Delegated != w.Nodes || w.Parts != 1 {
		t.Errorf("walk %+v", w)
	}
}

// What a model's maker recorded counts as it does when the model is loaded: a delegate that passes the proof passes that.
func TestRecordedAnswers(t *testing.T) {
	k := newKit(t, probe.Config{})
	r := k.request(k.plugin())
	for i := range r.Vectors {
		r.Vectors[i].Outputs = [][]byte{bytes.Clone(r.Vectors[i].Outputs[0])}
	}
	r.Vectors[3].Outputs[0][2] ^= 0x10
	if w := k.run(t, r); w.Reason != engine.ReasonWrongNumbers || !strings.Contains(w.Text, "recorded vector 3, output 0, value 2 is 16 steps off, allowed 13") {
		t.Errorf("got %+v", w)
	}
	r.Vectors[3].Outputs[0][2] ^= 0x10
	r.Vectors[5].Outputs[0][0] = 127
	r.Tolerance = 255
	if w := k.run(t, r); w.Reason != engine.ReasonWrongNumbers || !strings.Contains(w.Text, "recorded vector 5: the highest value is 2, recorded is 0") {
		t.Errorf("got %+v", w)
	}
}

// A program that is no prober, or is not there, is a reason too.
func TestNoProgram(t *testing.T) {
	k := newKit(t, probe.Config{})
	for name, c := range map[string]struct {
		command []string
		reason  engine.Reason
		says    string
	}{
		"absent": {[]string{"/nonexistent/dunlin", "probe"}, engine.ReasonProbe, "no such file"},
		"silent": {[]string{"/bin/true"}, engine.ReasonNoResult, "code 0"},
		"words":  {[]string{"/bin/sh", "-c", "echo out of cheese >&2; exit 3"}, engine.ReasonNoResult, "code 3 and without an answer, while its library was loaded: out of cheese"},
	} {
		p, err := probe.New(probe.Config{Command: c.command})
		if err != nil {
			t.Fatal(err)
		}
		w, err := p.Run(t.Context(), k.request(k.plugin()))
		if err != nil || w.Reason != c.reason || !strings.Contains(w.Text, c.says) {
			t.Errorf("%s: %+v, %v", name, w, err)
		}
	}
	if _, err := probe.New(probe.Config{}); err == nil {
		t.Error("a prober without a command")
	}
}

// An engine whose library is not there, and a model that is none, are the probe's own failure.
func TestProbeFails(t *testing.T) {
	k := newKit(t, probe.Config{})
	r := k.request(k.plugin())
	r.Engine = "other"
	if w := k.run(t, r); w.Reason != engine.ReasonProbe || !strings.Contains(w.Text, `engine "other"`) {
		t.Errorf("got %+v", w)
	}
	r = k.request(k.plugin())
	r.Model = []byte("no model")
	if w := k.run(t, r); w.Reason != engine.ReasonProbe || !strings.Contains(w.Text, "no TensorFlow Lite file") {
		t.Errorf("got %+v", w)
	}
}

// A child that wants more memory than it may have ends with a reason, and the parent lives.
func TestMemoryLimit(t *testing.T) {
	k := newKit(t, probe.Config{Memory: 256 << 20})
	if w := k.run(t, k.request(k.plugin("mode", "devour"))); w.Reason != engine.ReasonInvoke || !strings.Contains(w.Text, "no more memory after") {
		t.Errorf("got %+v", w)
	}
}

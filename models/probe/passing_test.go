package probe_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// TestWhatTheSystemMayMend is asked again: the key knows the version of the runtime and the delegate's library, not how the
// runtime was built and not the libraries of the system that the delegate's needs.
func TestWhatTheSystemMayMend(t *testing.T) {
	k := newKit(t, probe.Config{})
	for _, reason := range []engine.Reason{engine.ReasonNotOffered, engine.ReasonVersion, engine.ReasonNoSymbol} {
		t.Run(string(reason), func(t *testing.T) {
			folder := t.TempDir()
			says := fmt.Sprintf(`cat >/dev/null; echo '{"walk":{"delegate":"fault","stage":"requested","reason":"%s","text":"upgrade it"}}' >&3`, reason)
			p, err := probe.New(probe.Config{Folder: folder, Command: []string{"/bin/sh", "-c", says}})
			if err != nil {
				t.Fatal(err)
			}
			if w, err := p.Run(t.Context(), k.request(k.plugin("mode", "ok"))); err != nil || w.Reason != reason {
				t.Fatalf("walk %+v, %v", w, err)
			}
			if n := len(kept(t, folder)); n != 0 {
				t.Errorf("%d verdicts are kept: a system that was mended would not be believed", n)
			}
		})
	}
}

// TestAnswersThatMakeNoSense come from a process whose memory a library has damaged: they are a reason, and neither the
// agent's end nor believed.
func TestAnswersThatMakeNoSense(t *testing.T) {
	k := newKit(t, probe.Config{})
	long := strings.Repeat("x", 200<<10)
	for name, says := range map[string]string{
		"no numbers":       `{"walk":{"delegate":"fault","stage":"verified"}}`,
		"another delegate": `{"walk":{"delegate":"npu","stage":"verified","parity":{"vectors":9}}}`,
		"not verified":     `{"walk":{"delegate":"fault","stage":"applied","parity":{"vectors":9}}}`,
		"another reason":   `{"walk":{"delegate":"fault","stage":"applied","reason":"tired"}}`,
		"long words":       `{"walk":{"delegate":"fault","stage":"applied","reason":"invoke_failed","text":"` + long + `"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "says")
			if err := os.WriteFile(file, []byte(says+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := probe.New(probe.Config{Folder: t.TempDir(), Command: []string{"/bin/sh", "-c", "cat >/dev/null; cat " + file + " >&3"}})
			if err != nil {
				t.Fatal(err)
			}
			w := probe.Wish{
				Engine: "tflite", Version: "2.21.0", Model: k.bundle.Model, Options: engine.Options{Delegates: []string{"fault"}},
				OnCPU: func(string) bool { return false }, Find: func(string) (engine.Plugin, error) { return k.plugin("mode", "ok"), nil },
			}
			opts, walks, err := p.Choose(t.Context(), w)
			if err != nil || len(walks) != 1 || len(opts.Delegates) != 0 {
				t.Fatalf("%v, %+v, %v", opts.Delegates, walks, err)
			}
			if got := walks[0]; !slices.Contains(engine.Reasons(), got.Reason) || got.Delegate != "fault" || len(got.Text) > 4096 {
				t.Errorf("walk %s %s %.100q (%d bytes)", got.Delegate, got.Reason, got.Text, len(got.Text))
			}
		})
	}
}

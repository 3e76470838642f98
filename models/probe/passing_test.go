package probe_test

import (
	"fmt"
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

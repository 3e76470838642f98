package speech_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/internal/vm"
	"github.com/dunlin-iot/dunlin/internal/vm/vmtest"
	"github.com/dunlin-iot/dunlin/sync/wire"
	"github.com/dunlin-iot/dunlin/test/guest/outside"
)

// word is one word that a voice says, between two samples of its file.
type word struct {
	Word, Voice string
	From, To    int
}

const (
	rate     = 16000
	least    = 0.9 // share of the words that must be heard right
	patience = 15 * time.Minute
)

// speak makes the files of the voices.
func speak(t *testing.T) (folder string, said [][]word) {
	t.Helper()
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Fatal("espeak-ng is missing: apt-get install espeak-ng")
	}
	folder = t.TempDir()
	python := filepath.Join(fixture.Root(), ".tools", "science", "bin", "python")
	if out, err := exec.CommandContext(t.Context(), python, fixture.Path(t, "test", "speech", "speak.py"), folder).CombinedOutput(); err != nil {
		t.Fatalf("speak.py (make test-hw installs what it needs): %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(folder, "said.json"))
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder, said
}

// serve serves a folder to the guest and returns its port.
func serve(t *testing.T, folder string) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.FileServer(http.Dir(folder)), ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-served
	})
	return l.Addr().(*net.TCPAddr).Port
}

// TestCommands: whoever speaks, the right word is decided within a second of its end, and no other.
func TestCommands(t *testing.T) {
	folder, said := speak(t)
	h := outside.Start(t)
	m := vmtest.Boot(t, patience, func(folder string) vm.Config {
		cfg := vm.Paced(vm.ARM64(folder))
		cfg.Limit = patience + time.Minute
		return cfg
	})
	var facts struct {
		Starts []int64 `json:"starts_us"`
		Rate   float64 `json:"rate_hz"`
	}
	m.Check(t, fmt.Sprintf("speech %s %d %d", h.Port, serve(t, folder), len(said)), nil, &facts)
	h.Stop(t)
	if len(facts.Starts) != len(said) {
		t.Fatalf("%d voices spoke, want %d", len(facts.Starts), len(said))
	}
	labels, results := outside.Labels(t, "commands"), h.Results(t)
	words, right, others := 0, 0, 0
	for v, all := range said {
		start := time.Duration(facts.Starts[v]) * time.Microsecond
		for _, w := range all {
			heard := decided(results, labels, start+samples(w.From), start+samples(w.To)+time.Second)
			words++
			switch {
			case len(heard) == 1 && heard[0] == w.Word:
				right++
			default:
				t.Logf("%s said by %s: %q", w.Word, w.Voice, heard)
				if len(heard) > 0 {
					others++
				}
			}
		}
	}
	t.Logf("%d of %d words are heard right, by %d voices that training never heard: %.1f %%; %d are taken for another word, the rest is missed",
		right, words, len(said), 100*float64(right)/float64(words), others)
	if float64(right) < least*float64(words) {
		t.Errorf("%d of %d words are heard right, want %g %%", right, words, 100*least)
	}
}

func samples(n int) time.Duration { return time.Duration(n) * time.Second / rate }

// decided are the words that became the state of the pipeline in a stretch of time, each once.
func decided(results []outside.Result, labels []string, from, to time.Duration) (all []string) {
	for _, r := range results {
		name := labels[r.Label]
		if r.At >= from && r.At < to && r.Flags&wire.Held != 0 && r.Flags&wire.Changed != 0 && name != "none" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

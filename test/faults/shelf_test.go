package faults_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	agentapi "github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

const trials = 10 // lives in which a new version is tried

// TestKilledWhileVersionsChange: kill -9 at random while bundles come and versions are tried, committed and taken back, with
// a real hub. (cmd/dunlin kills at each point of the shelf.) Each life decides; what the hub hears is complete, and tells how
// each trial ended.
func TestKilledWhileVersionsChange(t *testing.T) {
	r := seeded(t)
	h := newHub(t)
	a := newAgent(t, h.addr)
	acc := &account{t: t, committed: map[place]string{}}
	for life := range trials {
		a.start()
		a.decides()
		a.change(r, life+2)
		between(r, 100*time.Millisecond, 2500*time.Millisecond)
		a.kill()
		acc.killed(a.spool())
	}
	a.start()
	a.decides()
	until(t, time.Minute, "the last trial has ended", func() bool { s := a.pipeline().Swap; return s != nil && s.Model == "" })
	last := a.pipeline().Swap
	a.stop()
	drain(t, a, acc, h.addr)
	acc.settle(h.db)
	verify(t, h.db)
	acc.told(h.db, last)
}

// change hands a version over and has it tried; every third one is taken back at some moment. Whether that works depends
// on what the life before has left on trial: the answers do not matter here.
func (a *agent) change(r *rand.Rand, version int) {
	a.t.Helper()
	client := control.NewClient(a.socket())
	_, ierr := client.ImportModel(a.t.Context(), "", bytes.NewReader(motions(a.t, version)))
	_, aerr := client.ActivateModel(a.t.Context(), agentapi.ModelRequest{Model: fmt.Sprintf("motions@%d", version), Force: true})
	a.t.Logf("motions@%d: %v, %v", version, ierr, aerr)
	if version%3 == 0 {
		between(r, 0, time.Second)
		_, rerr := client.RevertModel(a.t.Context(), agentapi.ModelRequest{Model: "motions"})
		a.t.Logf("back from motions@%d: %v", version, rerr)
	}
}

// decides waits for a decision of this life: there is a working model.
func (a *agent) decides() {
	a.t.Helper()
	until(a.t, time.Minute, "the agent decides", func() bool { s := a.pipeline(); return s.State == agentapi.Running && s.Decisions > 0 })
}

// told checks that the hub has events of trials that began and ended, and that of the last end.
func (a *account) told(db string, last *agentapi.SwapStatus) {
	a.t.Helper()
	ends := map[string]int{}
	for at, rows := range a.rows(db) {
		record, err := wire.DecodeRecord([]byte(rows[0]))
		if e, ok := record.(wire.Event); err == nil && ok && at.stream == wire.Events {
			ends[fmt.Sprint(e.Name, " ", e.Facts["model"])]++
		}
	}
	if ends["model_"+last.LastState+" "+last.Last] == 0 {
		a.t.Errorf("the hub was not told that %s was %s; it knows %v", last.Last, last.LastState, ends)
	}
	a.t.Logf("the hub was told %v", ends)
}

// motions is the example under another version, with a short trial.
func motions(t *testing.T, version int) []byte {
	t.Helper()
	files := fstest.MapFS{}
	names, err := filepath.Glob(filepath.Join(fixture.Path(t, "examples", "models", "motions", "1"), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == manifest.File {
			trial := fmt.Sprintf(`"version": %d, "trial": {"windows": 30, "p95_ratio": 100, "memory_growth": 10}`, version)
			data = bytes.Replace(data, []byte(`"version": 1`), []byte(trial), 1)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	var out bytes.Buffer
	if err := manifest.WriteZip(&out, files); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

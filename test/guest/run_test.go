package guest_test

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	_ "modernc.org/sqlite" // reads the hub's database with no help from the hub

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// hub is the real hub program on this machine.
type hub struct {
	port string // of the broker
	db   string
	cmd  *exec.Cmd
	talk strings.Builder
}

func startHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{cmd: exec.Command(fixture.Program(t, "dunlin-hub"), "serve", "--dev", "--json-ready",
		"--state", filepath.Join(t.TempDir(), "state"), "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0")}
	h.cmd.Stderr = &h.talk
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ MQTT, DB string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		t.Fatalf("the hub is not ready: %v", err)
	}
	h.port, h.db = ready.MQTT[strings.LastIndex(ready.MQTT, ":")+1:], ready.DB
	return h
}

func (h *hub) stop(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("stop the hub: %v\n%s", err, &h.talk)
	}
}

// TestWholeRun: a modelled walker's wrist, the kernel's bus, our driver, the model, the spool and the network of the
// guest; the hub outside it. The cable is pulled in between.
func TestWholeRun(t *testing.T) {
	h := startHub(t)
	m := boot(t)
	var said struct {
		Recorded uint64
		Label    string
		Rate     float64 `json:"rate_hz"`
		Pulled   string
		Refilled float64 `json:"refilled_s"`
	}
	m.Check(t, "run "+h.port, nil, &said)
	h.stop(t)
	if said.Label != "walking" {
		t.Errorf("the model says %q of a walking wrist", said.Label)
	}
	if said.Rate < 11.5 || said.Rate > 13.5 {
		t.Errorf("measured %g samples a second, the chip makes 12.5", said.Rate)
	}
	if whole := 49 / 12.5; said.Refilled < whole*0.95 { // 50 samples at 12.5 Hz, of a chip that may be 5 % fast
		t.Errorf("a window was full %g s after the cable came back, it takes %g: it has samples of before", said.Refilled, whole)
	}
	labels := h.labels(t)
	var total uint64
	for _, n := range labels {
		total += n
	}
	if total != said.Recorded || total == 0 {
		t.Errorf("the hub has %d results, the agent recorded %d", total, said.Recorded)
	}
	if share := float64(labels["walking"]) / float64(total); share < 0.8 {
		t.Errorf("%v: walking is %.0f %% of the results", labels, share*100)
	}
	if out, err := exec.Command(fixture.Program(t, "dunlin-hub"), "verify", "--db", h.db).CombinedOutput(); err != nil {
		t.Errorf("dunlin-hub verify: %v\n%s", err, out)
	}
}

// labels counts the results in the hub's database.
func (h *hub) labels(t *testing.T) map[string]uint64 {
	t.Helper()
	text, err := os.ReadFile(fixture.Path(t, "examples", "models", "motions", "1", "labels.txt"))
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Collect(strings.FieldsSeq(string(text)))
	db, err := sql.Open("sqlite", "file:"+h.db+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT x.data FROM records x JOIN receipts r ON r.id = x.receipt WHERE r.stream = ?`, string(wire.Results))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	counts := map[string]uint64{}
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			t.Fatal(err)
		}
		record, err := wire.DecodeRecord(data)
		if err != nil {
			t.Fatalf("record % x: %v", data, err)
		}
		if r, ok := record.(wire.Result); ok && int(r.Label) < len(names) { // the stream has definitions too
			counts[names[r.Label]]++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return counts
}

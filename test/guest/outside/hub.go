package outside

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // reads the hub's database with no help from the hub

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Hub is the real hub program on this machine.
type Hub struct {
	Port string // of the broker
	DB   string // the database's file
	cmd  *exec.Cmd
	talk strings.Builder
}

// Start starts a hub of its own state and waits until it is ready.
func Start(t *testing.T) *Hub {
	t.Helper()
	h := &Hub{cmd: exec.Command(fixture.Program(t, "dunlin-hub"), "serve", "--dev", "--json-ready",
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
	h.Port, h.DB = ready.MQTT[strings.LastIndex(ready.MQTT, ":")+1:], ready.DB
	return h
}

// Stop ends the hub as systemd does, and has it check what it stored.
func (h *Hub) Stop(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("stop the hub: %v\n%s", err, &h.talk)
	}
	if out, err := exec.Command(fixture.Program(t, "dunlin-hub"), "verify", "--db", h.DB).CombinedOutput(); err != nil {
		t.Errorf("dunlin-hub verify: %v\n%s", err, out)
	}
}

// Result is one result of the agent.
type Result struct {
	At    time.Duration // since the guest's boot
	Label int
	Flags wire.Flags
}

// Results are those in the database, in the order in which they were recorded.
func (h *Hub) Results(t *testing.T) (all []Result) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.DB+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT x.at_us, x.data FROM records x JOIN receipts r ON r.id = x.receipt WHERE r.stream = ? ORDER BY x.receipt, x.number`, string(wire.Results))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		var data []byte
		if err := rows.Scan(&at, &data); err != nil {
			t.Fatal(err)
		}
		record, err := wire.DecodeRecord(data)
		if err != nil {
			t.Fatalf("record % x: %v", data, err)
		}
		if r, ok := record.(wire.Result); ok { // the stream has definitions too
			all = append(all, Result{time.Duration(at) * time.Microsecond, int(r.Label), r.Flags})
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

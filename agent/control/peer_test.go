package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent/control"
)

func TestRule(t *testing.T) {
	ops := uint32(700)
	rule := control.Rule{Owner: 500, Group: &ops}
	for _, tc := range []struct {
		name string
		rule control.Rule
		peer control.Peer
		want bool
	}{
		{"root", rule, control.Peer{UID: 0, GID: 0}, true},
		{"the agent's user", rule, control.Peer{UID: 500, GID: 500}, true},
		{"primary group", rule, control.Peer{UID: 1000, GID: 700}, true},
		{"supplementary group", rule, control.Peer{UID: 1000, GID: 1000, Groups: []uint32{4, 700}}, true},
		{"anyone", rule, control.Peer{UID: 1000, GID: 1000, Groups: []uint32{4, 27}}, false},
		{"no such group", control.Rule{Owner: 500}, control.Peer{UID: 1000, GID: 0, Groups: []uint32{0}}, false},
	} {
		if got := tc.rule.MayChange(tc.peer); got != tc.want {
			t.Errorf("%s: MayChange = %v, want %v", tc.name, got, tc.want)
		}
	}
}

// As itself, this test binary is also the client that runs as another user: see TestPeers.
func TestMain(m *testing.M) {
	if socket := os.Getenv("CONTROL_TEST_CLIENT"); socket != "" {
		os.Exit(client(socket))
	}
	os.Exit(m.Run())
}

// client tries to read and to change, and reports both.
func client(socket string) int {
	c := control.NewClient(socket)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, readErr := c.Status(ctx)
	changeErr := c.SetLogLevel(ctx, "debug")
	if err := json.NewEncoder(os.Stdout).Encode(map[string]bool{
		"read": readErr == nil, "change": changeErr == nil, "forbidden": errors.Is(changeErr, control.ErrForbidden),
	}); err != nil {
		return 1
	}
	return 0
}

// TestPeers asks the kernel's real answer: clients with other users and groups, over the real socket.
func TestPeers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test changes users: run it as root, as the container of .ci/run does")
	}
	group, err := user.LookupGroup("games") // every Debian has it, and nobody who runs this agent is in it
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(group.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	socket := start(t, newDaemon(), control.Config{Socket: openDir(t) + "/c.sock", Group: "games"})
	nobody, many := uint32(65534), []uint32{}
	for g := uint32(10_000); g < 10_200; g++ {
		many = append(many, g)
	}
	for _, tc := range []struct {
		name      string
		cred      syscall.Credential
		mayChange bool
	}{
		{"root", syscall.Credential{}, true},
		{"nobody", syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{nobody}}, false},
		{"primary group", syscall.Credential{Uid: nobody, Gid: uint32(gid)}, true},
		{"supplementary group", syscall.Credential{Uid: nobody, Gid: nobody, Groups: []uint32{4, uint32(gid)}}, true},
		{"200 groups and the right one", syscall.Credential{Uid: nobody, Gid: nobody, Groups: append(many, uint32(gid))}, true},
		{"200 other groups", syscall.Credential{Uid: nobody, Gid: nobody, Groups: many}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := runAs(t, socket, &tc.cred)
			if !got["read"] || got["change"] != tc.mayChange || got["forbidden"] == tc.mayChange {
				t.Errorf("client reports %v, want read and change=%v", got, tc.mayChange)
			}
		})
	}
}

// openDir is a folder that every user can reach, unlike t.TempDir.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "dunlin-control")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runAs runs a copy of this binary that the other user may read.
func runAs(t *testing.T, socket string, cred *syscall.Credential) map[string]bool {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	path := openDir(t) + "/client"
	if err := os.WriteFile(path, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Dir = "/"
	cmd.Env = []string{"CONTROL_TEST_CLIENT=" + socket}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("client: %v", err)
	}
	var got map[string]bool
	if err := json.Unmarshal([]byte(strings.TrimSpace(string(out))), &got); err != nil {
		t.Fatalf("client wrote %q: %v", out, err)
	}
	return got
}

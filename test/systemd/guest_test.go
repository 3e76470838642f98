package systemd_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/internal/vm"
	"github.com/dunlin-iot/dunlin/test/systemd/errand"
)

// patience is how long one errand may take on a busy machine.
const patience = 4 * time.Minute

// guest is one machine through all its boots.
type guest struct {
	ctx     context.Context // of the whole test
	folder  string          // layers of the disk, and sockets
	base    string          // what cross/systemd made
	tools   string          // the image of the second disk
	layers  []string        // of the disk, the newest last
	more    []string        // arguments of QEMU for what a test plugs in
	late    int             // attributes that udevd could not write in this boot
	machine *vm.Machine
	conn    net.Conn
	in      *json.Decoder
}

// newGuest makes the image, unless it is there, and the second disk; it boots nothing.
func newGuest(t *testing.T) *guest {
	t.Helper()
	host(t, fixture.Root(), "go", "run", "./cross/systemd")
	g := &guest{ctx: t.Context(), folder: t.TempDir(), base: filepath.Join(fixture.Root(), "build", "guest", "systemd")}
	g.tools = g.toolsDisk(t)
	g.layers = []string{filepath.Join(g.base, "disk.img")}
	t.Cleanup(func() {
		if t.Failed() && g.machine != nil {
			t.Logf("the guest's console:\n%s", g.machine.Console())
		}
		g.cut(t)
	})
	return g
}

// host runs a program outside the guest.
func host(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), fixture.CgoEnv()...), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v (make setup-test-hw installs what is missing)\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// boot starts the machine on its disk, in a new layer, and waits until systemd has started everything.
func (g *guest) boot(t *testing.T) {
	t.Helper()
	began := time.Now()
	below, layer := g.layers[len(g.layers)-1], filepath.Join(g.folder, fmt.Sprintf("disk-%d.qcow2", len(g.layers)))
	format := "qcow2"
	if len(g.layers) == 1 {
		format = "raw"
	}
	host(t, "", "qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F", format, layer)
	g.layers = append(g.layers, layer)
	socket := filepath.Join(g.folder, fmt.Sprintf("hands-%d", len(g.layers)))
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if g.machine, err = vm.Start(g.ctx, g.config(layer, socket)); err != nil {
		t.Fatal(err)
	}
	if g.conn, err = listener.Accept(); err != nil { // QEMU connects before the machine runs
		t.Fatal(err)
	}
	g.in = json.NewDecoder(g.conn)
	if r := g.errand(t, errand.Errand{Argv: []string{"systemctl", "is-system-running", "--wait"}, Limit: 2 * patience}); r.Code != 0 {
		t.Fatalf("the system is %s%s\n%s%s", r.Out, r.Fault, g.try(t, "systemctl", "--failed", "--no-pager").Out, g.try(t, "systemctl", "list-jobs", "--no-pager").Out)
	}
	t.Logf("up after %v", time.Since(began).Round(time.Second))
}

// config of the machine. mitigations=off spares an emulated processor the detours that slow every call it makes.
func (g *guest) config(layer, socket string) vm.Config {
	line := "root=/dev/vda ro console=ttyS0 quiet loglevel=3 panic=-1 oops=panic mitigations=off systemd.firstboot=off systemd.condition-needs-update=0"
	return vm.Config{
		Program: "qemu-system-x86_64", Package: "qemu-system-x86", Limit: 30 * time.Minute,
		Args: append([]string{
			"-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2", "-m", "1024",
			"-kernel", filepath.Join(g.base, "vmlinuz"), "-initrd", filepath.Join(g.base, "initrd.img"), "-append", line,
			"-drive", "if=virtio,format=qcow2,file=" + layer, "-drive", "if=virtio,format=raw,readonly=on,file=" + g.tools,
			"-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net",
			"-chardev", "socket,id=hands,path=" + socket, "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=hands,name=dunlin.hands",
		}, g.more...),
	}
}

// cut takes the power away.
func (g *guest) cut(t *testing.T) {
	t.Helper()
	if g.machine == nil {
		return
	}
	if err := g.machine.Close(); err != nil {
		t.Errorf("close the machine: %v", err)
	}
	_ = g.conn.Close()
	g.machine = nil
}

// errand has the guest run a program.
func (g *guest) errand(t *testing.T, e errand.Errand) errand.Result {
	t.Helper()
	e.Limit = cmp.Or(e.Limit, patience)
	err := g.conn.SetDeadline(time.Now().Add(e.Limit + patience)) // a boot may come before it
	if err == nil {
		err = json.NewEncoder(g.conn).Encode(e)
	}
	var r errand.Result
	if err == nil {
		err = g.in.Decode(&r)
	}
	if err != nil {
		t.Fatalf("errand %s: %v\n%s", strings.Join(e.Argv, " "), err, g.machine.Console())
	}
	return r
}

// try runs a program that may fail.
func (g *guest) try(t *testing.T, argv ...string) errand.Result {
	t.Helper()
	return g.errand(t, errand.Errand{Argv: argv})
}

// do runs a program that must succeed, and returns what it printed.
func (g *guest) do(t *testing.T, argv ...string) string {
	t.Helper()
	r := g.try(t, argv...)
	if r.Code != 0 {
		t.Fatalf("%s: exit %d %s\n%s%s", strings.Join(argv, " "), r.Code, r.Fault, r.Out, r.Err)
	}
	return string(r.Out)
}

// write puts a file into the guest.
func (g *guest) write(t *testing.T, path, text string) {
	t.Helper()
	if r := g.errand(t, errand.Errand{Argv: []string{"tee", path}, Stdin: []byte(text)}); r.Code != 0 {
		t.Fatalf("write %s: %s", path, r.Err)
	}
}

// now is a place in the journal, to wait from.
func (g *guest) now(t *testing.T) (cursor string) {
	t.Helper()
	g.do(t, "journalctl", "--sync")
	_, cursor, found := strings.Cut(g.do(t, "journalctl", "--lines=1", "--show-cursor"), "-- cursor: ")
	if !found {
		t.Fatal("the journal has no cursor")
	}
	return strings.TrimSpace(cursor)
}

// await waits for a line about the agent's unit, after a place in the journal.
func (g *guest) await(t *testing.T, cursor, line string) string {
	t.Helper()
	r := g.errand(t, errand.Errand{Argv: []string{"journalctl", "--follow", "--lines=all", "--output=cat", "--unit=dunlin.service", "--after-cursor=" + cursor}, Until: line})
	if r.Line == "" {
		t.Fatalf("the journal has no line that matches %q: %s\n%s%s", line, r.Fault, r.Out, r.Err)
	}
	return r.Line
}

// property of the agent's unit.
func (g *guest) property(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(g.do(t, "systemctl", "show", "--value", "--property="+name, "dunlin.service"))
}

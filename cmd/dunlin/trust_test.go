package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/hal/board"
)

// trustDesk is a device's state and a stick with a repository.
type trustDesk struct {
	t     *testing.T
	dir   string
	stick string
}

func (d *trustDesk) dunlin(code int, args ...string) string {
	d.t.Helper()
	var out bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &out)
	if got := a.run(d.t.Context(), append([]string{"trust"}, args...)); got != code {
		d.t.Fatalf("dunlin trust %v: exit code %d, want %d\n%s", args, got, code, &out)
	}
	return out.String()
}

func (d *trustDesk) fill(files map[string][]byte) {
	d.t.Helper()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(d.stick, name), data, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestTrustCommands(t *testing.T) {
	repo := trusttest.New(time.Now().Add(-time.Hour))
	repo.Model("motions", "1", 1, 0, nil)
	repo.Model("faces", "1", 1, 0, map[string]any{"arch": "riscv64"})
	repo.Model("npu", "1", 1, 0, map[string]any{"delegates": "edgetpu"})
	old := repo.PublishAll()
	d := &trustDesk{t, t.TempDir(), t.TempDir()}
	d.fill(old)
	state, root := "--state="+d.dir, filepath.Join(d.stick, "1.root.json")

	d.dunlin(exitAbsent, "show", state)
	d.dunlin(exitUsage, "init", root, state)
	if out := d.dunlin(exitRefused, "init", root, state, "--sha256", strings.Repeat("0", 64)); !strings.Contains(out, "it is another file than the one whose digest you were given") {
		t.Error(out)
	}
	d.dunlin(exitOK, "init", root, state, "--sha256", trusttest.Digest(old["1.root.json"]))
	if out := d.dunlin(exitOK, "show", state); !strings.Contains(out, "[no-metadata]") {
		t.Error(out)
	}
	if out := d.dunlin(exitOK, "refresh", state, "--from", d.stick); !strings.Contains(out, "the metadata are new: root 1, 3 releases") {
		t.Error(out)
	}
	if out := d.dunlin(exitOK, "refresh", state, "--from", d.stick); !strings.Contains(out, "nothing is new") {
		t.Error(out)
	}
	out := d.dunlin(exitOK, "show", state)
	for _, want := range []string{"models/motions-1.dunlin", " yes", "other-arch", "timestamp  1 "} {
		if !strings.Contains(out, want) {
			t.Errorf("show does not say %q:\n%s", want, out)
		}
	}
	if out := d.dunlin(exitOK, "show", state, "-o", "json"); !strings.Contains(out, `"path": "models/motions-1.dunlin"`) {
		t.Error(out)
	}
	repo.Online()
	d.fill(repo.Files)
	d.dunlin(exitOK, "refresh", state, "--from", d.stick)
	d.fill(old)
	if out := d.dunlin(exitRefused, "refresh", state, "--from", d.stick); !strings.Contains(out, "[rollback]") {
		t.Error(out)
	}
	if out := d.dunlin(exitAbsent, "refresh", state, "--from", filepath.Join(d.stick, "none")); !strings.Contains(out, "/none\": there is no such folder; is the stick plugged in") {
		t.Error(out)
	}
}

// TestTrustPathsOfTheWrongKind: a file where a folder is wanted, and the other way round, is a wrong command line.
func TestTrustPathsOfTheWrongKind(t *testing.T) {
	repo := trusttest.New(time.Now().Add(-time.Hour))
	d := &trustDesk{t, t.TempDir(), t.TempDir()}
	d.fill(repo.PublishAll())
	state, root := "--state="+d.dir, filepath.Join(d.stick, "1.root.json")
	digest := trusttest.Digest(repo.Files["1.root.json"])
	d.dunlin(exitOK, "init", root, state, "--sha256", digest)
	for says, c := range map[string]struct {
		code int
		args []string
	}{
		"dunlin: open metadata folder \"" + root + "\": this is a file: name the folder that holds the repository, as 'dunlin-hub release export DIR' makes it\n": {exitUsage, []string{"refresh", state, "--from", root}},
		"/1.root.json/x\": there is no such folder; is the stick plugged in":                                                                                      {exitAbsent, []string{"refresh", state, "--from", filepath.Join(root, "x")}},
		d.stick + " is a folder: name the file of the first root in it, metadata/1.root.json\n":                                                                   {exitUsage, []string{"init", d.stick, state, "--sha256", digest}},
		"not a directory; check the path: a folder in it is a file\n":                                                                                             {exitUsage, []string{"refresh", "--state", root, "--from", d.stick}},
	} {
		if out := d.dunlin(c.code, c.args...); !strings.Contains(out, says) {
			t.Errorf("%v: it says %s, want %s", c.args, out, says)
		}
	}
}

func TestBoardWord(t *testing.T) {
	if got := boardWord("Raspberry Pi 4 Model B Rev 1.4"); got != "raspberry-pi-4-model-b-rev-1.4" {
		t.Error(got)
	}
	root := t.TempDir()
	if got := boardWords(board.New(board.Config{Root: root})); len(got) != 1 || got[0] != string(board.New(board.Config{Root: root}).Kind()) {
		t.Errorf("a board without a name of its own is %q", got)
	}
	tree := filepath.Join(root, "proc", "device-tree")
	if err := os.MkdirAll(tree, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"model": "Raspberry Pi 4 Model B Rev 1.4\x00", "compatible": "raspberrypi,4-model-b\x00brcm,bcm2711\x00"} {
		if err := os.WriteFile(filepath.Join(tree, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := boardWords(board.New(board.Config{Root: root})); !slices.Equal(got, []string{"raspberry-pi-4", "raspberry-pi-4-model-b-rev-1.4"}) {
		t.Errorf("a Raspberry Pi is %q", got)
	}
	if memoryMiB() < 16 {
		t.Errorf("%d MiB", memoryMiB())
	}
}

// TestTrustOfAnotherUser: files of root in the folder of the daemon's user would keep the daemon from reading what it
// believes. Who may write there anyway is told whose work it is.
func TestTrustOfAnotherUser(t *testing.T) {
	for _, c := range []struct {
		folder, own int
		refused     bool
	}{{0, 0, false}, {54321, 54321, false}, {54321, 0, true}, {0, 54321, false}} {
		err := ownWork(c.folder, c.own, "refresh")
		if (err != nil) != c.refused || err != nil && (exitCode(err) != exitUsage || !strings.Contains(err.Error(), "sudo -u '#54321' dunlin trust refresh")) {
			t.Errorf("user %d in the folder of %d: %v", c.own, c.folder, err)
		}
	}
	if uid, err := ownerOf(filepath.Join(t.TempDir(), "trust")); err != nil || uid != os.Geteuid() {
		t.Errorf("the owner of a folder that is not there yet is %d, %v", uid, err)
	}
}

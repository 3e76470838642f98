package solib_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/solib"
)

// In each folder the newest version comes first, by number and not by letter; a name without a version comes last.
func TestFindOrdersByVersion(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, name := range []string{"libx.so", "libx.so.1.9.0", "libx.so.1.10.0", "libx.so.2", "liby.so.3"} {
		if err := os.WriteFile(filepath.Join(b, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := solib.Find(solib.Query{Name: "libx.so", Names: []string{"libx.so*"}, Env: "NONE", Getenv: func(string) string { return "" }, Dirs: []string{a, b}})
	var got []string
	for _, file := range f.Files {
		got = append(got, filepath.Base(file))
	}
	if want := []string{"libx.so.2", "libx.so.1.10.0", "libx.so.1.9.0", "libx.so"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if notes := strings.Join(f.Notes, "; "); !strings.Contains(notes, "no libx.so in "+a) || !strings.Contains(notes, "$NONE is not set") {
		t.Errorf("notes %q", notes)
	}
}

// What the user names is the only candidate, whether it is there or not.
func TestFindTrustsTheUser(t *testing.T) {
	for name, q := range map[string]solib.Query{
		"path":        {Path: "/a", Env: "X", Getenv: func(string) string { return "/b" }},
		"environment": {Env: "X", Getenv: func(s string) string { return map[string]string{"X": "/a"}[s] }},
	} {
		if f := solib.Find(q); !slices.Equal(f.Files, []string{"/a"}) {
			t.Errorf("%s: %v", name, f.Files)
		}
	}
	if dirs := solib.DefaultDirs(); !slices.Contains(dirs, "/usr/lib/dunlin") || len(dirs) != 4 {
		t.Errorf("default folders %v", dirs)
	}
}

func TestCheckFile(t *testing.T) {
	elf := func(machine ...byte) []byte {
		return append(append([]byte("\x7fELF"), make([]byte, 14)...), machine...)
	}
	machine := map[string]byte{"amd64": 62, "arm64": 183, "arm": 40}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"right": {elf(machine[runtime.GOARCH], 0), ""}, "foreign": {elf(22, 0), "made for ELF machine 22, this program is " + runtime.GOARCH},
		"riscv": {elf(243, 0), "made for riscv64"}, "text": {[]byte("this is no library at all"), "not a shared library"}, "short": {[]byte("\x7fELF"), "not a shared library"},
	} {
		path := filepath.Join(t.TempDir(), "lib.so")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		err := solib.CheckFile(path)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

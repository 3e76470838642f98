package systemd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// Versions of the two packages: the repository's, and the one after it.
func versions(t *testing.T) (old, next string) {
	t.Helper()
	text, err := os.ReadFile(fixture.Path(t, "VERSION"))
	if err != nil {
		t.Fatal(err)
	}
	old = strings.TrimSpace(string(text))
	parts := strings.Split(old, ".")
	minor, err := strconv.Atoi(parts[1])
	if err != nil || len(parts) != 3 {
		t.Fatalf("version %q: %v", old, err)
	}
	return old, fmt.Sprintf("%s.%d.0", parts[0], minor+1)
}

// toolsDisk makes the second disk, which the guest has at /mnt: its hands, both packages, the hub, recordings, a model, and
// later versions of it.
func (g *guest) toolsDisk(t *testing.T) string {
	t.Helper()
	root, dir := fixture.Root(), filepath.Join(g.folder, "tools")
	for _, sub := range []string{"recordings", "models"} {
		if err := os.CopyFS(filepath.Join(dir, sub), os.DirFS(fixture.Path(t, map[string]string{"recordings": "testdata/recordings", "models": "examples/models"}[sub]))); err != nil {
			t.Fatal(err)
		}
	}
	bundles(t, dir)
	for _, program := range []string{"./test/systemd/hands", "./cmd/dunlin-hub"} {
		host(t, root, "env", "CGO_ENABLED=0", "GOARCH=amd64", "go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir+"/", program)
	}
	old, next := versions(t)
	for name, version := range map[string]string{"old": old, "next": next} {
		out := filepath.Join(root, "build", "test", "systemd", name)
		host(t, root, "go", "run", "./cross/package", "-arch", "amd64", "-version", version, "-out", out)
		text, err := os.ReadFile(filepath.Join(out, "dunlin_"+version+"-1_amd64.deb"))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".deb"), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	image := filepath.Join(g.folder, "tools.img")
	host(t, "", "mke2fs", "-q", "-t", "ext4", "-d", dir, image, "128M")
	return image
}

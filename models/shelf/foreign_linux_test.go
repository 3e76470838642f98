package shelf_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFolderThatMayNotBeRead: a shelf on a disk of its own has root's lost+found beside its models. Root itself may read
// everything: this goroutine's thread goes on as nobody.
func TestFolderThatMayNotBeRead(t *testing.T) {
	root := t.TempDir()
	two := take(t, newShelf(t, root, config()), 2)
	do(t, os.Mkdir(filepath.Join(root, "lost+found"), 0), os.Chmod(filepath.Dir(root), 0o755)) //nolint:gosec // nobody must get through
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if os.Geteuid() == 0 {
		do(t, unix.Setfsuid(65534))
		defer func() { do(t, unix.Setfsuid(0)) }()
	}
	if _, err := os.ReadDir(filepath.Join(root, "lost+found")); err == nil {
		t.Fatal("it may be read")
	}
	if got := newShelf(t, root, config()).Versions(); len(got) != 1 || got[0].Folder() != two.Folder() {
		t.Errorf("on the shelf are %+v", got)
	}
}

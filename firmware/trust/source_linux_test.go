package trust_test

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
)

// TestFolderOfSomebodyElse: a stick is mounted for the user at the desktop, and the daemon's may not look into it.
func TestFolderOfSomebodyElse(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if os.Geteuid() == 0 { // root may read everything: this thread goes to files as nobody
		const nobody = 65534
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Setfsuid(0); err != nil {
				t.Error(err)
			}
		}()
	}
	_, err := trust.Folder(dir)(t.Context(), "timestamp.json", 1)
	if !errors.Is(err, fs.ErrPermission) || !strings.HasSuffix(err.Error(), "permission denied: copy it to a folder that this user may read; or, where a desktop has mounted the stick for its own user, unmount it, and 'sudo mount -o ro /dev/sdX1 /mnt' shows it to all (lsblk lists the names)") {
		t.Error(err)
	}
}

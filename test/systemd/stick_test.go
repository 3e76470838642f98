package systemd_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/test/systemd/errand"
)

// stick is a USB stick with FAT, an owner's desk that writes it, and a device that reads it.
type stick struct {
	g      *guest
	digest string // of the owner's first root
	online string // file of the online key at the desk
}

// What the stick is called, where the device has it, and where anna's desktop does: a folder that is hers alone.
const (
	stickNode  = "/dev/disk/by-label/DUNLIN"
	stickPlace = "/media/stick"
	annasPlace = "/media/anna/DUNLIN"
)

// As udisks mounts FAT for the user of a desktop, and as a line in fstab gives it to everybody: its files belong to root.
const (
	desktopOptions  = "nosuid,nodev,uid=anna,gid=anna,fmask=0022,dmask=0022,shortname=mixed,utf8=1,showexec,flush"
	everybodyOption = "umask=000"
)

// stickArgs give the machine a USB port and the stick to plug in. It writes 3 MB a second: what is pulled out in between
// is pulled out in between.
func stickArgs(image string) []string {
	return []string{
		"-device", "qemu-xhci,id=usb", "-object", "throttle-group,id=slow,x-bps-write=3000000",
		"-blockdev", "driver=file,node-name=image,filename=" + image, "-blockdev", "driver=raw,node-name=whole,file=image",
		"-blockdev", "driver=throttle,node-name=stick,throttle-group=slow,file=whole",
	}
}

// newStick is an empty stick of 48 MB.
func newStick(t *testing.T) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "stick.img")
	f, err := os.Create(image)
	if err == nil {
		err = f.Truncate(48 << 20)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// bundles are versions 2 to 5 of the motions example, as `dunlin models pack` writes them.
func bundles(t *testing.T, dir string) {
	t.Helper()
	folder := fixture.Path(t, "examples", "models", "motions", "1")
	for number := 2; number <= 5; number++ {
		files := fstest.MapFS{}
		names, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Base(name) == manifest.File {
				data = bytes.Replace(data, []byte(`"version": 1`), fmt.Appendf(nil, `"version": %d`, number), 1)
			}
			files[filepath.Base(name)] = &fstest.MapFile{Data: data, Mode: 0o644}
		}
		var out bytes.Buffer
		err = manifest.WriteZip(&out, files)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("motions-%d.dunlin", number)), out.Bytes(), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (s *stick) plug(t *testing.T) {
	t.Helper()
	if err := s.g.machine.Command(t.Context(), "device_add", map[string]any{"driver": "usb-storage", "id": "plugged", "bus": "usb.0", "drive": "stick", "removable": true}); err != nil {
		t.Fatal(err)
	}
}

// pull is what a hand does: nobody is asked, nothing is unmounted.
func (s *stick) pull(t *testing.T) {
	t.Helper()
	if err := s.g.machine.Command(t.Context(), "device_del", map[string]any{"id": "plugged"}); err != nil {
		t.Fatal(err)
	}
	s.g.do(t, "udevadm", "wait", "--settle", "--timeout=60", "--removed", stickNode)
}

// back plugs a stick in that was pulled out. What it says of itself is what fsck.fat finds: that it was not unmounted,
// and nothing else where it was left in peace.
func (s *stick) back(t *testing.T, place string) (found string) {
	t.Helper()
	s.g.do(t, "umount", "--lazy", place)
	s.plug(t)
	s.g.do(t, "udevadm", "wait", "--settle", "--timeout=60", stickNode)
	r := s.g.try(t, "fsck.fat", "-a", stickNode)
	if r.Code > 1 {
		t.Errorf("fsck.fat: exit %d\n%s%s", r.Code, r.Out, r.Err)
	}
	return string(r.Out)
}

func (s *stick) mount(t *testing.T, place, options string) {
	t.Helper()
	s.g.do(t, "mount", "-t", "vfat", "-o", options, stickNode, place)
}

func (s *stick) unmount(t *testing.T, place string) {
	t.Helper()
	s.g.do(t, "umount", place)
}

// desk runs a line at anna's desk, where $hub is the hub's program.
func (s *stick) desk(t *testing.T, line string) errand.Result {
	t.Helper()
	return s.g.try(t, "runuser", "-u", "anna", "--", "sh", "-euc", "cd ~anna; hub=/mnt/dunlin-hub; sign='release sign --yes --passphrase-file passphrase'; "+line)
}

func (s *stick) atDesk(t *testing.T, line string) string {
	t.Helper()
	r := s.desk(t, line)
	if r.Code != 0 {
		t.Fatalf("%s: exit %d %s\n%s%s", line, r.Code, r.Fault, r.Out, r.Err)
	}
	return string(r.Out)
}

// device runs the agent's program as the daemon's user, and returns all that it said.
func (s *stick) device(t *testing.T, args ...string) string {
	t.Helper()
	r := s.asDaemon(t, args...)
	if r.Code != 0 {
		t.Fatalf("dunlin %s: exit %d %s\n%s%s", strings.Join(args, " "), r.Code, r.Fault, r.Out, r.Err)
	}
	return string(r.Out) + string(r.Err)
}

func (s *stick) asDaemon(t *testing.T, args ...string) errand.Result {
	t.Helper()
	return s.g.try(t, append([]string{"runuser", "-u", "dunlin", "--", "dunlin"}, args...)...)
}

// refuses expects an exit code and parts of what a command says about it.
func refuses(t *testing.T, r errand.Result, code int, says ...string) {
	t.Helper()
	for _, part := range says {
		if !strings.Contains(string(r.Err), part) {
			t.Errorf("it does not say %q:\n%s%s", part, r.Out, r.Err)
		}
	}
	if r.Code != code {
		t.Errorf("exit %d, want %d: %s", r.Code, code, r.Err)
	}
}

// says expects parts of a text.
func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
}

package systemd_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/test/systemd/errand"
)

// stickConfig takes what its owner signed, and nothing else.
const stickConfig = `device: {id: guest}
sources: {wrist: {driver: replay, file: /mnt/recordings, speed: 10, loop: true}}
pipelines: {activity: {source: wrist, model: motions@1}}
models: {roots: [/mnt/models]}
`

// format: a new stick, and the people who handle it.
func (s *stick) format(t *testing.T) {
	s.plug(t)
	s.g.do(t, "udevadm", "wait", "--settle", "--timeout=60", "/dev/sda")
	s.g.do(t, "mkfs.fat", "-I", "-F", "32", "-n", "DUNLIN", "/dev/sda")
	s.g.do(t, "udevadm", "trigger", "--settle", "/dev/sda")
	s.g.do(t, "udevadm", "wait", "--settle", "--timeout=60", stickNode)
	s.g.do(t, "useradd", "--create-home", "anna")
	s.g.do(t, "sh", "-euc", "mkdir -p "+stickPlace+" "+annasPlace+"; chown root:anna /media/anna; chmod 750 /media/anna")
}

// owner makes keys, and a first release.
func (s *stick) owner(t *testing.T) {
	s.atDesk(t, "echo four silly words here > passphrase; $hub keys init --passphrase-file passphrase --work 10 > printed.txt")
	m := regexp.MustCompile(`--sha256 ([0-9a-f]{64})`).FindStringSubmatch(s.atDesk(t, "cat printed.txt"))
	if m == nil {
		t.Fatal("keys init prints no digest")
	}
	s.digest = m[1]
	s.release(t, "$hub release add /mnt/motions-2.dunlin")
}

// release signs and publishes what some lines have staged.
func (s *stick) release(t *testing.T, stage string) {
	t.Helper()
	s.atDesk(t, stage+"; $hub $sign --key keys/models-1.age; "+s.publish())
}

func (s *stick) publish() string { return "$hub release publish --online-key " + s.online }

func (s *stick) export(place string) string {
	return "$hub release export --online-key " + s.online + " " + place
}

// desktop: anna's desktop has mounted the stick for her.
func (s *stick) desktop(t *testing.T) {
	s.mount(t, annasPlace, desktopOptions)
	says(t, s.atDesk(t, s.export(annasPlace)), "exported to "+annasPlace)
	s.unmount(t, annasPlace)
}

// enrol: the device takes its owner and a model from the stick.
func (s *stick) enrol(t *testing.T) {
	s.g.write(t, "/etc/dunlin/config.yaml", stickConfig)
	s.g.do(t, "systemctl", "restart", "dunlin.service")
	refuses(t, s.g.try(t, "dunlin", "models", "import", "/mnt/motions-2.dunlin"), 4, "[not-enrolled]")
	s.mount(t, stickPlace, "ro")
	s.device(t, "trust", "init", stickPlace+"/metadata/1.root.json", "--sha256", s.digest)
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "the metadata are new")
	refuses(t, s.g.try(t, "dunlin", "models", "import", "/mnt/motions-3.dunlin"), 4, "[unsigned]")
	s.takes(t, "2")
	s.unmount(t, stickPlace)
	s.g.do(t, "dunlin", "models", "activate", "motions@2")
	s.g.until(t, "the version from the stick decides", func(st agent.Status) bool {
		return len(st.Pipelines) == 1 && st.Pipelines[0].Version == "2" && st.Pipelines[0].Last != nil
	})
}

// takes has the device import a version from the stick.
func (s *stick) takes(t *testing.T, version string) {
	t.Helper()
	if out := s.g.do(t, "sh", "-c", "dunlin models import "+stickPlace+"/targets/models/*.motions-"+version+".dunlin"); out != "motions@"+version+"\n" {
		t.Errorf("import prints %q", out)
	}
}

// closedFolder: what a desktop mounts for its user is in a folder of that user's, where the daemon's user may not look.
func (s *stick) closedFolder(t *testing.T) {
	s.mount(t, annasPlace, desktopOptions)
	refuses(t, s.asDaemon(t, "trust", "refresh", "--from", annasPlace), 4, "permission denied", "unmount it, and 'sudo mount -o ro /dev/sdX1 /mnt'")
	s.unmount(t, annasPlace)
	s.mount(t, annasPlace, "uid=anna,dmask=0077,fmask=0177") // as older desktops do
	s.g.do(t, "mount", "--bind", annasPlace, stickPlace)
	refuses(t, s.asDaemon(t, "trust", "refresh", "--from", stickPlace), 4, "permission denied", "unmount it, and 'sudo mount -o ro /dev/sdX1 /mnt'")
	s.unmount(t, stickPlace)
	s.unmount(t, annasPlace)
	s.mount(t, stickPlace, "ro")
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "nothing is new")
	s.unmount(t, stickPlace)
}

// secondExport brings the used stick up to date, as somebody whom its files do not belong to.
func (s *stick) secondExport(t *testing.T) {
	s.release(t, "$hub release add /mnt/motions-3.dunlin; $hub release drop models/motions-2.dunlin")
	s.mount(t, stickPlace, everybodyOption)
	s.atDesk(t, s.export(stickPlace))
	s.unmount(t, stickPlace)
	s.mount(t, stickPlace, "ro")
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "the metadata are new", "1 releases are offered")
	s.takes(t, "3")
	if names := s.g.do(t, "ls", "-A", stickPlace+"/targets/models"); strings.Count(names, "\n") != 1 || !strings.HasSuffix(names, ".motions-3.dunlin\n") {
		t.Errorf("the stick holds %s", names)
	}
	s.unmount(t, stickPlace)
}

// contents are the digests of all that lies on the stick.
func (s *stick) contents(t *testing.T) string {
	t.Helper()
	return s.g.do(t, "sh", "-c", "cd "+stickPlace+" && find . -type f ! -name '*.mov' -exec sha256sum {} + | sort")
}

// readOnly: a switch on the stick, or a file system that the kernel does not trust any more.
func (s *stick) readOnly(t *testing.T) {
	s.mount(t, stickPlace, "ro,"+everybodyOption)
	was := s.contents(t)
	refuses(t, s.desk(t, s.export(stickPlace)), 1, "read-only file system", "what it offers is still good; it is read-only", "remount,rw")
	if got := s.contents(t); got != was {
		t.Errorf("refused, and yet it holds\n%s, it held\n%s", got, was)
	}
	s.unmount(t, stickPlace)
}

// full: holiday films fill the stick, and a new online key is to come. Cluster by cluster the stick gets room for more of
// the new copy, and the device believes it at every point.
func (s *stick) full(t *testing.T) {
	s.rotate(t)
	s.atDesk(t, "$hub release add /mnt/motions-4.dunlin; $hub $sign --key keys/models-1.age; "+s.publish()+" --old-online-key keys/online.pem")
	s.mount(t, stickPlace, everybodyOption)
	was := s.contents(t)
	s.g.try(t, "sh", "-c", "cat /dev/zero >"+stickPlace+"/holiday.mov; sync")
	failed := map[string]bool{}
	for cut := "2048"; len(failed) < 100; {
		r := s.desk(t, s.export(stickPlace)+" --old-online-key keys/online.pem")
		if r.Code == 0 {
			break
		}
		refuses(t, r, 1, "no space left on device; it is full, and what it offers is still good")
		failed[pointOf(string(r.Err))] = true
		s.device(t, "trust", "refresh", "--from", stickPlace)
		if len(failed) == 1 && s.contents(t) != was {
			t.Errorf("full, and it holds\n%s, it held\n%s", s.contents(t), was)
		}
		if !strings.Contains(string(r.Err), "copy models/") {
			cut = "512"
		}
		s.g.do(t, "truncate", "--size=-"+cut, stickPlace+"/holiday.mov")
	}
	t.Logf("the stick was full at %v", failed)
	if len(failed) < 4 {
		t.Errorf("the stick was full at %v, and there are more files to write than these", failed)
	}
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "root 2, 2 releases are offered")
	s.takes(t, "4")
	s.g.do(t, "rm", stickPlace+"/holiday.mov")
	s.unmount(t, stickPlace)
}

// pointOf is the file that an export could not write, without its version or digest.
func pointOf(text string) string {
	m := regexp.MustCompile(`write "[^"]*/(?:[0-9a-f]+\.)?([^"/]+)"`).FindStringSubmatch(text)
	if m == nil {
		return text
	}
	return m[1]
}

// rotate replaces the online key.
func (s *stick) rotate(t *testing.T) {
	t.Helper()
	s.atDesk(t, `$hub keys rotate online --old "$($hub release show | sed -n 's/^online: 1 of //p')" --new keys/online-2.pem; $hub $sign --key keys/root-1.age --key keys/root-2.age`)
	s.online = "keys/online-2.pem"
}

// pulledAfter: "exported" is on the screen, and the stick is pulled out without another word.
func (s *stick) pulledAfter(t *testing.T) {
	s.release(t, "$hub release add /mnt/motions-5.dunlin; $hub release drop models/motions-3.dunlin")
	s.mount(t, stickPlace, everybodyOption)
	s.atDesk(t, s.export(stickPlace))
	was := s.contents(t)
	s.pull(t)
	if found := s.back(t, stickPlace); strings.Contains(found, "Reclaimed") || strings.Contains(found, "runcat") {
		t.Errorf("fsck.fat found more than a stick that was not unmounted:\n%s", found)
	}
	s.mount(t, stickPlace, "ro")
	if got := s.contents(t); got != was {
		t.Errorf("plugged in again it holds\n%s, it held\n%s", got, was)
	}
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "the metadata are new")
	s.takes(t, "5")
	s.unmount(t, stickPlace)
}

// pulledInTheMidst of writing a long file.
func (s *stick) pulledInTheMidst(t *testing.T) {
	s.atDesk(t, "head -c 12000000 /dev/urandom >agent; $hub release add agent --agent --version 9.9.9 --arch amd64; "+
		"$hub $sign --key keys/firmware-1.age --key keys/firmware-2.age; "+s.publish())
	s.mount(t, stickPlace, everybodyOption)
	cursor := s.g.now(t)
	s.g.do(t, "systemd-run", "--quiet", "--unit=export", "--property=User=anna", "--property=WorkingDirectory=/home/anna", "/mnt/dunlin-hub", "release", "export", "--online-key", s.online, stickPlace)
	s.g.do(t, "sh", "-c", "until find "+stickPlace+"/targets/agent -name '.*9.9.9*' -size +0 2>/dev/null | grep -q .; do :; done")
	s.pull(t)
	r := s.g.errand(t, errand.Errand{Argv: []string{"journalctl", "--follow", "--lines=all", "--output=cat", "--unit=export.service", "--after-cursor=" + cursor}, Until: `^export\.service: (Failed|Deactivated)`})
	says(t, string(r.Out), "pulled out")
	t.Log(s.back(t, stickPlace))
	s.mount(t, stickPlace, everybodyOption)
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "nothing is new")
	s.atDesk(t, s.export(stickPlace))
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace), "the metadata are new")
	s.g.do(t, "sh", "-c", "cmp /home/anna/agent "+stickPlace+"/targets/agent/*.9.9.9-amd64")
	if left := s.g.do(t, "find", stickPlace+"/targets", stickPlace+"/metadata", "-name", ".*"); left != "" {
		t.Errorf("left on the stick: %s", left)
	}
	s.unmount(t, stickPlace)
}

// repository: the whole repository travels to the machine with the keys on a stick, is signed there, and published; keys are made on one.
func (s *stick) repository(t *testing.T) {
	s.mount(t, stickPlace, everybodyOption)
	s.atDesk(t, "$hub keys init --repo "+stickPlace+"/another --keys "+stickPlace+"/keys --passphrase-file passphrase --work 10")
	s.atDesk(t, "cp -r releases "+stickPlace+"/; $hub release renew models --repo "+stickPlace+"/releases; "+
		"$hub $sign --key keys/models-2.age --repo "+stickPlace+"/releases; "+s.publish()+" --repo "+stickPlace+"/releases; "+
		s.export("copy")+" --repo "+stickPlace+"/releases")
	says(t, s.device(t, "trust", "refresh", "--from", stickPlace+"/releases"), "the metadata are new")
	s.unmount(t, stickPlace)
}

package main

import (
	"fmt"
	"strings"
)

// suite is the oldest Debian whose glibc the TFLite library in the package runs with.
const suite = "bookworm"

// archives are where packages come from; %s is the server.
var archives = []string{
	"deb %s/debian " + suite + " main", "deb %s/debian " + suite + "-updates main", "deb %s/debian " + suite + "-backports main",
	"deb %s/debian-security " + suite + "-security main",
}

// wanted are the packages beside the essential ones. libstdc++6 is what the agent's package recommends; the rest is a
// system that boots, and what a technician has at hand. The kernel is the one that Debian's next release has, built for
// this one: Debian 12's own has no timer to pace IIO buffers.
var wanted = []string{
	"systemd", "systemd-sysv", "udev", "dbus", "kmod", "iproute2", "procps", "libstdc++6", "dosfstools",
	"linux-image-amd64/" + suite + "-backports", "initramfs-tools",
}

// unwanted is left out when packages are unpacked: text for people, and drivers of hardware that the machine lacks.
var unwanted = []string{
	"/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/boot/System.map-*",
	"/lib/modules/*/kernel/sound/*",
	"/lib/modules/*/kernel/drivers/gpu/*", "/lib/modules/*/kernel/drivers/media/*", "/lib/modules/*/kernel/drivers/infiniband/*",
	"/lib/modules/*/kernel/drivers/scsi/*", "/lib/modules/*/kernel/drivers/ata/*", "/lib/modules/*/kernel/drivers/staging/*",
	"/lib/modules/*/kernel/drivers/isdn/*", "/lib/modules/*/kernel/drivers/mtd/*", "/lib/modules/*/kernel/drivers/bluetooth/*",
	"/lib/modules/*/kernel/drivers/net/ethernet/*", "/lib/modules/*/kernel/drivers/net/wireless/*", "/lib/modules/*/kernel/drivers/net/usb/*",
}

// laid is one file of our own in the image.
type laid struct{ name, text string }

// spared is of what unwanted leaves out: a USB stick is a disk of SCSI commands.
var spared = []string{"/lib/modules/*/kernel/drivers/scsi/scsi_common.ko*", "/lib/modules/*/kernel/drivers/scsi/scsi_mod.ko*", "/lib/modules/*/kernel/drivers/scsi/sd_mod.ko*"}

// own are our files. initramfs-tools reads its two when the kernel is configured, so all of them are there before it.
var own = []laid{
	{"etc/hostname", "guest\n"},
	{"etc/fstab", "/dev/vda / ext4 errors=remount-ro 0 1\n/dev/vdb /mnt ext4 ro 0 0\n"},
	{"etc/initramfs-tools/conf.d/dunlin", "MODULES=list\n"},
	{"usr/share/initramfs-tools/modules.d/dunlin", "virtio_pci\nvirtio_blk\next4\n"},
	{"etc/systemd/network/80-guest.network", "[Match]\nName=en*\n\n[Network]\nDHCP=ipv4\n"},
	{"etc/systemd/journald.conf.d/dunlin.conf", "[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n"},
	{"etc/systemd/system/hands.service", handsService},
}

// handsService runs the program of the test's second disk that does its errands (test/systemd/hands).
const handsService = `[Unit]
Description=Errands of the test
RequiresMountsFor=/mnt
Requires=dev-virtio\x2dports-dunlin.hands.device
After=dev-virtio\x2dports-dunlin.hands.device

[Service]
ExecStart=/mnt/hands /dev/virtio-ports/dunlin.hands
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
OOMScoreAdjust=-1000

[Install]
WantedBy=multi-user.target
`

// links turn services on, and off what would work beside the test.
var links = [][2]string{
	{"etc/systemd/system/multi-user.target.wants/hands.service", "../hands.service"},
	{"etc/systemd/system/multi-user.target.wants/systemd-networkd.service", "/lib/systemd/system/systemd-networkd.service"},
	{"etc/systemd/system/apt-daily.timer", "/dev/null"},
	{"etc/systemd/system/apt-daily-upgrade.timer", "/dev/null"},
	{"etc/systemd/system/dpkg-db-backup.timer", "/dev/null"},
}

// size of the disk; what is not written costs nothing on the host.
const size = "2G"

// recipe is everything that the image depends on, but the archive's state.
func recipe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %v %v %v %v %v %s\n", suite, size, archives, wanted, unwanted, spared, links, diskScript)
	for _, f := range own {
		fmt.Fprintf(&b, "%s\n%s\n", f.name, f.text)
	}
	return b.String()
}

// Package systemd proves the agent's package on a whole Debian: a machine with stock kernel and systemd under QEMU
// (cross/systemd), on which the package of `make package` is installed, watched, killed, cut off its power in the midst
// of writing, upgraded and purged. Programs run in the guest through the errands of test/systemd/hands; the hub that has
// to receive everything in the end runs outside. It holds only tests.
//
// A second machine is for what people plug in: a USB stick with FAT, formatted in the guest, that the hub of the guest's
// own architecture writes and the agent reads, and that is filled, mounted as desktops do, and pulled out; and a chip of
// the kernel's that a timer paces, under the rule of `dunlin sources setup` and the machine's own udevd.
//
// A power cut is a SIGKILL of QEMU. What the guest had not flushed is lost: its own page cache, and, because each boot
// writes to a new QCOW2 layer, also what lay in clusters whose place QEMU had not written down yet.
package systemd

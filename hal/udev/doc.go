// Package udev writes the rule that lets the agent use a device without being root: group and mode of its node in /dev,
// and for an IIO device the attributes of /sys that a capture needs, those of the trigger that paces it included: when
// the trigger comes after its device, the rule has udev set the device once more.
//
// A Rule enters as a value, ForIIO or ForNode, and leaves as the text of a file in /etc/udev/rules.d. Rules match by
// what stays from boot to boot: the driver's name, the parent's place on its bus, never a number that the kernel counts
// up. Text that a rule could not carry safely is refused, and what udev would replace ($ and %) is doubled. The package
// is pure text: it imports the standard library only, opens no file and starts no goroutine.
package udev

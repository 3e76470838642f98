package udev

// ForIIO is the rule of a captured IIO device: its node for the group, and its attributes in the order given.
// Name is the driver's ("lsm6dsox_accel"), parent what it is part of ("1-006a"), which may be empty where the name is
// one of a kind.
func ForIIO(source, name, parent string, settings []Assign) Rule {
	r := Rule{
		Source: source, Kernel: "iio:device*", Node: true, Assigns: settings,
		Matches: []Match{{"SUBSYSTEM", "iio"}, {"ATTR{name}", name}},
	}
	if parent != "" {
		r.Matches = append(r.Matches, Match{"KERNELS", parent})
	}
	return r
}

// Paced is the rule of a device that an IIO trigger paces, with the trigger's attributes.
func (r Rule) Paced(trigger string, settings []Assign) Rule {
	device := ""
	for _, m := range r.Matches {
		if m.Key == "ATTR{name}" {
			device = m.Value
		}
	}
	r.Trigger = &Trigger{Name: trigger, Device: device, Assigns: settings}
	return r
}

// Node is a kind of device that needs no more than its node.
type Node string

const (
	I2C    Node = "i2c-dev"
	SPI    Node = "spidev"
	GPIO   Node = "gpio"
	Sound  Node = "sound"
	Video  Node = "video4linux"
	Serial Node = "tty"
)

// ForNode is the rule that gives one node to the group: kernel is its name in /dev without the folder ("i2c-1",
// "ttyUSB0", "gpiochip0").
func ForNode(source string, kind Node, kernel string) Rule {
	return Rule{Source: source, Node: true, Matches: []Match{{"SUBSYSTEM", string(kind)}, {"KERNEL", kernel}}}
}

// ForUSB is the rule of a node behind a USB adapter, by its vendor, product and serial number (four hexadecimal digits
// each, and text that may be empty): it holds in whatever order adapters are plugged in.
func ForUSB(source string, kind Node, vendor, product, serial string) Rule {
	r := Rule{Source: source, Node: true, Matches: []Match{
		{"SUBSYSTEM", string(kind)}, {"ATTRS{idVendor}", vendor}, {"ATTRS{idProduct}", product},
	}}
	if serial != "" {
		r.Matches = append(r.Matches, Match{"ATTRS{serial}", serial})
	}
	return r
}

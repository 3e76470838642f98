package audio

import (
	"fmt"
	"strconv"
	"strings"
)

// name is a parsed device name.
type name struct {
	card   string // number or identifier
	device int
}

// parseName reads "hw:1,0", "hw:1", "hw:Loopback,1", "hw:CARD=Loopback,DEV=1", and the same without "hw:".
func parseName(s string) (name, error) {
	kind, rest, has := strings.Cut(s, ":")
	if !has {
		kind, rest = "hw", s
	}
	if kind != "hw" {
		return name{}, fmt.Errorf("device %q: only hardware can be opened, as hw:CARD,DEVICE; %s is made by the ALSA library", s, kind)
	}
	n := name{}
	for i, part := range strings.Split(rest, ",") {
		key, value, named := strings.Cut(part, "=")
		if !named {
			key, value = [...]string{"CARD", "DEV", "SUBDEV", ""}[min(i, 3)], part
		}
		if err := n.set(key, value); err != nil {
			return name{}, fmt.Errorf("device %q: %w; want hw:CARD,DEVICE", s, err)
		}
	}
	if n.card == "" || strings.ContainsAny(n.card, "/ \t\n") {
		return name{}, fmt.Errorf("device %q: no card; want hw:CARD,DEVICE", s)
	}
	return n, nil
}

func (n *name) set(key, value string) error {
	switch key {
	case "CARD":
		n.card = value
		return nil
	case "DEV":
		d, err := strconv.Atoi(value)
		if err != nil || d < 0 || d > 255 {
			return fmt.Errorf("%q is no number of a device", value)
		}
		n.device = d
		return nil
	case "SUBDEV":
		return fmt.Errorf("subdevices cannot be chosen: the kernel gives the first that is free")
	}
	return fmt.Errorf("unknown part %q", key)
}

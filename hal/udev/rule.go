package udev

import (
	"fmt"
	"strings"
)

// Folder is where rules go. FileName is the name there.
const Folder = "/etc/udev/rules.d"

// Group is the group of the agent's user.
const Group = "dunlin"

// Match is a condition. Its value is compared as it is: udev's patterns are not to be had.
type Match struct {
	Key   string // "SUBSYSTEM", "KERNELS", "ATTR{name}"
	Value string
}

// Assign is an attribute of /sys to write.
type Assign struct {
	Attr  string // relative to the device: "buffer/watermark"
	Value string
}

// Rule is all that a source needs of its device.
type Rule struct {
	Source  string  // the source's name in the configuration
	Kernel  string  // pattern of the device's name, one of ours: "iio:device*"
	Matches []Match // all must hold
	Node    bool    // there is a node in /dev: give it to the group
	Assigns []Assign
}

// FileName is the rule's file: after the rules that name devices, before those that act on their names.
func (r Rule) FileName() (string, error) {
	if err := checkSource(r.Source); err != nil {
		return "", err
	}
	return "70-dunlin-" + r.Source + ".rules", nil
}

// Render is the text of the rule's file. Assignments come in their order, one a line: udev carries them out so.
func Render(r Rule) (string, error) {
	if err := checkSource(r.Source); err != nil {
		return "", err
	}
	if len(r.Matches) == 0 {
		return "", fmt.Errorf("render rule of %s: it would match every device", r.Source)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Written by `dunlin sources setup %s`, which writes it anew; remove the file to undo it.\n", r.Source)
	end := "dunlin_" + r.Source + "_end"
	skip, err := condition(r)
	if err != nil {
		return "", fmt.Errorf("render rule of %s: %w", r.Source, err)
	}
	fmt.Fprintf(&b, "ACTION==\"remove\", GOTO=%q\n", end)
	fmt.Fprintf(&b, "%s, GOTO=%q\nGOTO=%q\n\n", skip, end[:len(end)-len("end")]+"begin", end)
	fmt.Fprintf(&b, "LABEL=%q\n", end[:len(end)-len("end")]+"begin")
	if r.Node {
		fmt.Fprintf(&b, "GROUP=%q, MODE=\"0660\"\n", Group)
	}
	for _, a := range r.Assigns {
		if err := checkAttr(a.Attr); err != nil {
			return "", fmt.Errorf("render rule of %s: %w", r.Source, err)
		}
		if err := checkValue(a.Value); err != nil {
			return "", fmt.Errorf("render rule of %s: attribute %s: %w", r.Source, a.Attr, err)
		}
		fmt.Fprintf(&b, "ATTR{%s}=\"%s\"\n", a.Attr, double(a.Value))
	}
	fmt.Fprintf(&b, "\nLABEL=%q\n", end)
	return b.String(), nil
}

// condition is the rule's matches on one line.
func condition(r Rule) (string, error) {
	var terms []string
	if r.Kernel != "" {
		if strings.Trim(r.Kernel, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_*") != "" {
			return "", fmt.Errorf("kernel name %q", r.Kernel)
		}
		terms = append(terms, fmt.Sprintf("KERNEL==\"%s\"", r.Kernel))
	}
	for _, m := range r.Matches {
		if err := checkKey(m.Key); err != nil {
			return "", err
		}
		if err := checkMatch(m.Value); err != nil {
			return "", fmt.Errorf("match of %s: %w", m.Key, err)
		}
		terms = append(terms, fmt.Sprintf("%s==\"%s\"", m.Key, m.Value))
	}
	return strings.Join(terms, ", "), nil
}

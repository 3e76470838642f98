package udev

import (
	"errors"
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
	Trigger *Trigger // that the device is paced by; nil for none
}

// Trigger is an IIO trigger by its name. It may come before its device or after, as a timer does that is made when the
// machine has started; what the device needs is then set once more.
type Trigger struct {
	Name    string
	Device  string // the driver's name of the device that it paces
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
	text, err := render(r)
	if err != nil {
		return "", fmt.Errorf("render rule of %s: %w", r.Source, err)
	}
	return text, nil
}

func render(r Rule) (string, error) {
	if err := checkSource(r.Source); err != nil {
		return "", err
	}
	if len(r.Matches) == 0 {
		return "", errors.New("it would match every device")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Written by `dunlin sources setup %s`, which writes it anew; remove the file to undo it.\n", r.Source)
	label := "dunlin_" + r.Source
	skip, err := condition(r)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "ACTION==\"remove\", GOTO=\"%s_end\"\n", label)
	if r.Trigger != nil {
		fmt.Fprintf(&b, "KERNEL==\"trigger*\", SUBSYSTEM==\"iio\", ATTR{name}==\"%s\", GOTO=\"%s_trigger\"\n", r.Trigger.Name, label)
	}
	fmt.Fprintf(&b, "%s, GOTO=\"%s_begin\"\nGOTO=\"%s_end\"\n", skip, label, label)
	if err := r.Trigger.render(&b, label); err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "\nLABEL=\"%s_begin\"\n", label)
	if r.Node {
		fmt.Fprintf(&b, "GROUP=%q, MODE=\"0660\"\n", Group)
	}
	if err := assign(&b, r.Assigns); err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "\nLABEL=\"%s_end\"\n", label)
	return b.String(), nil
}

// render writes the trigger's part. A command that udev runs is split at spaces and quotes: names with such are refused.
func (t *Trigger) render(b *strings.Builder, label string) error {
	if t == nil {
		return nil
	}
	for _, name := range []string{t.Name, t.Device} {
		if err := checkMatch(name); err != nil {
			return fmt.Errorf("trigger of a device: %w", err)
		}
		if !only(name, func(c byte) bool { return isName(c) || c == '.' || c == ',' || c == ':' }) {
			return fmt.Errorf("name %q of a trigger or its device", name)
		}
	}
	fmt.Fprintf(b, "\nLABEL=\"%s_trigger\"\n", label)
	if err := assign(b, t.Assigns); err != nil {
		return err
	}
	fmt.Fprintf(b, "ACTION==\"add\", RUN+=\"/bin/udevadm trigger --action=change --subsystem-match=iio --attr-match=name=%s\"\n", t.Device)
	fmt.Fprintf(b, "GOTO=\"%s_end\"\n", label)
	return nil
}

func assign(b *strings.Builder, list []Assign) error {
	for _, a := range list {
		if err := checkAttr(a.Attr); err != nil {
			return err
		}
		if err := checkValue(a.Value); err != nil {
			return fmt.Errorf("attribute %s: %w", a.Attr, err)
		}
		fmt.Fprintf(b, "ATTR{%s}=\"%s\"\n", a.Attr, double(a.Value))
	}
	return nil
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

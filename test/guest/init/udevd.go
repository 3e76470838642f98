package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// udevd does what udev would: this machine has none. It carries out one file of rules for one device, in the order of
// its lines, and knows just the keys that `dunlin sources setup` writes; any other is an error. As with udev, an
// attribute that cannot be written is told and the rest goes on.
type udevd struct {
	rules []ruleLine
	ids   map[string]int // groups by name
	said  []string       // what it could not do
}

// ruleLine is one line: its matches, and what is done when they all hold.
type ruleLine []ruleTerm

type ruleTerm struct{ key, op, value string }

const (
	rulesFolder  = "/etc/udev/rules.d/"
	iioDevices   = "/sys/bus/iio/devices"
	againCommand = "/bin/udevadm trigger --action=change --subsystem-match=iio --attr-match=name="
)

// ruleWord is KEY=="value", KEY="value" or KEY+="value"; KEY may have an {attribute}.
var ruleWord = regexp.MustCompile(`^([A-Z]+(?:\{[^}]+\})?)(==|\+=|=)"([^"]*)"$`)

func newUdevd(text string, ids map[string]int) (*udevd, error) {
	u := &udevd{ids: ids}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		var l ruleLine
		for word := range strings.SplitSeq(line, ", ") {
			m := ruleWord.FindStringSubmatch(word)
			if m == nil {
				return nil, fmt.Errorf("udev rule %q", line)
			}
			l = append(l, ruleTerm{m[1], m[2], strings.NewReplacer("$$", "$", "%%", "%").Replace(m[3])})
		}
		u.rules = append(u.rules, l)
	}
	return u, nil
}

// event is what the kernel tells of the device in dir.
func (u *udevd) event(action, dir string) error {
	path, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	var again []string
	goal := ""
	for _, line := range u.rules {
		if goal != "" && !slices.Contains(line, ruleTerm{"LABEL", "=", goal}) {
			continue
		}
		goal = ""
		for _, t := range line {
			holds, err := u.term(t, action, path)
			if err != nil {
				return err
			}
			if !holds {
				break
			}
			if t.key == "GOTO" {
				goal = t.value
			}
			if name, ok := strings.CutPrefix(t.value, againCommand); t.key == "RUN" && ok {
				again = append(again, name)
			}
		}
	}
	for _, name := range again { // commands run when all lines are through
		if err := u.all("change", name); err != nil {
			return err
		}
	}
	return nil
}

// all is an event for every IIO device and trigger of a name.
func (u *udevd) all(action, name string) error {
	found, _ := filepath.Glob(iioDevices + "/*/name")
	var errs []error
	for _, file := range found {
		if text, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(text)) == name {
			errs = append(errs, u.event(action, filepath.Dir(file)))
		}
	}
	return errors.Join(errs...)
}

// complete is all, where each attribute must take what the rule says.
func (u *udevd) complete(action, name string) error {
	u.said = nil
	if err := u.all(action, name); err != nil {
		return err
	}
	if len(u.said) > 0 {
		return fmt.Errorf("udev rule: %s", strings.Join(u.said, "; "))
	}
	return nil
}

// term reports whether a match holds; an assignment it carries out.
func (u *udevd) term(t ruleTerm, action, path string) (bool, error) {
	attr, isAttr := strings.CutPrefix(t.key, "ATTR{")
	attr = filepath.Join(path, strings.TrimSuffix(attr, "}"))
	node := "/dev/" + filepath.Base(path)
	switch t.key + t.op {
	case "ACTION==":
		return action == t.value, nil
	case "KERNEL==":
		return filepath.Match(t.value, filepath.Base(path))
	case "KERNELS==":
		return slices.Contains(strings.Split(path, "/"), t.value), nil
	case "SUBSYSTEM==":
		link, err := filepath.EvalSymlinks(path + "/subsystem")
		return err == nil && filepath.Base(link) == t.value, nil
	case "GROUP=":
		return true, os.Chown(node, 0, u.ids[t.value])
	case "MODE=":
		mode, err := strconv.ParseUint(t.value, 8, 32)
		return true, errors.Join(err, os.Chmod(node, os.FileMode(mode)))
	case "GOTO=", "LABEL=", "RUN+=":
		return true, nil
	}
	switch {
	case isAttr && t.op == "==":
		text, err := os.ReadFile(attr)
		return err == nil && strings.TrimSpace(string(text)) == t.value, nil
	case isAttr && t.op == "=":
		if err := os.WriteFile(attr, []byte(t.value), 0o200); err != nil {
			u.said = append(u.said, fmt.Sprintf("%s=%s: %v", attr, t.value, err))
		}
		return true, nil
	}
	return false, fmt.Errorf("udev key %s%s", t.key, t.op)
}

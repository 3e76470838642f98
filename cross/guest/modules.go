package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// groups are the modules that the checks need, by the file with their order; what they depend on comes along. The first
// process loads "order" at once, and another group with the check that needs it.
var groups = map[string][]string{
	"order": {
		"uhid", "hid-cp2112", "i2c-dev", // the bridge and the bus
		"bmp280-i2c", "st_lsm6dsx_i2c", "ti-ads1015", // the kernel's own drivers of the modelled chips
		"virtio_mmio", "virtio_net", // the network to the host
	},
	"capture":  {"iio-trig-hrtimer", "st_pressure_i2c"}, // a timer that paces IIO buffers; a barometer of scale and offset
	"sound":    {"snd-aloop"},
	"pictures": {"vivid"},
	// a Raspberry Pi 3: its I2C controllers, and the kernel's driver of the thermometer
	"raspberry": {"i2c-bcm2835", "i2c-dev", "lm75"},
}

// ordered reads wanted modules and what they depend on, each after those that it needs.
func (k kernel) ordered(wanted []string) (names []string, content map[string][]byte, err error) {
	content = map[string][]byte{}
	var add func(name string) error
	add = func(name string) error {
		if _, have := content[name]; have {
			return nil
		}
		text, err := k.module(name)
		if err != nil {
			return err
		}
		content[name] = text
		needs, err := dependencies(text)
		if err != nil {
			return fmt.Errorf("module %s: %w", name, err)
		}
		for _, n := range needs {
			if err := add(n); err != nil {
				return err
			}
		}
		names = append(names, name)
		return nil
	}
	for _, name := range wanted {
		if err := add(name); err != nil {
			return nil, nil, err
		}
	}
	return names, content, nil
}

// complete reports whether there is every module that a check asks for; an older kernel package may lack one.
func (k kernel) complete() bool {
	for _, wanted := range groups {
		for _, name := range wanted {
			if _, err := k.find(name); err != nil {
				return false
			}
		}
	}
	return true
}

// module reads a module; newer packages compress them.
func (k kernel) module(name string) ([]byte, error) {
	file, err := k.find(name)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(file, ".xz") {
		return unpackXZ(file)
	}
	return os.ReadFile(file)
}

// find is the file of a module. In names, - and _ are the same.
func (k kernel) find(name string) (string, error) {
	for _, spelled := range []string{name, strings.ReplaceAll(name, "_", "-"), strings.ReplaceAll(name, "-", "_")} {
		for _, end := range []string{".ko", ".ko.xz"} {
			if file := filepath.Join(k.modules, spelled+end); exists(file) {
				return file, nil
			}
		}
	}
	return mixed(k.modules, name)
}

// mixed finds a module whose name has both - and _.
func mixed(folder, name string) (string, error) {
	plain := func(s string) string { return strings.ReplaceAll(s, "-", "_") }
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if base, _, _ := strings.Cut(e.Name(), ".ko"); plain(base) == plain(name) {
			return filepath.Join(folder, e.Name()), nil
		}
	}
	return "", fmt.Errorf("the kernel package has no module %s", name)
}

func unpackXZ(file string) ([]byte, error) {
	text, err := exec.Command("xz", "-dc", file).Output()
	if err != nil {
		return nil, fmt.Errorf("unpack %s (apt-get install xz-utils): %w", file, err)
	}
	return text, nil
}

// dependencies are the names in a module's own information, as "depends=hid,usbhid".
func dependencies(module []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(module))
	if err != nil {
		return nil, err
	}
	s := f.Section(".modinfo")
	if s == nil {
		return nil, errors.New("has no .modinfo")
	}
	info, err := s.Data()
	if err != nil {
		return nil, err
	}
	for field := range bytes.SplitSeq(info, []byte{0}) {
		if list, ok := bytes.CutPrefix(field, []byte("depends=")); ok && len(list) > 0 {
			return strings.Split(string(list), ","), nil
		}
	}
	return nil, nil
}

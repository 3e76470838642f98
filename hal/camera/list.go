package camera

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Device is one camera.
type Device struct {
	Path    string   // "/dev/video0"
	Name    string   // for people
	Driver  string   // empty when it cannot be opened
	Formats []string // "YUYV", "MJPG"; nil when it cannot be opened
	Usable  bool     // one of Formats is among those that this package reads
	Err     error    // why it cannot be opened
}

// List finds the cameras in /sys/class/video4linux below root; "" stands for "/". Each is opened for a moment to tell
// cameras from codecs and the like, which have such files too; one that cannot be opened is listed with the reason. A
// nil kernel is the one that runs this program.
func List(root string, k Kernel) ([]Device, error) {
	if k == nil {
		k = system{}
	}
	names, err := filepath.Glob(filepath.Join("/", root, "sys/class/video4linux/video*"))
	if err != nil {
		return nil, fmt.Errorf("list cameras: %w", err)
	}
	slices.SortFunc(names, func(a, b string) int { return number(a) - number(b) })
	var all []Device
	for _, n := range names {
		label, err := os.ReadFile(filepath.Join(n, "name"))
		if err != nil {
			label = nil // the file of a camera that was just pulled out
		}
		d := Device{Path: "/dev/" + filepath.Base(n), Name: strings.TrimSpace(string(label))}
		if d.probe(k) {
			all = append(all, d)
		}
	}
	return all, nil
}

func number(path string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "video"))
	if err != nil {
		return -1
	}
	return n
}

// probe opens the device and reports whether it is a camera, or may be one.
func (d *Device) probe(k Kernel) bool {
	f, err := k.Open(d.Path)
	if err != nil {
		d.Err = err
		return true
	}
	dev := &device{File: f, l: native(), where: d.Path}
	c, err := dev.capability()
	if err == nil && !c.camera() {
		d.Err = dev.Close()
		return false
	}
	d.Driver = c.driver
	codes, err2 := dev.formats()
	for _, code := range codes {
		d.Formats = append(d.Formats, fourCC(code))
		for _, k := range known {
			d.Usable = d.Usable || k.code == code && c.caps&capCapture != 0
		}
	}
	for _, e := range []error{err, err2, dev.Close()} {
		if d.Err == nil {
			d.Err = e
		}
	}
	return true
}

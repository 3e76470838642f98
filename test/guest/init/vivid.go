package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/dunlin-iot/dunlin/hal/camera"
	"golang.org/x/sys/unix"
)

// Of include/uapi/linux/videodev2.h: struct v4l2_queryctrl and struct v4l2_control with their requests.
const (
	queryControl     = 0xc0445624
	setControl       = 0xc008561c
	queryControlSize = 68
	nextControl      = 0x80000000
)

// What the driver vivid (Documentation/admin-guide/media/vivid.rst) calls its controls.
const (
	osdText     = "OSD Text Mode"
	osdNone     = 2
	perDropped  = "Percentage of Dropped Buffers"
	wrapNumbers = "Wrap Sequence Number"
	disconnect  = "Disconnect"
)

// vivid is the virtual camera of the kernel.
type vivid struct {
	path     string
	fd       int
	controls map[string]uint32
}

// openVivid loads the driver, a webcam without the text that it writes into its pictures.
func openVivid() (*vivid, error) {
	if err := loadGroup("pictures", map[string]string{"vivid": "n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0"}); err != nil {
		return nil, err
	}
	all, err := camera.List("", nil)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Driver == "vivid" && c.Usable {
			return attach(c.Path)
		}
	}
	return nil, fmt.Errorf("no vivid among the cameras %+v", all)
}

func attach(path string) (*vivid, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	v := &vivid{path: path, fd: fd, controls: map[string]uint32{}}
	for id := uint32(0); ; {
		b := make([]byte, queryControlSize)
		binary.LittleEndian.PutUint32(b, id|nextControl)
		if ioctl(fd, queryControl, b) != nil {
			break // there is no next one
		}
		id = binary.LittleEndian.Uint32(b)
		name, _, _ := bytes.Cut(b[8:40], []byte{0})
		v.controls[string(name)] = id
	}
	if err := v.set(osdText, osdNone); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// set sets a control by its name.
func (v *vivid) set(name string, value int32) error {
	id, ok := v.controls[name]
	if !ok {
		var have []string
		for n := range v.controls {
			have = append(have, n)
		}
		return fmt.Errorf("set %q of %s: there are %s", name, v.path, strings.Join(have, ", "))
	}
	b := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, id), uint32(value))
	if err := ioctl(v.fd, setControl, b); err != nil {
		return fmt.Errorf("set %q of %s: %w", name, v.path, err)
	}
	return nil
}

func (v *vivid) Close() error { return unix.Close(v.fd) }

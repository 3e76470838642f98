package camera

import (
	"time"

	"github.com/dunlin-iot/dunlin/internal/chardev"
)

// File is an open video device: a file of the kernel, or a model of one (see cameratest). Its methods are those of
// internal/chardev; what Map returns is valid until Close.
type File interface {
	Ioctl(request uint32, arg []byte) error
	Map(offset int64, length int) ([]byte, error)
	Wait(timeout time.Duration) (ready bool, err error)
	Close() error
}

// Kernel is where devices come from.
type Kernel interface {
	Open(path string) (File, error)
	Monotonic() time.Duration
}

// system is the kernel that runs this program.
type system struct{}

func (system) Open(path string) (File, error) {
	f, err := chardev.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (system) Monotonic() time.Duration { return chardev.Monotonic() }

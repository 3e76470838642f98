package audio

import (
	"time"

	"github.com/dunlin-iot/dunlin/internal/chardev"
)

// PCM is an open capture device: a file of the kernel, or a model of one (see audiotest). Reads and waits are as those
// of internal/chardev.
type PCM interface {
	Ioctl(request uint32, arg []byte) error
	Read(p []byte) (int, error)
	Wait(timeout time.Duration) (ready bool, err error)
	Close() error
}

// Kernel is where devices come from.
type Kernel interface {
	Open(path string) (PCM, error)
	Monotonic() time.Duration
}

// system is the kernel that runs this program.
type system struct{}

func (system) Open(path string) (PCM, error) {
	f, err := chardev.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (system) Monotonic() time.Duration { return chardev.Monotonic() }

package i2cdevtest

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

// Kernel is an adapter with chip models. Its Open goes into i2cdev.Config.Open.
type Kernel struct {
	Bus *chiptest.Bus // the chips; Fault and Refuse work as on any other bus
	// Functions are what the adapter says it can do; zero means I2C and all of SMBus's quick write.
	Functions uint32
	// OpenErr is returned by Open.
	OpenErr error

	mu      sync.Mutex
	set     map[uintptr]uintptr
	opened  int
	closed  int
	calls   int
	queue   []error
	blocked chan struct{}
	entered chan struct{}
	short   bool
}

// NewKernel makes an adapter with models by address.
func NewKernel(models map[uint16]chiptest.Model) *Kernel {
	return &Kernel{Bus: chiptest.New(models), set: map[uintptr]uintptr{}}
}

// Open is the kernel's open.
func (k *Kernel) Open(path string) (i2cdev.Device, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.OpenErr != nil {
		return nil, fmt.Errorf("open %s: %w", path, k.OpenErr)
	}
	k.opened++
	return device{k}, nil
}

// Fail lets the next transfers end with these errors, one each; nil lets one through.
func (k *Kernel) Fail(errs ...error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, errs...)
}

// Block lets the next transfer hang in the kernel until release is called. entered is closed when it has begun.
func (k *Kernel) Block() (entered <-chan struct{}, release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	blocked, in := make(chan struct{}), make(chan struct{})
	k.blocked, k.entered = blocked, in
	return in, func() { close(blocked) }
}

// Short lets the adapter do one message less than it was asked to, as some do, without an error.
func (k *Kernel) Short(short bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.short = short
}

// Limits are the values of I2C_TIMEOUT (in 10 ms) and I2C_RETRIES that the adapter was given.
func (k *Kernel) Limits() (timeout, retries uintptr) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.set[opTimeout], k.set[opRetries]
}

// Counts are the open files, and the transfers so far, failed ones included.
func (k *Kernel) Counts() (open, calls int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.opened - k.closed, k.calls
}

// Written from include/uapi/linux/i2c.h and i2c-dev.h, apart from hal/i2cdev's own: a mistake in one shows.
const (
	opRetries = 0x0701
	opTimeout = 0x0702
	opFuncs   = 0x0705
	opRdwr    = 0x0707
	readBit   = 1
	allFuncs  = 0x00010001
)

// device is one open file.
type device struct{ k *Kernel }

func (d device) Set(op, value uintptr) error {
	if op != opRetries && op != opTimeout {
		return syscall.ENOTTY
	}
	d.k.mu.Lock()
	defer d.k.mu.Unlock()
	d.k.set[op] = value
	return nil
}

func (d device) Close() error {
	d.k.mu.Lock()
	defer d.k.mu.Unlock()
	d.k.closed++
	return nil
}

func (d device) Exchange(op uintptr, arg unsafe.Pointer) (int, error) {
	switch op {
	case opFuncs:
		*(*uintptr)(arg) = allFuncs
		if d.k.Functions != 0 {
			*(*uintptr)(arg) = uintptr(d.k.Functions)
		}
		return 0, nil
	case opRdwr:
		return d.k.rdwr(arg)
	}
	return 0, syscall.ENOTTY
}

// rdwr reads the structs as C would lay them out: a pointer and a count, then a 2, 2, 2 bytes and a pointer for each
// message, the pointers at multiples of their own size.
func (k *Kernel) rdwr(arg unsafe.Pointer) (int, error) {
	if err := k.enter(); err != nil {
		return 0, err
	}
	msgs := *(*unsafe.Pointer)(arg)
	n := int(*(*uint32)(unsafe.Add(arg, unsafe.Sizeof(uintptr(0)))))
	if n < 1 || n > 2 {
		return 0, syscall.EINVAL
	}
	runtime.Gosched() // a preemption where a real kernel sleeps: the caller's stack may move now
	var address uint16
	var w, r []byte
	for i := range n {
		m := unsafe.Add(msgs, i*messageSize)
		address = *(*uint16)(m)
		data := unsafe.Slice(*(**byte)(unsafe.Add(m, 8)), *(*uint16)(unsafe.Add(m, 4)))
		if *(*uint16)(unsafe.Add(m, 2))&readBit != 0 {
			r = data
		} else {
			w = data
		}
	}
	if err := k.Bus.Tx(address, w, r); err != nil {
		return 0, errnoOf(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.short {
		n--
	}
	return n, nil
}

// messageSize is sizeof(struct i2c_msg): the pointer stands at 8 on 32 and on 64 bits.
const messageSize = 8 + int(unsafe.Sizeof(uintptr(0)))

// enter counts a transfer, and fails or blocks it when it was told to.
func (k *Kernel) enter() error {
	k.mu.Lock()
	k.calls++
	blocked, entered := k.blocked, k.entered
	k.blocked, k.entered = nil, nil
	var err error
	if len(k.queue) > 0 {
		err = k.queue[0]
		k.queue = k.queue[1:]
	}
	k.mu.Unlock()
	if blocked != nil {
		close(entered)
		<-blocked
	}
	return err
}

func errnoOf(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return syscall.EIO
}

package cameratest

import (
	"slices"
	"syscall"
	"time"
)

// file is the open camera. Everything is under the camera's lock.
type file struct {
	cam                   *Camera
	code                  string
	width, height, stride uint32
	size                  uint32 // of a frame's memory
	rate                  uint32
	memory                [][]byte
	mapped                int
	queue                 []int // empty buffers, the next one first
	done                  []taken
	on                    bool
	started               time.Duration
	next                  uint32 // number of the frame that is being exposed
}

// taken is a buffer with a frame.
type taken struct {
	buffer int
	used   int
	number uint32
	flags  uint32
	stamp  time.Duration
}

// Close lets go of the camera.
func (f *file) Close() error {
	f.cam.mu.Lock()
	defer f.cam.mu.Unlock()
	f.cam.file = nil
	if f.cam.unplug {
		return syscall.ENODEV
	}
	return nil
}

// Map maps a buffer: the offset of buffer i is i pages.
func (f *file) Map(offset int64, length int) ([]byte, error) {
	f.cam.mu.Lock()
	defer f.cam.mu.Unlock()
	i := int(offset / 4096)
	if i >= len(f.memory) || length != len(f.memory[i]) {
		return nil, syscall.EINVAL
	}
	f.mapped++
	return f.memory[i], nil
}

// Wait waits for a frame or trouble.
func (f *file) Wait(timeout time.Duration) (bool, error) {
	over := time.NewTimer(timeout)
	defer over.Stop()
	for {
		ready, wait := f.ready()
		if ready {
			return true, nil
		}
		next := time.NewTimer(wait)
		select {
		case <-over.C:
			next.Stop()
			return false, nil
		case <-next.C:
		case <-f.cam.wake:
			next.Stop()
		}
	}
}

func (f *file) ready() (bool, time.Duration) {
	f.cam.mu.Lock()
	defer f.cam.mu.Unlock()
	f.expose()
	if f.cam.unplug || !f.on || len(f.done) > 0 || f.cam.lose > 0 {
		return true, 0
	}
	return false, max(f.at(f.next)-f.cam.Monotonic(), 100*time.Microsecond)
}

// at is when a frame is complete.
func (f *file) at(number uint32) time.Duration {
	return f.started + time.Duration(number+1)*time.Second/time.Duration(f.rate)
}

// expose fills buffers with all frames that are complete by now.
func (f *file) expose() {
	for f.on && !f.cam.stall && f.at(f.next) <= f.cam.Monotonic() {
		n := f.next
		f.next++
		if f.cam.skip > 0 {
			f.cam.skip--
			continue
		}
		if len(f.queue) == 0 {
			continue
		}
		t := taken{buffer: f.queue[0], number: n, stamp: f.at(n), flags: f.cam.cfg.Stamps}
		f.queue = slices.Delete(f.queue, 0, 1)
		t.used = f.cam.cfg.Frame(f.memory[t.buffer], n)
		if f.cam.damage > 0 {
			f.cam.damage--
			t.flags |= 0x40
		}
		f.done = append(f.done, t)
	}
}

package isolated

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	headBytes = 4096
	textBytes = 2048
	align     = 64         // of a tensor: a cache line, and what vector units like
	lost      = ^uint32(0) // in head.done: the child is gone
)

// head is the first page of the shared memory. Words that different processes write stand on different cache lines.
type head struct {
	call         atomic.Uint32 // number of the last call; the parent writes
	parentSleeps atomic.Uint32 // the parent waits on done
	_            [56]byte
	done         atomic.Uint32 // number of the last answer, or lost
	childSleeps  atomic.Uint32 // the child waits on call
	failed       uint32        // 1: the answer is an error
	length       uint32        // of its text
	_            [48]byte
	text         [textBytes]byte
}

// page is the shared memory as one process sees it.
type page struct {
	memory          []byte
	head            *head
	inputs, outputs []engine.Tensor
	wait            waiter
}

// place is where a tensor's bytes are in the memory.
type place struct{ from, to int }

// layout gives every tensor its place and returns how many bytes the memory has.
func layout(forms ...[]form) (places []place, size int, err error) {
	size = headBytes
	for _, list := range forms {
		for _, f := range list {
			n, err := f.size()
			if err != nil {
				return nil, 0, err
			}
			if n > maxTensors-size {
				return nil, 0, fmt.Errorf("tensors of more than %d bytes", maxTensors)
			}
			places = append(places, place{size, size + n})
			size += (n + align - 1) / align * align
		}
	}
	return places, size, nil
}

// newPage describes memory that has been mapped. It cannot fail, so that no mapping is ever without an owner: the places
// are those that layout gave these tensors.
func newPage(memory []byte, places []place, inputs, outputs []form) *page {
	p := &page{memory: memory, head: (*head)(unsafe.Pointer(unsafe.SliceData(memory)))}
	for i, f := range slices.Concat(inputs, outputs) {
		t := engine.Tensor{
			Name: f.Name, Type: f.Type, Shape: f.Shape, Quant: engine.Quant{Scale: f.Scale, ZeroPoint: f.ZeroPoint},
			Data: memory[places[i].from:places[i].to:places[i].to],
		}
		if i < len(inputs) {
			p.inputs = append(p.inputs, t)
		} else {
			p.outputs = append(p.outputs, t)
		}
	}
	return p
}

// outcome is how a call ended.
type outcome int

const (
	answered outcome = iota
	overdue          // the child has not answered within the limit
	gone             // the child has died
)

// invoke rings, and waits asleep for the answer: waiting awake for a while was measured to gain nothing.
func (p *page) invoke(limit time.Duration) outcome {
	h := p.head
	n := h.call.Load() + 1
	if n == lost {
		n = 0
	}
	began := time.Now()
	h.call.Store(n)
	if h.childSleeps.Swap(0) != 0 {
		wake(&h.call)
	}
	for {
		got := h.done.Load()
		switch {
		case got == n:
			return answered
		case got == lost:
			return gone
		}
		left := limit - time.Since(began)
		if left <= 0 {
			return overdue
		}
		h.parentSleeps.Store(1)
		if h.done.Load() == got {
			p.wait.sleep(&h.done, got, left)
		}
	}
}

// next returns the number of the next call after last; it waits without a limit.
func (p *page) next(last uint32) uint32 {
	h := p.head
	for {
		if n := h.call.Load(); n != last {
			return n
		}
		h.childSleeps.Store(1)
		if h.call.Load() == last {
			p.wait.sleep(&h.call, last, 0)
		}
	}
}

// answer publishes the result of call n.
func (p *page) answer(n uint32, err error) {
	h := p.head
	h.failed = 0
	if err != nil {
		h.failed = 1
		h.length = uint32(copy(h.text[:], err.Error()))
	}
	h.done.Store(n)
	if h.parentSleeps.Swap(0) != 0 {
		wake(&h.done)
	}
}

// err is the error of the answer that invoke has seen.
func (p *page) err() error {
	if p.head.failed == 0 {
		return nil
	}
	return &childError{text: string(p.head.text[:min(p.head.length, textBytes)])}
}

// lose tells a waiting parent that there will be no answer.
func (p *page) lose() {
	p.head.done.Store(lost)
	wake(&p.head.done)
}

// renew makes the page ready for another child, and returns the number of the last call.
func (p *page) renew() uint32 {
	n := p.head.call.Load()
	p.head.done.Store(n)
	p.head.childSleeps.Store(0)
	return n
}

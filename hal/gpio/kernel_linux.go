package gpio

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev"
	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/hal"
)

// eventBuffer is how many edges wait here until the source takes them. The kernel keeps only 16 for a line: go-gpiocdev
// v0.9.1 takes WithEventBufferSize and never hands it on, so its goroutine must empty the kernel's buffer at once.
const eventBuffer = 1024

// Kernel is the host of this machine.
func Kernel() Host { return kernel{} }

type kernel struct{}

func (kernel) Monotonic() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("gpio: CLOCK_MONOTONIC: " + err.Error()) // every Linux has it
	}
	return time.Duration(ts.Nano())
}

func (kernel) Chips() []ChipInfo {
	var chips []ChipInfo
	links := map[string][]string{}
	for _, name := range gpiocdev.Chips() {
		if to, err := os.Readlink("/dev/" + name); err == nil {
			links[filepath.Base(to)] = append(links[filepath.Base(to)], name)
			continue
		}
		chips = append(chips, survey(name))
	}
	for i := range chips {
		chips[i].Links = links[chips[i].Name]
	}
	return chips
}

// survey asks one chip for its lines.
func survey(name string) ChipInfo {
	c, err := gpiocdev.NewChip(name)
	if err != nil {
		return ChipInfo{Name: name, Err: err}
	}
	defer c.Close()
	info := ChipInfo{Name: c.Name, Label: c.Label}
	for o := range c.Lines() {
		l, err := c.LineInfo(o)
		if err != nil {
			info.Err = err
			return info
		}
		info.Lines = append(info.Lines, LineInfo{
			Offset: o, Name: l.Name, Used: l.Used, Consumer: l.Consumer,
			Output: l.Config.Direction == gpiocdev.LineDirectionOutput, ActiveLow: l.Config.ActiveLow,
		})
	}
	return info
}

func (kernel) Request(r Request) (Line, error) {
	c, err := gpiocdev.NewChip(r.Chip, gpiocdev.WithConsumer("dunlin"))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	l := &kernelLine{done: make(chan struct{})}
	opts := options(r)
	if r.Edges != NoEdges {
		// The first version of the interface has neither numbers nor a promised clock.
		if c.UapiAbiVersion() < 2 {
			return nil, &hal.AbsentError{What: "edges of " + r.Chip, Fix: "use Linux 5.10 or newer, or poll the level"}
		}
		l.events = make(chan Event, eventBuffer)
		opts = append(opts, gpiocdev.WithEventHandler(l.handle), gpiocdev.WithMonotonicEventClock)
	}
	if l.line, err = c.RequestLine(r.Offset, opts...); err != nil {
		return nil, err
	}
	return l, nil
}

func options(r Request) []gpiocdev.LineReqOption {
	opts := []gpiocdev.LineReqOption{gpiocdev.AsInput}
	if r.Output {
		opts = []gpiocdev.LineReqOption{gpiocdev.AsOutput(r.Value)}
	}
	switch r.Bias {
	case PullUp:
		opts = append(opts, gpiocdev.WithPullUp)
	case PullDown:
		opts = append(opts, gpiocdev.WithPullDown)
	case NoPull:
		opts = append(opts, gpiocdev.WithBiasDisabled)
	}
	if r.ActiveLow {
		opts = append(opts, gpiocdev.AsActiveLow)
	}
	if r.Debounce > 0 {
		opts = append(opts, gpiocdev.WithDebounce(r.Debounce))
	}
	switch r.Edges {
	case Rising:
		opts = append(opts, gpiocdev.WithRisingEdge)
	case Falling:
		opts = append(opts, gpiocdev.WithFallingEdge)
	case Both:
		opts = append(opts, gpiocdev.WithBothEdges)
	}
	return opts
}

type kernelLine struct {
	line   *gpiocdev.Line
	events chan Event
	done   chan struct{}
	once   sync.Once
}

// handle runs in the library's goroutine. When too many wait, so does it: the kernel's buffer then fills and loses its
// oldest edges, which the sequence numbers show.
func (l *kernelLine) handle(e gpiocdev.LineEvent) {
	select {
	case l.events <- Event{At: e.Timestamp, Rising: e.Type == gpiocdev.LineEventRisingEdge, Seq: e.LineSeqno}:
	case <-l.done:
	}
}

func (l *kernelLine) Value() (int, error)  { return l.line.Value() }
func (l *kernelLine) Set(value int) error  { return l.line.SetValue(value) }
func (l *kernelLine) Events() <-chan Event { return l.events }

func (l *kernelLine) Close() error {
	l.once.Do(func() { close(l.done) }) // first: Close of the library waits for the handler
	return l.line.Close()
}

package gpiotest

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/gpio"
)

type line struct {
	host    *Host
	key     key
	request gpio.Request
	events  chan gpio.Event
	seq     uint32
	broken  error
	closed  bool
	done    chan struct{}
	busy    sync.WaitGroup
}

// edge numbers and keeps an edge that was asked for; the host is locked.
func (l *line) edge(at time.Duration, level int) {
	rising := (level == 1) != l.request.ActiveLow
	wanted := l.request.Edges == gpio.Both || rising && l.request.Edges == gpio.Rising || !rising && l.request.Edges == gpio.Falling
	if l.events == nil || !wanted {
		return
	}
	l.seq++
	select {
	case l.events <- gpio.Event{At: at, Rising: rising, Seq: l.seq}:
	default: // a full buffer: the number is gone
	}
}

func (l *line) beat(d time.Duration) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-t.C:
			l.host.Set(l.key.chip, l.key.offset, 1-l.host.Level(l.key.chip, l.key.offset))
		}
	}
}

func (l *line) Value() (int, error) {
	l.host.mu.Lock()
	defer l.host.mu.Unlock()
	if l.broken != nil {
		return 0, l.broken
	}
	v := l.host.levels[l.key]
	if l.request.ActiveLow {
		v = 1 - v
	}
	return v, nil
}

func (l *line) Set(value int) error {
	l.host.mu.Lock()
	defer l.host.mu.Unlock()
	if !l.request.Output {
		return fmt.Errorf("set line: %w", syscall.EPERM)
	}
	if l.broken != nil {
		return l.broken
	}
	l.host.levels[l.key] = value
	return nil
}

func (l *line) Events() <-chan gpio.Event { return l.events }

func (l *line) Close() error {
	l.host.mu.Lock()
	if l.closed {
		l.host.mu.Unlock()
		return os.ErrClosed
	}
	l.closed = true
	delete(l.host.lines, l.key)
	l.host.mu.Unlock()
	close(l.done)
	l.busy.Wait()
	return nil
}

package audiotest

import (
	"encoding/binary"
	"syscall"
	"time"
)

const (
	stateOpen      = 0
	stateSetup     = 1
	statePrepared  = 2
	stateRunning   = 3
	stateXrun      = 4
	stateSuspended = 7
)

// pcm is the open device. Everything is under the card's lock.
type pcm struct {
	card  *Card
	state int32

	format                         uint
	channels, rate, period, buffer int64
	availMin, stop                 int64

	started time.Duration
	read    int64 // frames taken
}

// Close lets go of the device.
func (p *pcm) Close() error {
	p.card.mu.Lock()
	defer p.card.mu.Unlock()
	p.card.pcm = nil
	if p.card.unplug {
		return syscall.ENODEV
	}
	return nil
}

// advance brings the stream up to now and returns the frames that wait.
func (p *pcm) advance() (avail int64) {
	if p.state != stateRunning || p.card.mute {
		return 0
	}
	since := p.card.Monotonic() - p.started
	arrived := int64(since.Seconds()*float64(p.rate)*p.card.cfg.Speed) - p.card.cfg.Delay
	avail = max(arrived-p.read, 0)
	if avail >= p.stop {
		p.state = stateXrun
		p.card.overruns++
	}
	return avail
}

// Wait waits until a period has come, the state is another than running, or the time is over.
func (p *pcm) Wait(timeout time.Duration) (bool, error) {
	over := time.NewTimer(timeout)
	defer over.Stop()
	for {
		ready, wait := p.ready()
		if ready {
			return true, nil
		}
		next := time.NewTimer(max(wait, 100*time.Microsecond))
		select {
		case <-over.C:
			next.Stop()
			return false, nil
		case <-next.C:
		case <-p.card.wake:
			next.Stop()
		}
	}
}

func (p *pcm) ready() (bool, time.Duration) {
	p.card.mu.Lock()
	defer p.card.mu.Unlock()
	avail := p.advance()
	if p.state != stateRunning || p.card.unplug || avail >= p.availMin {
		return true, 0
	}
	if p.card.mute {
		return false, time.Hour
	}
	return false, time.Duration(float64(p.availMin-avail) / float64(p.rate) / p.card.cfg.Speed * float64(time.Second))
}

// Read gives the frames that wait.
func (p *pcm) Read(out []byte) (int, error) {
	p.card.mu.Lock()
	defer p.card.mu.Unlock()
	avail := p.advance()
	switch {
	case p.card.unplug:
		return 0, syscall.ENODEV
	case p.state == stateXrun:
		return 0, syscall.EPIPE
	case p.state == stateSuspended:
		return 0, errSuspended
	case p.state != stateRunning:
		return 0, errState
	case avail == 0:
		return 0, syscall.EAGAIN
	}
	size := map[uint]int{2: 2, 6: 4, 10: 4, 32: 3}[p.format]
	frames := min(avail, int64(len(out)/(size*int(p.channels))))
	at := 0
	for range frames {
		for c := range int(p.channels) {
			p.put(out[at:], p.card.sample(p.read, c))
			at += size
		}
		p.read++
	}
	return at, nil
}

func (p *pcm) put(out []byte, v int32) {
	switch p.format {
	case 2:
		binary.LittleEndian.PutUint16(out, uint16(v>>16))
	case 6: // the upper byte is anything
		binary.LittleEndian.PutUint32(out, uint32(v)>>8|0x5a000000)
	case 10:
		binary.LittleEndian.PutUint32(out, uint32(v))
	case 32:
		out[0], out[1], out[2] = byte(v>>8), byte(v>>16), byte(v>>24)
	}
}

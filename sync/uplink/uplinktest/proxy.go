package uplinktest

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy stands between a device and a broker and misbehaves on demand.
type Proxy struct {
	target string
	lis    net.Listener
	wg     sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	thaw   chan struct{} // not nil while bytes are swallowed or held; closed when they flow again
	hold   bool          // held, not swallowed
	rate   int           // bytes per second and direction, 0: no bound
	up     uint64
	down   uint64
	closed bool
}

// NewProxy listens on a free port of the loopback interface.
func NewProxy(target string) (*Proxy, error) {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, lis: lis, conns: map[net.Conn]struct{}{}}
	p.wg.Go(p.accept)
	return p, nil
}

// Addr is where devices connect.
func (p *Proxy) Addr() string { return p.lis.Addr().String() }

// Bytes that went up to the broker and down to the device.
func (p *Proxy) Bytes() (up, down uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up, p.down
}

// HalfOpen stops all bytes without closing anything: neither side is told. New connections hang too.
func (p *Proxy) HalfOpen() { p.freeze(true) }

// BlackHole swallows what is sent, in both directions, as a dead route does.
func (p *Proxy) BlackHole() { p.freeze(false) }

func (p *Proxy) freeze(hold bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = hold
	if p.thaw == nil {
		p.thaw = make(chan struct{})
	}
}

// Heal lets bytes flow again on new connections. Those that were broken are cut: bytes are missing in them.
func (p *Proxy) Heal() {
	p.mu.Lock()
	if p.thaw != nil {
		close(p.thaw)
		p.thaw = nil
	}
	p.mu.Unlock()
	p.Cut()
}

// Slow bounds the rate of each direction of each connection, in bytes per second.
func (p *Proxy) Slow(rate int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate = rate
}

// Cut closes all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// Close ends the proxy and waits for its goroutines.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.lis.Close()
	p.Heal()
	p.wg.Wait()
}

func (p *Proxy) accept() {
	for {
		near, err := p.lis.Accept()
		if err != nil {
			return
		}
		p.wg.Go(func() { p.join(near) })
	}
}

func (p *Proxy) join(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer far.Close()
	if !p.keep(near, far) {
		return
	}
	defer p.forget(near, far)
	var both sync.WaitGroup
	both.Go(func() { p.pump(far, near, &p.up) })
	both.Go(func() { p.pump(near, far, &p.down) })
	both.Wait()
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	return !p.closed
}

func (p *Proxy) forget(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.conns, c)
	}
}

func (p *Proxy) pump(dst, src net.Conn, count *uint64) {
	defer dst.Close()
	defer src.Close()
	buf := make([]byte, 16<<10)
	for {
		n, err := src.Read(buf[:p.chunk(len(buf))])
		if err != nil {
			return
		}
		if p.swallow(n, count) {
			continue
		}
		if _, err := dst.Write(buf[:n]); err != nil && !errors.Is(err, io.ErrShortWrite) {
			return
		}
	}
}

// chunk is how much is read at once: a twentieth of a second's worth on a slow link.
func (p *Proxy) chunk(most int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return most
	}
	return min(max(p.rate/20, 1), most)
}

// swallow counts n bytes, takes the time they need, and reports whether they are lost.
func (p *Proxy) swallow(n int, count *uint64) bool {
	p.mu.Lock()
	*count += uint64(n)
	thaw, hold, rate := p.thaw, p.hold, p.rate
	p.mu.Unlock()
	if thaw != nil {
		if hold {
			<-thaw
		}
		return true
	}
	if rate > 0 {
		time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
	}
	return false
}

package uplinktest

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Script is a broker for one device that does what its fields say. Set them before the first Dial, or with Change.
type Script struct {
	Code    byte // of CONNACK
	Mute    bool // accepts connections and never says anything
	Down    bool // refuses connections
	SubCode byte // of SUBACK
	NoPings bool // does not answer pings
	// Publish is called for each message; what it returns is sent to the device.
	Publish func(topic string, payload []byte) []Answer

	mu    sync.Mutex
	conns []*peer
	dials int
	wills int
}

type peer struct {
	net.Conn
	out  chan packets.ControlPacket
	done chan struct{}
	will *packets.PublishPacket
}

// Change sets fields while the broker runs.
func (s *Script) Change(f func(*Script)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// Dial is for uplink.Config.
func (s *Script) Dial(context.Context, string, string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials++
	if s.Down {
		return nil, errors.New("connection refused")
	}
	near, far := net.Pipe()
	p := &peer{Conn: far, out: make(chan packets.ControlPacket, 1024), done: make(chan struct{})}
	s.conns = append(s.conns, p)
	go s.read(p)
	go p.write()
	return near, nil
}

// Dials counts the attempts to connect.
func (s *Script) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dials
}

// Wills counts connections that ended without a goodbye.
func (s *Script) Wills() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wills
}

// Cut ends all connections.
func (s *Script) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.conns {
		p.Close()
	}
	s.conns = nil
}

// Send gives the device of the newest connection a message.
func (s *Script) Send(topic string, payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) > 0 {
		s.conns[len(s.conns)-1].send(Answer{topic, payload})
	}
}

func (p *peer) send(a Answer) {
	m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	m.TopicName, m.Payload = a.Topic, a.Payload
	p.say(m)
}

func (p *peer) say(m packets.ControlPacket) {
	select {
	case p.out <- m:
	case <-p.done:
	}
}

func (p *peer) write() {
	for {
		select {
		case m := <-p.out:
			if m.Write(p.Conn) != nil {
				return
			}
		case <-p.done:
			return
		}
	}
}

func (s *Script) read(p *peer) {
	defer p.Close()
	defer close(p.done)
	for {
		m, err := packets.ReadPacket(p.Conn)
		if err != nil {
			s.lost(p)
			return
		}
		if _, bye := m.(*packets.DisconnectPacket); bye {
			return
		}
		s.handle(p, m)
	}
}

func (s *Script) lost(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.will == nil {
		return
	}
	s.wills++
	if s.Publish != nil {
		s.Publish(p.will.TopicName, p.will.Payload)
	}
}

func (s *Script) handle(p *peer, m packets.ControlPacket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch m := m.(type) {
	case *packets.ConnectPacket:
		s.connect(p, m)
	case *packets.SubscribePacket:
		a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		a.MessageID, a.ReturnCodes = m.MessageID, []byte{s.SubCode}
		p.say(a)
	case *packets.PingreqPacket:
		if !s.NoPings {
			p.say(packets.NewControlPacket(packets.Pingresp))
		}
	case *packets.PublishPacket:
		s.published(p, m)
	}
}

func (s *Script) connect(p *peer, m *packets.ConnectPacket) {
	if s.Mute {
		return
	}
	a := packets.NewControlPacket(packets.Connack).(*packets.ConnackPacket)
	a.ReturnCode = s.Code
	if s.Code == 0 && m.WillFlag {
		p.will = packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		p.will.TopicName, p.will.Payload = m.WillTopic, m.WillMessage
	}
	p.say(a)
}

func (s *Script) published(p *peer, m *packets.PublishPacket) {
	if m.Qos == 1 {
		a := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
		a.MessageID = m.MessageID
		p.say(a)
	}
	if s.Publish == nil {
		return
	}
	for _, a := range s.Publish(m.TopicName, m.Payload) {
		p.send(a)
	}
}

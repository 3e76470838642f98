package uplinktest

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Hub keeps what it receives and answers as the real one does: cumulative, up to the first number it lacks.
type Hub struct {
	// Poison, when set, makes every batch that holds this record vanish without an answer.
	Poison []byte

	mu      sync.Mutex
	streams map[key]*shelf
	states  []wire.State
	batches int
	faults  []error
	waiting []chan struct{}
}

type key struct {
	stream wire.Stream
	epoch  wire.Epoch
}

type shelf struct {
	have  map[uint64][]byte
	gaps  map[uint64]wire.Cause
	upto  uint64
	twice int
}

// Answer is what a hub publishes.
type Answer struct {
	Topic   string
	Payload []byte
}

// Take receives one message of a device; the answer is to be published when ok.
func (h *Hub) Take(topic string, payload []byte) (a Answer, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.wake()
	t, err := wire.ParseTopic("", topic)
	if err != nil {
		h.faults = append(h.faults, err)
		return a, false
	}
	if t.Kind == wire.KindState {
		h.state(payload)
		return a, false
	}
	b, err := wire.DecodeBatch(payload)
	if err != nil || t.Kind != wire.KindData {
		h.faults = append(h.faults, fmt.Errorf("%s: %w", topic, err))
		return a, false
	}
	h.batches++
	for _, r := range b.Records {
		if h.Poison != nil && bytes.Equal(r.Data, h.Poison) {
			return a, false
		}
	}
	return h.store(t, b)
}

func (h *Hub) state(payload []byte) {
	s, err := wire.DecodeState(payload)
	if err != nil {
		h.faults = append(h.faults, err)
		return
	}
	h.states = append(h.states, s)
}

func (h *Hub) store(t wire.Topic, b *wire.Batch) (Answer, bool) {
	s := h.shelf(key{t.Stream, b.Epoch})
	for i, n := range b.Numbers() {
		if _, twice := s.have[n]; twice {
			s.twice++
		}
		s.have[n] = b.Records[i].Data
		delete(s.gaps, n)
	}
	for _, g := range b.Gaps {
		for n := g.First; n <= g.Last; n++ {
			if _, has := s.have[n]; !has {
				s.gaps[n] = g.Cause
			}
		}
	}
	for s.covers(s.upto + 1) {
		s.upto++
	}
	p, err := wire.EncodeAck(nil, wire.Ack{Epoch: b.Epoch, Life: b.Life, UpTo: s.upto})
	if err != nil {
		h.faults = append(h.faults, err)
		return Answer{}, false
	}
	return Answer{t.Base.Ack(t.Stream), p}, true
}

func (s *shelf) covers(n uint64) bool {
	_, has := s.have[n]
	_, gap := s.gaps[n]
	return has || gap
}

func (h *Hub) shelf(k key) *shelf {
	if h.streams == nil {
		h.streams = map[key]*shelf{}
	}
	if h.streams[k] == nil {
		h.streams[k] = &shelf{have: map[uint64][]byte{}, gaps: map[uint64]wire.Cause{}}
	}
	return h.streams[k]
}

// Delivered counts the records of a stream that arrived, over all epochs, and the repetitions among them.
func (h *Hub) Delivered(s wire.Stream) (records, twice int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, sh := range h.streams {
		if k.stream == s {
			records, twice = records+len(sh.have), twice+sh.twice
		}
	}
	return records, twice
}

// Gap is the cause that number n of s was given in epoch e.
func (h *Hub) Gap(s wire.Stream, e wire.Epoch, n uint64) wire.Cause {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shelf(key{s, e}).gaps[n]
}

// States lists what the device said of itself.
func (h *Hub) States() []wire.State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]wire.State(nil), h.states...)
}

// Batches counts the batches that arrived.
func (h *Hub) Batches() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.batches
}

// Faults lists messages that no device should send.
func (h *Hub) Faults() []error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]error(nil), h.faults...)
}

// Next is closed after the next message.
func (h *Hub) Next() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := make(chan struct{})
	h.waiting = append(h.waiting, c)
	return c
}

func (h *Hub) wake() {
	for _, c := range h.waiting {
		close(c)
	}
	h.waiting = nil
}

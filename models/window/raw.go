package window

import "github.com/dunlin-iot/dunlin/models/steps"

// together is how many values raw encodes in one go.
const together = 256

// raw is the ring of windows that steps prepare: samples as they came. Each window is laid out, prepared and encoded.
type raw struct {
	enc      encoder // with the same mean of zero and gain for every value
	chain    *steps.Chain
	channels int
	data     []float32
	straight []float32 // the window with its oldest sample first
}

func newRaw(c *Config, chain *steps.Chain) *raw {
	alike := Config{Channels: together, Type: c.Type, Quant: c.Quant}
	n := c.Length * c.Channels
	return &raw{enc: newEncoder(&alike), chain: chain, channels: c.Channels, data: make([]float32, n), straight: make([]float32, n)}
}

func (r *raw) put(at int, samples []float32) (bad int) {
	copy(r.data[at*r.channels:], samples)
	for i := len(samples) - 1; i >= 0; i-- {
		if x := samples[i]; x-x != 0 { // NaN or infinite
			return i / r.channels
		}
	}
	return -1
}

func (r *raw) window(dst []byte, head int) bool {
	n := copy(r.straight, r.data[head*r.channels:])
	copy(r.straight[n:], r.data[:head*r.channels])
	return r.enc.all(dst, r.chain.Apply(r.straight))
}

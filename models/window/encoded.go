package window

// encoded is the ring of windows without steps, or with steps that treat each value alone: what arrives is encoded at
// once, however many windows overlap it.
type encoded struct {
	enc    encoder
	stride int // bytes of one sample
	data   []byte
}

func newEncoded(c *Config) *encoded {
	r := &encoded{enc: newEncoder(c), stride: c.Channels * c.Type.Size()}
	r.data = make([]byte, c.Length*r.stride)
	return r
}

func (r *encoded) put(at int, samples []float32) (bad int) {
	return r.enc.run(r.data[at*r.stride:], samples)
}

func (r *encoded) window(dst []byte, head int) bool {
	n := copy(dst, r.data[head*r.stride:])
	copy(dst[n:], r.data[:head*r.stride])
	return true
}

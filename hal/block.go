package hal

import "time"

// Format says how a Block carries its samples.
type Format uint8

const (
	// Float32 samples stand in Block.Values, interleaved by channel.
	Float32 Format = iota
	// S16LE is signed 16-bit little-endian PCM in Block.Bytes, interleaved by channel.
	S16LE
	// GREY is 8-bit luminance in Block.Bytes, row by row.
	GREY
	// YUYV is packed 4:2:2 in Block.Bytes.
	YUYV
	// MJPEG is one JPEG picture in Block.Bytes.
	MJPEG
)

// Block is a run of consecutive samples of one source.
//
// Values and Bytes belong to the source and are valid until emit returns.
type Block struct {
	// At is the time of the first sample on CLOCK_BOOTTIME (see internal/clock).
	At time.Duration
	// Period is the time between two samples; zero when the source has no fixed rate.
	Period time.Duration
	// Discont says that samples are missing before this block: it empties the window.
	Discont bool
	// Channels is the number of values in one sample (six for a six-axis IMU).
	Channels int
	// Values holds len(Values)/Channels samples, in the source's own units.
	Values []float32
	// Format tells whether Values or Bytes carries the samples.
	Format Format
	// Bytes carries PCM and pictures.
	Bytes []byte
}

// Samples is the number of whole samples in Values.
func (b Block) Samples() int {
	if b.Channels <= 0 {
		return 0
	}
	return len(b.Values) / b.Channels
}

// Hertz is a sampling rate in samples per second.
type Hertz float64

// Period is the time between two samples at this rate; zero for a rate of zero or less.
func (h Hertz) Period() time.Duration {
	if h <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / float64(h))
}

// Channel names one value of a sample and its unit, as "ax" in "m/s2". The unit is UCUM-like text, "1" when it has none.
type Channel struct {
	Name string
	Unit string
}

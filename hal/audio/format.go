package audio

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Format is how the hardware writes one value.
type Format uint8

const (
	Auto   Format = iota // the first of those below that the hardware offers
	S16LE                // 16 bits
	S32LE                // 32 bits, of which a microphone fills 18 to 24
	S24LE                // 24 bits in the lower three of four bytes
	S243LE               // 24 bits in three bytes
)

// Numbers of snd_pcm_format_t.
var formats = [...]struct {
	name   string
	number uint
	bytes  int
}{Auto: {"auto", 0, 0}, S16LE: {"S16_LE", 2, 2}, S32LE: {"S32_LE", 10, 4}, S24LE: {"S24_LE", 6, 4}, S243LE: {"S24_3LE", 32, 3}}

func (f Format) String() string {
	if int(f) < len(formats) {
		return formats[f].name
	}
	return fmt.Sprintf("format(%d)", uint8(f))
}

// ParseFormat reads a format as arecord names it: S16_LE, S32_LE, S24_LE, S24_3LE; auto or nothing is Auto.
func ParseFormat(s string) (Format, error) {
	for i, f := range formats {
		if strings.EqualFold(s, f.name) || s == "" {
			return Format(i), nil
		}
	}
	return Auto, fmt.Errorf("unknown format %q; there are auto, S16_LE, S32_LE, S24_LE and S24_3LE", s)
}

// values turns PCM into values from -1 to 1: full scale is a power of two, so that the smallest value is -1 and the
// largest just below 1.
func (f Format) values(dst []float32, pcm []byte) {
	switch f {
	case S16LE:
		for i := range dst {
			dst[i] = float32(int16(binary.LittleEndian.Uint16(pcm[2*i:]))) / (1 << 15)
		}
	case S32LE:
		for i := range dst {
			dst[i] = float32(int32(binary.LittleEndian.Uint32(pcm[4*i:]))) / (1 << 31)
		}
	case S24LE:
		for i := range dst {
			dst[i] = float32(int32(binary.LittleEndian.Uint32(pcm[4*i:]))<<8>>8) / (1 << 23)
		}
	case S243LE:
		for i := range dst {
			p := pcm[3*i:][:3]
			dst[i] = float32((int32(p[0])<<8|int32(p[1])<<16|int32(p[2])<<24)>>8) / (1 << 23)
		}
	}
}

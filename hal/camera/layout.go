package camera

import (
	"encoding/binary"
	"math"
	"time"
)

// The structures of include/uapi/linux/videodev2.h. Those with pointers or times in them differ between 64-bit and
// 32-bit programs; struct v4l2_buffer has two forms for the latter, with times of 32 and of 64 bits. Kernels take the
// first unless they are built without CONFIG_COMPAT_32BIT_TIME, and the second since 5.6.

const wide = math.MaxUint > math.MaxUint32

// bufferLayout is struct v4l2_buffer.
type bufferLayout struct {
	size, stamp, stampWord, sequence, memory, offset, length int
}

var (
	buffer64       = bufferLayout{88, 24, 8, 56, 60, 64, 72}
	buffer32Time32 = bufferLayout{68, 20, 4, 44, 48, 52, 56}
	buffer32Time64 = bufferLayout{80, 24, 8, 56, 60, 64, 68}
)

// layout is what differs.
type layout struct {
	formatSize, pix int            // struct v4l2_format, and struct v4l2_pix_format inside
	buffers         []bufferLayout // to be tried in this order
}

func native() layout {
	if wide {
		return layout{208, 8, []bufferLayout{buffer64}}
	}
	return layout{204, 4, []bufferLayout{buffer32Time32, buffer32Time64}}
}

// Requests: direction, size, type 'V', number (include/uapi/asm-generic/ioctl.h).
const (
	dirWrite = 1 << 30
	dirRead  = 2 << 30
	dirBoth  = dirRead | dirWrite
)

func request(dir uint32, size int, number uint32) uint32 {
	return dir | uint32(size)<<16 | 'V'<<8 | number
}

const (
	numberQueryCap   = 0
	numberEnumFormat = 2
	numberSetFormat  = 5
	numberReqBufs    = 8
	numberQueryBuf   = 9
	numberQueue      = 15
	numberDequeue    = 17
	numberStreamOn   = 18
	numberStreamOff  = 19
	numberGetParm    = 21
	numberSetParm    = 22
	numberEnumSizes  = 74

	capSize        = 104 // struct v4l2_capability
	formatDescSize = 64  // struct v4l2_fmtdesc
	reqBufsSize    = 20  // struct v4l2_requestbuffers
	parmSize       = 204 // struct v4l2_streamparm
	sizeEnumSize   = 44  // struct v4l2_frmsizeenum
)

// Capabilities, V4L2_CAP_*.
const (
	capCapture      = 1 << 0
	capCapturePlane = 1 << 12 // VIDEO_CAPTURE_MPLANE
	capM2MPlane     = 1 << 14
	capM2M          = 1 << 15
	capStreaming    = 1 << 26
	capDeviceCaps   = 1 << 31
)

const (
	typeCapture = 1          // V4L2_BUF_TYPE_VIDEO_CAPTURE
	memoryMap   = 1          // V4L2_MEMORY_MMAP
	privMagic   = 0xfeedcafe // V4L2_PIX_FMT_PRIV_MAGIC: the fields behind priv count

	fieldNone     = 1      // V4L2_FIELD_NONE: whole frames, no half-frames
	flagError     = 0x40   // V4L2_BUF_FLAG_ERROR
	stampMask     = 0xe000 // V4L2_BUF_FLAG_TIMESTAMP_MASK
	stampMono     = 0x2000 // V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
	perFrame      = 0x1000 // V4L2_CAP_TIMEPERFRAME
	colorJPEG     = 7      // V4L2_COLORSPACE_JPEG
	fullRange     = 1      // V4L2_QUANTIZATION_FULL_RANGE
	sizesDiscrete = 1      // V4L2_FRMSIZE_TYPE_DISCRETE
)

var order = binary.NativeEndian

// frame is what a dequeued struct v4l2_buffer says.
type frame struct {
	index, used, flags, sequence uint32
	stamp                        time.Duration
}

func (l bufferLayout) frame(b []byte) frame {
	return frame{
		index: order.Uint32(b), used: order.Uint32(b[8:]), flags: order.Uint32(b[12:]), sequence: order.Uint32(b[l.sequence:]),
		stamp: time.Duration(l.word(b[l.stamp:]))*time.Second + time.Duration(l.word(b[l.stamp+l.stampWord:]))*time.Microsecond,
	}
}

func (l bufferLayout) word(b []byte) int64 {
	if l.stampWord == 8 {
		return int64(order.Uint64(b))
	}
	return int64(int32(order.Uint32(b)))
}

// fill makes b the question about buffer number index.
func (l bufferLayout) fill(b []byte, index uint32) {
	clear(b)
	order.PutUint32(b, index)
	order.PutUint32(b[4:], typeCapture)
	order.PutUint32(b[l.memory:], memoryMap)
}

// text is a string of fixed size.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// fourCC writes a pixel format as people do: "YUYV".
func fourCC(v uint32) string {
	s := []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24 & 0x7f)}
	for i, c := range s {
		if c < ' ' || c > '~' {
			s[i] = '?'
		}
	}
	return string(s)
}

func codeOf(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 64 << 10
	maxDims   = 8
	// MaxElements bounds an array: 1 GiB of float32.
	MaxElements = 1 << 28
)

// ErrFormat is wrapped by Read when the bytes are no array of numbers that it can read.
var ErrFormat = errors.New("no readable npy array")

type header struct {
	descr   string
	fortran bool
	shape   []int
}

func readHeader(r io.Reader) (header, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return header{}, fmt.Errorf("%w: %w", ErrFormat, noEOF(err))
	}
	if string(start[:6]) != magic {
		return header{}, fmt.Errorf("%w: it does not start as a .npy file does", ErrFormat)
	}
	size, err := headerSize(r, start[6])
	if err != nil {
		return header{}, err
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return header{}, fmt.Errorf("%w: %w", ErrFormat, noEOF(err))
	}
	return parseHeader(string(bytes.TrimRight(text, " \n\x00")))
}

func headerSize(r io.Reader, version byte) (int, error) {
	width := 4
	switch version {
	case 1:
		width = 2
	case 2, 3:
	default:
		return 0, fmt.Errorf("%w: version %d", ErrFormat, version)
	}
	var b [4]byte
	if _, err := io.ReadFull(r, b[:width]); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrFormat, noEOF(err))
	}
	n := binary.LittleEndian.Uint32(b[:])
	if n > maxHeader {
		return 0, fmt.Errorf("%w: a header of %d bytes", ErrFormat, n)
	}
	return int(n), nil
}

var (
	descrRE   = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	fortranRE = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shapeRE   = regexp.MustCompile(`'shape'\s*:\s*\(([^)]*)\)`)
)

// parseHeader reads the Python dictionary that NumPy writes. Structured types, whose descr is a list, do not match.
func parseHeader(text string) (header, error) {
	descr, fortran, shape := descrRE.FindStringSubmatch(text), fortranRE.FindStringSubmatch(text), shapeRE.FindStringSubmatch(text)
	if !strings.HasPrefix(text, "{") || descr == nil || fortran == nil || shape == nil {
		return header{}, fmt.Errorf("%w: header %.80q", ErrFormat, text)
	}
	dims, err := parseShape(shape[1])
	return header{descr[1], fortran[1] == "True", dims}, err
}

func parseShape(text string) ([]int, error) {
	var dims []int
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || len(dims) == maxDims {
			return nil, fmt.Errorf("%w: shape (%.60s)", ErrFormat, text)
		}
		dims = append(dims, n)
	}
	return dims, nil
}

// elements is the product of the shape, or an error when it is beyond MaxElements.
func (h header) elements() (int, error) {
	n := 1
	for _, d := range h.shape {
		if d > 0 && n > MaxElements/d {
			return 0, fmt.Errorf("%w: shape %v is too large", ErrFormat, h.shape)
		}
		n *= d
	}
	return n, nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

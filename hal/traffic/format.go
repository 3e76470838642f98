package traffic

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	head    = "# dunlin bus traffic 1"
	columns = "# t[s] address write read result"

	maxLine  = 1 << 18 // a transfer of 64 KiB, the most that Linux takes, in hexadecimal
	maxBytes = 1 << 16
)

// Transfer is one write, read, or write and read with a repeated start on I2C; on SPI it is what one packet sent and
// received, at the same time on four wires.
type Transfer struct {
	At      time.Duration // since the recording began
	Address uint16        // on I2C
	Device  string        // on SPI, "spidev0.0"; Address is 0 then
	Write   []byte
	Read    []byte // as long as was asked for; of no meaning when Err is set
	Err     error  // a syscall.Errno, os.ErrDeadlineExceeded, or ErrOther
}

// Place is whom the transfer was with, as the text has it: "0x76", "spidev0.0".
func (t Transfer) Place() string {
	if t.Device != "" {
		return t.Device
	}
	return fmt.Sprintf("0x%02x", t.Address)
}

// ErrOther stands for an error that is neither an errno nor a deadline.
var ErrOther = errors.New("transfer failed")

// line is the text of a transfer.
func (t Transfer) line() string {
	read := bytesText(t.Read)
	if t.Err != nil && len(t.Read) > 0 {
		read = "?" + strconv.Itoa(len(t.Read))
	}
	return fmt.Sprintf("%.6f %s %s %s %s\n", t.At.Seconds(), t.Place(), bytesText(t.Write), read, resultText(t.Err))
}

func bytesText(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	return hex.EncodeToString(b)
}

func resultText(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.As(err, &errno) && unix.ErrnoName(errno) != "":
		return unix.ErrnoName(errno)
	}
	return "error"
}

// Read reads a whole recording of traffic. Its errors name the line.
func Read(file string, in io.Reader) ([]Transfer, error) {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 0, 4096), maxLine)
	var all []Transfer
	n := 0
	for s.Scan() {
		n++
		text := strings.TrimSpace(s.Text())
		if n == 1 && text != head {
			return nil, fmt.Errorf("%s:1: the first line is not %q", file, head)
		}
		if text == "" || text[0] == '#' {
			continue
		}
		t, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		all = append(all, t)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: read traffic: %w", file, n+1, err)
	}
	if n == 0 {
		return nil, fmt.Errorf("%s:1: the file is empty", file)
	}
	return all, nil
}

// deviceRE is an SPI device: bus and chip select.
var deviceRE = regexp.MustCompile(`^spidev[0-9]+\.[0-9]+$`)

func parse(text string) (t Transfer, err error) {
	f := strings.Fields(text)
	if len(f) != 5 {
		return t, fmt.Errorf("%d words, not 5: time, address, write, read, result", len(f))
	}
	seconds, err := strconv.ParseFloat(f[0], 64)
	if err != nil || !(seconds >= 0 && seconds < 1e9) {
		return t, fmt.Errorf("time %q is no number of seconds", f[0])
	}
	t.At = time.Duration(seconds * float64(time.Second))
	if deviceRE.MatchString(f[1]) {
		t.Device = f[1]
	} else {
		address, err := strconv.ParseUint(f[1], 0, 10)
		if err != nil {
			return t, fmt.Errorf("address %q is none", f[1])
		}
		t.Address = uint16(address)
	}
	if t.Err, err = parseResult(f[4]); err != nil {
		return t, err
	}
	if t.Write, err = parseBytes(f[2]); err != nil {
		return t, fmt.Errorf("write: %w", err)
	}
	if n, asked := strings.CutPrefix(f[3], "?"); asked {
		length, err := strconv.Atoi(n)
		if err != nil || length < 1 || length > maxBytes || t.Err == nil {
			return t, fmt.Errorf("read: %q is no count of bytes that did not come", f[3])
		}
		t.Read = make([]byte, length)
		return t, nil
	}
	if t.Read, err = parseBytes(f[3]); err != nil {
		return t, fmt.Errorf("read: %w", err)
	}
	return t, nil
}

func parseBytes(text string) ([]byte, error) {
	if text == "-" {
		return nil, nil
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%.40q are no hexadecimal bytes", text)
	}
	return b, nil
}

// mostErrno is beyond the largest errno of Linux (include/uapi/asm-generic/errno.h ends at 133).
const mostErrno = 256

func parseResult(text string) (error, error) {
	switch text {
	case "ok":
		return nil, nil
	case "timeout":
		return os.ErrDeadlineExceeded, nil
	case "error":
		return ErrOther, nil
	}
	for n := syscall.Errno(1); n < mostErrno; n++ {
		if unix.ErrnoName(n) == text {
			return n, nil
		}
	}
	return nil, fmt.Errorf("result %.40q is neither ok, timeout, error nor the name of an errno", text)
}

package traffic_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

func TestRecorderWritesEveryTransfer(t *testing.T) {
	regs := &chiptest.Registers{}
	regs.Set(0xd0, 0x60)
	inner := chiptest.New(map[uint16]chiptest.Model{0x76: regs})
	var out bytes.Buffer
	rec := traffic.NewRecorder(&out, "room\nx", clockOf())
	bus, err := rec.Tap(func() (i2c.BusCloser, error) { return inner, nil })()
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 1)
	if err := bus.Tx(0x76, []byte{0xd0}, got); err != nil || got[0] != 0x60 {
		t.Fatalf("through the tap: % x, %v", got, err)
	}
	if err := bus.Tx(0x77, []byte{0xd0}, make([]byte, 3)); !errors.Is(err, syscall.EREMOTEIO) {
		t.Fatalf("absent chip through the tap: %v", err)
	}
	inner.Fault(func(uint16) error { return os.ErrDeadlineExceeded })
	if err := bus.Tx(0x76, []byte{0xf4, 0x25}, nil); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("hung bus through the tap: %v", err)
	}
	if n, err := rec.Close(); n != 3 || err != nil {
		t.Errorf("Close = %d, %v", n, err)
	}
	if err := bus.Close(); err != nil || inner.Closed() != 1 {
		t.Errorf("close: %v, %d", err, inner.Closed())
	}
	want := "# dunlin bus traffic 1\n# source: room x\n# t[s] address write read result\n" +
		"0.001000 0x76 d0 60 ok\n0.002000 0x77 d0 ?3 EREMOTEIO\n0.003000 0x76 f425 - timeout\n"
	if out.String() != want {
		t.Errorf("text:\n%swant\n%s", out.String(), want)
	}
}

// echo is a chip that sends back what it gets, one bit off.
func echo(w, r []byte) error {
	for i := range r {
		r[i] = w[i] ^ 1
	}
	return nil
}

type echoPort struct {
	spi.PortCloser
	spi.Conn
	tx     func(w, r []byte) error
	closed bool
}

func (p *echoPort) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return p, nil }
func (p *echoPort) Tx(w, r []byte) error                                      { return p.tx(w, r) }
func (p *echoPort) String() string                                            { return "echo" }

func (p *echoPort) TxPackets(packets []spi.Packet) error {
	for _, q := range packets {
		if err := p.tx(q.W, q.R); err != nil {
			return err
		}
	}
	return nil
}

func (p *echoPort) Close() error {
	p.closed = true
	return nil
}

func TestRecorderWritesEveryTransferOfAPort(t *testing.T) {
	inner := &echoPort{tx: echo}
	var out bytes.Buffer
	rec := traffic.NewRecorder(&out, "imu", clockOf())
	port, err := rec.TapPort("spidev0.1", func() (spi.PortCloser, error) { return inner, nil })()
	if err != nil {
		t.Fatal(err)
	}
	line, err := port.Connect(physic.MegaHertz, spi.Mode3, 8)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2)
	if err := line.Tx([]byte{0xd0, 0}, got); err != nil || !bytes.Equal(got, []byte{0xd1, 1}) {
		t.Fatalf("through the tap: % x, %v", got, err)
	}
	if err := line.TxPackets([]spi.Packet{{W: []byte{0x74, 0x25}, KeepCS: true}, {W: []byte{7}, R: got[:1]}}); err != nil || got[0] != 6 {
		t.Fatalf("packets through the tap: % x, %v", got, err)
	}
	inner.tx = func([]byte, []byte) error { return syscall.EMSGSIZE }
	if err := line.Tx([]byte{1, 2}, got); !errors.Is(err, syscall.EMSGSIZE) {
		t.Fatalf("a long message through the tap: %v", err)
	}
	if n, err := rec.Close(); n != 4 || err != nil {
		t.Errorf("Close = %d, %v", n, err)
	}
	if err := port.Close(); err != nil || !inner.closed {
		t.Errorf("close: %v, %v", err, inner.closed)
	}
	want := "# dunlin bus traffic 1\n# source: imu\n# t[s] address write read result\n" +
		"0.001000 spidev0.1 d000 d101 ok\n0.002000 spidev0.1 7425 - ok\n0.002000 spidev0.1 07 06 ok\n0.003000 spidev0.1 0102 ?2 EMSGSIZE\n"
	if out.String() != want {
		t.Errorf("text:\n%swant\n%s", out.String(), want)
	}
}

func TestTapPassesOnWhyNothingOpens(t *testing.T) {
	rec := traffic.NewRecorder(io.Discard, "imu", clockOf())
	if _, err := rec.TapPort("spidev0.1", func() (spi.PortCloser, error) { return nil, syscall.EBUSY })(); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("a port: %v", err)
	}
	if _, err := rec.Tap(func() (i2c.BusCloser, error) { return nil, syscall.EACCES })(); !errors.Is(err, syscall.EACCES) {
		t.Errorf("a bus: %v", err)
	}
}

func TestRead(t *testing.T) {
	text := "# dunlin bus traffic 1\n\n# a comment\n0.5 0x76 d0 60 ok\n1.000000 118 - ?2 ENXIO\n2 0x0a 01ff - error\n3 8 - - timeout\n4 spidev0.1 d000 ff60 ok\n"
	got, err := traffic.Read("f", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []traffic.Transfer{
		{At: 500 * time.Millisecond, Address: 0x76, Write: []byte{0xd0}, Read: []byte{0x60}},
		{At: time.Second, Address: 0x76, Read: []byte{0, 0}, Err: syscall.ENXIO},
		{At: 2 * time.Second, Address: 0x0a, Write: []byte{1, 0xff}, Err: traffic.ErrOther},
		{At: 3 * time.Second, Address: 8, Err: os.ErrDeadlineExceeded},
		{At: 4 * time.Second, Device: "spidev0.1", Write: []byte{0xd0, 0}, Read: []byte{0xff, 0x60}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {"", "f:1: the file is empty"},
		"other file":    {"t[s],x[1]\n", "f:1: the first line is not"},
		"words":         {"0 0x76 d0 60", "f:2: 4 words, not 5"},
		"time":          {"-1 0x76 d0 60 ok", `f:2: time "-1"`},
		"not a time":    {"nan 0x76 d0 60 ok", `f:2: time "nan"`},
		"address":       {"0 0x400 d0 60 ok", `f:2: address "0x400"`},
		"half a device": {"0 spidev0 d0 60 ok", `f:2: address "spidev0"`},
		"odd":           {"0 0x76 d 60 ok", `f:2: write: "d" are no hexadecimal bytes`},
		"missing bytes": {"0 0x76 d0 ?2 ok", `f:2: read: "?2"`},
		"many bytes":    {"0 0x76 d0 ?70000 EIO", `f:2: read: "?70000"`},
		"result":        {"0 0x76 d0 60 EWHAT", `f:2: result "EWHAT"`},
	} {
		text := c.text
		if name != "empty" && name != "other file" {
			text = "# dunlin bus traffic 1\n" + text + "\n"
		}
		if _, err := traffic.Read("f", strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// FuzzRead: what is read without complaint is written and read as the same.
func FuzzRead(f *testing.F) {
	f.Add("0.5 0x76 d0 60 ok\n1.000000 118 - ?2 ENXIO\n")
	f.Add("4 spidev0.1 d000 ff60 ok\n5 spidev12.0 - ?1 EIO\n")
	f.Add("2 0x0a 01ff - error\n3 8 - - timeout\n")
	f.Fuzz(func(t *testing.T, body string) {
		first, err := traffic.Read("f", strings.NewReader("# dunlin bus traffic 1\n"+body))
		if err != nil {
			return
		}
		var out bytes.Buffer
		i := 0
		rec := traffic.NewRecorder(&out, "x", func() time.Duration { return 0 })
		bus, err := rec.Tap(func() (i2c.BusCloser, error) {
			b := chiptest.New(nil)
			return failing{b, func() error { return first[i].Err }}, nil
		})()
		if err != nil {
			t.Fatal(err)
		}
		for i = range first {
			tx := func(w, r []byte) error { return bus.Tx(first[i].Address, w, r) }
			if device := first[i].Device; device != "" {
				tx = onPort(t, rec, device, func([]byte, []byte) error { return first[i].Err })
			}
			if err := tx(first[i].Write, first[i].Read); !errors.Is(err, first[i].Err) {
				t.Fatal(err)
			}
			first[i].At = 0
		}
		if _, err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		second, err := traffic.Read("f", &out)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second, cmpopts.EquateErrors(), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(traffic.Transfer{}, "Read")); diff != "" {
			t.Errorf("read back (-first +second):\n%s", diff)
		}
	})
}

// onPort is the Tx of a recorded port.
func onPort(t *testing.T, rec *traffic.Recorder, device string, tx func(w, r []byte) error) func(w, r []byte) error {
	t.Helper()
	port, err := rec.TapPort(device, func() (spi.PortCloser, error) { return &echoPort{tx: tx}, nil })()
	if err != nil {
		t.Fatal(err)
	}
	line, err := port.Connect(0, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	return line.Tx
}

// failing answers nothing and fails as it is told.
type failing struct {
	i2c.BusCloser
	err func() error
}

func (f failing) Tx(uint16, []byte, []byte) error { return f.err() }

package traffic_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"periph.io/x/conn/v3/i2c"

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

func TestRead(t *testing.T) {
	text := "# dunlin bus traffic 1\n\n# a comment\n0.5 0x76 d0 60 ok\n1.000000 118 - ?2 ENXIO\n2 0x0a 01ff - error\n3 8 - - timeout\n"
	got, err := traffic.Read("f", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []traffic.Transfer{
		{At: 500 * time.Millisecond, Address: 0x76, Write: []byte{0xd0}, Read: []byte{0x60}},
		{At: time.Second, Address: 0x76, Read: []byte{0, 0}, Err: syscall.ENXIO},
		{At: 2 * time.Second, Address: 0x0a, Write: []byte{1, 0xff}, Err: traffic.ErrOther},
		{At: 3 * time.Second, Address: 8, Err: os.ErrDeadlineExceeded},
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
			if err := bus.Tx(first[i].Address, first[i].Write, first[i].Read); !errors.Is(err, first[i].Err) {
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

// failing answers nothing and fails as it is told.
type failing struct {
	i2c.BusCloser
	err func() error
}

func (f failing) Tx(uint16, []byte, []byte) error { return f.err() }

package chiptest_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

const recorded = `# dunlin bus traffic 1
0.000 0x76 d0 60 ok
0.001 0x76 f425 - ok
0.002 0x40 00 01 ok
0.003 0x76 f3 08 ok
0.004 0x76 f3 08 ok
0.005 0x76 f3 00 ok
0.006 0x76 f7 ?2 ENXIO
0.007 0x76 f7 0102 ok
`

func playback(t *testing.T) *chiptest.Playback {
	t.Helper()
	all, err := traffic.Read("recorded", strings.NewReader(recorded))
	if err != nil {
		t.Fatal(err)
	}
	return chiptest.NewPlayback(all)
}

func ask(p *chiptest.Playback, address uint16, n int, w ...byte) ([]byte, error) {
	r := make([]byte, n)
	err := p.Tx(address, w, r)
	return r, err
}

func TestPlayback(t *testing.T) {
	p := playback(t)
	for _, step := range []struct {
		address uint16
		write   []byte
		want    string
		err     error
	}{
		{0x76, []byte{0xd0}, "\x60", nil},
		{0x76, []byte{0xf4, 0x25}, "", nil},
		{0x76, []byte{0xf3}, "\x08", nil}, // asked three times when it was recorded, once now
		{0x76, []byte{0xf3}, "\x08", nil}, // the same question again
		{0x76, []byte{0xf7}, "\x00\x00", syscall.ENXIO},
		{0x76, []byte{0xf7}, "\x01\x02", nil},
		{0x40, []byte{0x00}, "\x01", nil}, // its own order
	} {
		got, err := ask(p, step.address, len(step.want), step.write...)
		if string(got) != step.want || !errors.Is(err, step.err) {
			t.Errorf("0x%02x % x: % x, %v; want % x, %v", step.address, step.write, got, err, step.want, step.err)
		}
	}
	if n := p.Left(); n != 0 {
		t.Errorf("%d transfers are left", n)
	}
	for _, question := range []byte{0xd0, 0xf7} { // one that was the last one, too: nothing old is played for ever
		if _, err := ask(p, 0x76, 2, question); !errors.Is(err, chiptest.ErrPlayed) {
			t.Errorf("0x%02x after the end: %v", question, err)
		}
	}
}

func TestPlaybackRefusesAnotherQuestion(t *testing.T) {
	p := playback(t)
	if _, err := ask(p, 0x76, 2, 0xd0); err == nil || !strings.Contains(err.Error(), "the recording has write d0, read 1 here") {
		t.Errorf("another length: %v", err)
	}
	if _, err := ask(p, 0x77, 1, 0xd0); !errors.Is(err, chiptest.ErrPlayed) {
		t.Errorf("an address that was not recorded: %v", err)
	}
	if n := p.Left(); n != 8 {
		t.Errorf("%d transfers are left after refusals, want all 8", n)
	}
}

// TestPlaybackOfPorts: each device follows its own recording, apart from a chip on I2C.
func TestPlaybackOfPorts(t *testing.T) {
	all, err := traffic.Read("recorded", strings.NewReader(`# dunlin bus traffic 1
0.000 spidev0.0 d000 ff60 ok
0.001 spidev0.1 8f00 ff6c ok
0.002 0x76 d0 60 ok
0.003 spidev0.0 7425 0000 ok
0.004 spidev0.0 f200 ?2 EIO
`))
	if err != nil {
		t.Fatal(err)
	}
	p := chiptest.NewPlayback(all)
	tx := func(device string, w ...byte) (string, error) {
		line, err := p.Port(device).Connect(physic.MegaHertz, spi.Mode0, 8)
		if err != nil {
			t.Fatal(err)
		}
		r := make([]byte, len(w))
		err = line.TxPackets([]spi.Packet{{W: w, R: r}})
		return string(r), err
	}
	for _, step := range []struct {
		device string
		w      []byte
		want   string
		err    error
	}{
		{"spidev0.1", []byte{0x8f, 0}, "\xff\x6c", nil},
		{"spidev0.0", []byte{0xd0, 0}, "\xff\x60", nil},
		{"spidev0.0", []byte{0x74, 0x25}, "\x00\x00", nil},
		{"spidev0.0", []byte{0xf2, 0}, "\x00\x00", syscall.EIO},
		{"spidev0.0", []byte{0xf2, 0}, "\x00\x00", chiptest.ErrPlayed},
		{"spidev2.0", []byte{0xf2, 0}, "\x00\x00", chiptest.ErrPlayed},
	} {
		if got, err := tx(step.device, step.w...); got != step.want || !errors.Is(err, step.err) {
			t.Errorf("%s % x: % x, %v; want % x, %v", step.device, step.w, got, err, step.want, step.err)
		}
	}
	if n := p.Left(); n != 1 {
		t.Errorf("%d transfers left, want that of 0x76", n)
	}
}

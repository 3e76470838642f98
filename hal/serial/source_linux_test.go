package serial_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/serial"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var channels = []hal.Channel{{Name: "x", Unit: "m/s2"}, {Name: "y", Unit: "1"}}

// chatter makes the board print lines, piece bytes at a time, until the test ends, or n pieces and then unplugs it.
func chatter(t *testing.T, board *os.File, n, piece int) {
	t.Helper()
	repeat(t, board, "10.5 -2\n", n, piece)
}

// repeat makes it print a text. A line that has no reader takes some bytes and then no more, so writing is never waited for.
func repeat(t *testing.T, board *os.File, text string, n, piece int) {
	t.Helper()
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := 0; n == 0 || i < n; i++ {
			if err := board.SetWriteDeadline(time.Now().Add(time.Millisecond)); err != nil {
				t.Error(err)
			}
			at := i * piece % len(text)
			if _, err := board.WriteString(text[at : at+piece]); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
				return
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
		_ = board.Close() // pulled out
	})
	t.Cleanup(func() {
		close(stop)
		done.Wait()
	})
}

func source(path string) *serial.Source {
	return serial.New(serial.Config{Device: path, Channels: channels})
}

func TestContract(t *testing.T) {
	board, path := pty(t)
	chatter(t, board, 0, 8)
	haltest.Run(t, haltest.Subject{
		Channels: channels,
		Endless:  func(*testing.T) hal.Source { return source(path) },
		Broken: func(t *testing.T) hal.Source {
			board, path := pty(t)
			chatter(t, board, 50, 8)
			return source(path)
		},
		Absent: func(t *testing.T) hal.Source { return source(filepath.Join(t.TempDir(), "ttyUSB0")) },
	})
}

// TestHalfALineIsNotASample: a board prints whether anybody listens or not, so every run begins within a line.
func TestHalfALineIsNotASample(t *testing.T) {
	board, path := pty(t)
	chatter(t, board, 0, 1)
	src := source(path)
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := src.Run(ctx, func(b hal.Block) {
			for one := range slices.Chunk(b.Values, 2) { // a busy machine reads several lines at once
				if !slices.Equal(one, []float32{10.5, -2}) {
					t.Errorf("values %v, the board says 10.5 and -2", b.Values)
				}
			}
			cancel()
		}); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	if h := src.Health(); h.Samples < 10 || h.Skipped != 0 {
		t.Errorf("%d samples and %d skipped in 10 runs of one", h.Samples, h.Skipped)
	}
}

// TestLineEnds: instruments have all three, and bytes without any are told: so sounds a line at a wrong rate.
func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\r", "\r\n", "\n"} {
		board, path := pty(t)
		repeat(t, board, "10.5 -2"+end, 0, 7+len(end))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		src := source(path)
		n := 0
		err := src.Run(ctx, func(b hal.Block) {
			if n += b.Samples(); n >= 20 {
				cancel()
			}
		})
		if cancel(); err != nil || n < 20 || src.Health().Skipped != 0 {
			t.Errorf("end %q: %d samples, %v, %+v", end, n, err, src.Health())
		}
	}
	board, path := pty(t)
	repeat(t, board, strings.Repeat("\xf8\x00\xfe", 300), 0, 900)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	src := source(path)
	var done sync.WaitGroup
	done.Go(func() {
		if err := src.Run(ctx, func(hal.Block) { t.Error("a sample of nothing") }); err != nil {
			t.Error(err)
		}
	})
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for src.Health().State != hal.Degraded && ctx.Err() == nil {
		<-tick.C
	}
	if h := src.Health(); !strings.Contains(h.Reason, "longer than 16 kB") {
		t.Errorf("noise: %+v", h)
	}
	cancel()
	done.Wait()
}

// TestRates: named and nameless rates reach the driver as they are; the line is raw.
func TestRates(t *testing.T) {
	for baud, want := range map[int]uint32{0: 115200, 9600: 9600, 250000: 250000, 74880: 74880} {
		board, path := pty(t)
		chatter(t, board, 0, 8)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		var got *unix.Termios
		err := serial.New(serial.Config{Device: path, Channels: channels, Baud: baud}).Run(ctx, func(hal.Block) {
			if got == nil {
				got = settings(t, path)
			}
			cancel()
		})
		cancel()
		if err != nil || got == nil {
			t.Fatalf("%d baud: %v", baud, err)
		}
		if got.Ospeed != want || got.Ispeed != want {
			t.Errorf("%d baud: the driver has %d and %d", baud, got.Ispeed, got.Ospeed)
		}
		if got.Iflag != unix.ICRNL || got.Lflag != 0 || got.Oflag != 0 || got.Cflag&unix.CSIZE != unix.CS8 || got.Cflag&(unix.PARENB|unix.CSTOPB|unix.CRTSCTS|unix.HUPCL) != 0 {
			t.Errorf("%d baud: flags %x %x %x %x, want raw 8N1", baud, got.Iflag, got.Oflag, got.Cflag, got.Lflag)
		}
	}
}

func TestReplug(t *testing.T) {
	board, path := pty(t)
	chatter(t, board, 30, 8)
	link := filepath.Join(t.TempDir(), "ttyUSB0")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	src := source(link)
	err := src.Run(t.Context(), func(hal.Block) {})
	if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "unplugged") {
		t.Fatalf("after the board was pulled out: %v", err)
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	var gone *hal.AbsentError
	if err := src.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &gone) {
		t.Errorf("while it is out: %v", err)
	}
	board, path = pty(t)
	chatter(t, board, 0, 8)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	back := false
	if err := src.Run(ctx, func(b hal.Block) {
		back = b.Discont
		cancel()
	}); err != nil || !back {
		t.Errorf("after it was plugged in again: %v, discontinuous %v", err, back)
	}
}

func TestNotASerialLine(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	var gone *hal.AbsentError
	err := source(fifo).Run(t.Context(), func(hal.Block) {})
	if !errors.Is(err, syscall.ENOTTY) || errors.As(err, &gone) {
		t.Errorf("a FIFO: %v", err)
	}
}

func TestSilence(t *testing.T) {
	board, path := pty(t)
	haltest.Silence(t, haltest.Silent{
		Make: func(_ *testing.T, c clock.Clock, after time.Duration) hal.Source {
			return serial.New(serial.Config{Device: path, Channels: channels, SilentAfter: after, Clock: c})
		},
		Speak: func() {
			if _, err := board.WriteString("10.5 -2\n"); err != nil {
				t.Error(err)
			}
		},
		Of: "line", Check: "baud",
	})
}

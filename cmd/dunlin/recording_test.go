package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// replayed plays a recording and tells its samples and its discontinuities after the first.
func replayed(t *testing.T, text []byte) (samples, gaps int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	err := replay.New(replay.Config{File: path}).Run(t.Context(), func(b hal.Block) {
		if b.Discont && samples > 0 {
			gaps++
		}
		samples += b.Samples()
	})
	if !errors.Is(err, hal.End) {
		t.Fatalf("the recording does not replay: %v\n%s", err, text)
	}
	return samples, gaps
}

func newRecording(out io.Writer, rate hal.Hertz) *recording {
	r := &recording{out: out, period: rate.Period(), limit: time.Hour, enough: func() {}}
	r.head("a chip", "walking", rate, []hal.Channel{{Name: "ax", Unit: "g"}})
	return r
}

// TestRecordingOfAnUnevenSource: late samples, a rate that is 3 % off, and gaps of any length still make a file that
// replays, with its gaps.
func TestRecordingOfAnUnevenSource(t *testing.T) {
	var out bytes.Buffer
	r := newRecording(&out, 100)
	at, n := 5*time.Second, 0
	late := []time.Duration{0, 9 * time.Millisecond, 0, -4 * time.Millisecond, 6 * time.Millisecond}
	for i := range 1000 {
		at += 10300 * time.Microsecond
		gap := i == 300 || i == 600
		if i == 600 {
			at += 700 * time.Millisecond
		}
		r.block(hal.Block{At: at + late[i%len(late)], Discont: gap || i == 0, Channels: 1, Values: []float32{float32(i)}})
		n++
	}
	samples, gaps := replayed(t, out.Bytes())
	if samples != n || gaps != 2 {
		t.Errorf("replayed %d samples and %d gaps of %d and 2", samples, gaps, n)
	}
	// 999 steps of 10.3 ms and a hole of 0.7 s, by hand
	want := 999*10300*time.Microsecond + 700*time.Millisecond
	if off := r.at - want; off < -20*time.Millisecond || off > 20*time.Millisecond {
		t.Errorf("the last sample stands at %v, was taken at %v", r.at, want)
	}
	if hz := r.rate(); hz < 90 || hz > 97.1 {
		t.Errorf("measured %g Hz", hz)
	}
}

func TestRecordingEndsByTheSamplesTime(t *testing.T) {
	var out bytes.Buffer
	r := newRecording(&out, 10)
	ended := 0
	r.limit, r.enough = time.Second, func() { ended++ }
	for i := range 3 {
		values := make([]float32, 8)
		r.block(hal.Block{At: time.Duration(i) * 800 * time.Millisecond, Period: 100 * time.Millisecond, Channels: 1, Values: values})
	}
	if samples, _ := replayed(t, out.Bytes()); samples != 10 || ended != 1 {
		t.Errorf("%d samples in 1 s of 10 Hz, ended %d times", samples, ended)
	}
}

var errFull = errors.New("disk is full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestRecordingOnAFullDiskEnds(t *testing.T) {
	r := newRecording(fullDisk{}, 10)
	ended := false
	r.enough = func() { ended = true }
	r.block(hal.Block{Channels: 1, Values: []float32{1, 2}})
	if !errors.Is(r.err, errFull) || !ended {
		t.Errorf("err %v, ended %t", r.err, ended)
	}
}

// TestRecordingWithoutARate keeps the times as they are, each later than the one before.
func TestRecordingWithoutARate(t *testing.T) {
	var out bytes.Buffer
	r := newRecording(&out, 0)
	for i, at := range []time.Duration{time.Second, 1001 * time.Millisecond, 1001 * time.Millisecond, 4 * time.Second} {
		r.block(hal.Block{At: at, Discont: i%3 == 0, Channels: 1, Values: []float32{1}})
	}
	if samples, gaps := replayed(t, out.Bytes()); samples != 4 || gaps != 1 {
		t.Errorf("replayed %d samples and %d gaps of 4 and 1", samples, gaps)
	}
	want := "# rate_hz: none\n# label: walking\n# origin: dunlin sources record, a chip\nt[s],ax[g]\n0.000000,1\n0.001000,1\n0.001001,1\n# gap\n3.000000,1\n"
	if out.String() != want {
		t.Errorf("wrote\n%swant\n%s", out.String(), want)
	}
}

// TestTrafficOfAChipThatGivesNothing is what its driver is mended by: it is kept, and the empty recording is not.
func TestTrafficOfAChipThatGivesNothing(t *testing.T) {
	h, _, sources := onI2C(t, "  room: {driver: bmp280, bus: i2c-1, address: 0x76}\n") // there is a BME280
	dir := t.TempDir()
	f := recordFlags{out: filepath.Join(dir, "room.csv"), traffic: filepath.Join(dir, "room.txt"), length: time.Second}
	var said bytes.Buffer
	err := newApp(nil, io.Discard, &said).recordOn(t.Context(), h, sources[0], f)
	if exitCode(err) != exitAbsent || !strings.Contains(said.String(), "room.txt: transfers ") {
		t.Errorf("%v; said %q", err, said.String())
	}
	text, err := os.ReadFile(f.traffic)
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := traffic.Read("room.txt", bytes.NewReader(text))
	if err != nil || len(recorded) == 0 || !bytes.Equal(recorded[0].Write, []byte{0xd0}) || !bytes.Equal(recorded[0].Read, []byte{0x60}) {
		t.Errorf("%v, %v", recorded, err)
	}
	if _, err := os.Stat(f.out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a recording without samples: %v", err)
	}
}

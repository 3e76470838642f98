package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Where the thermometer of vm.Raspberry is.
const (
	piBus     = "i2c-1"
	piAddress = 0x48
	piFile    = "/tmp/pi.yaml"
	piConfig  = `device: {id: pi}
state: /tmp/pi
control: {socket: /run/pi.sock}
sources: {case: {driver: tmp75, bus: i2c-1, every: 500ms}}
`
)

// moves are the temperatures that the host is asked to set one after the other: exact in steps of a sixteenth, with the
// rounding of QEMU's thousandths on the safe side.
var moves = []float64{31.5, -12.25, 0, 85.125, 20.5}

// piFacts is what the check tells the host.
type piFacts struct {
	Kind   string    `json:"kind"`
	Model  string    `json:"model"`
	Scan   []string  `json:"scan"`
	Listed string    `json:"listed"` // what `dunlin sources ls` says of the thermometer
	Read   []float64 `json:"read"`
	Took   []float64 `json:"took_s"` // from the change to the sample
	Hwmon  float64   `json:"hwmon"`  // what the kernel's own driver says in the end
	Owned  string    `json:"owned"`  // the refusal while it has the chip
}

// raspberryPi recognises the board, finds the thermometer, and has the agent read it while the host moves it.
func raspberryPi(ctx context.Context, h *host, _ []string) (any, error) {
	var f piFacts
	if err := loadGroup("raspberry", nil); err != nil {
		return f, err
	}
	b := board.New(board.Config{})
	defer b.Close()
	f.Kind, f.Model = string(b.Kind()), b.Model()
	err := until(ctx, "the bus", func() bool {
		_, err := os.Stat("/dev/" + piBus)
		return err == nil
	})
	if err != nil {
		return f, err
	}
	if err := f.scan(ctx, b); err != nil {
		return f, err
	}
	if err := f.follow(ctx, h); err != nil {
		return f, err
	}
	return f, f.kernel(ctx, b)
}

func (f *piFacts) scan(ctx context.Context, b *board.Board) error {
	answers, err := b.Scan(ctx, piBus)
	for _, a := range answers {
		f.Scan = append(f.Scan, a.String())
	}
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "/bin/dunlin", "sources", "ls").CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "0x48") {
			f.Listed = strings.TrimSpace(line)
		}
	}
	if err == nil && f.Listed == "" {
		err = fmt.Errorf("dunlin sources ls does not list 0x48:\n%s", out)
	}
	return err
}

// follow reads what the agent prints, and waits for each temperature that the host has set.
func (f *piFacts) follow(ctx context.Context, h *host) error {
	if err := os.WriteFile(piFile, []byte(piConfig), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "/bin/dunlin", "sources", "read", "case", "-c", piFile)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for _, want := range moves {
		if err = f.move(h, lines, want); err != nil {
			break
		}
	}
	return errors.Join(err, cmd.Process.Signal(os.Interrupt), cmd.Wait())
}

// move has the host set a temperature and waits for it; samples of before may still be on their way.
func (f *piFacts) move(h *host, lines *bufio.Scanner, want float64) error {
	began := clock.System{}.Boot()
	h.ask("raspberry", "temperature "+strconv.FormatFloat(want*1000, 'f', 0, 64))
	for n := 0; n < 60 && lines.Scan(); n++ {
		_, text, ok := strings.Cut(lines.Text(), ",")
		got, err := strconv.ParseFloat(text, 64)
		if !ok || err != nil {
			continue // the heading
		}
		if got == want {
			f.Read = append(f.Read, got)
			f.Took = append(f.Took, (clock.System{}.Boot() - began).Seconds())
			return nil
		}
	}
	return errors.Join(fmt.Errorf("the agent does not see %g Cel", want), lines.Err())
}

// kernel gives the chip to the kernel's driver, which must agree; ours must then keep off.
func (f *piFacts) kernel(ctx context.Context, b *board.Board) error {
	if err := os.WriteFile("/sys/bus/i2c/devices/"+piBus+"/new_device", fmt.Appendf(nil, "tmp105 0x%02x", piAddress), 0o200); err != nil {
		return err
	}
	last := moves[len(moves)-1]
	err := until(ctx, "the kernel's driver to agree", func() bool {
		files, _ := filepath.Glob("/sys/class/hwmon/hwmon*/temp1_input")
		for _, file := range files {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "name"))
			if text, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(name)) == "tmp105" {
				if f.Hwmon, err = strconv.ParseFloat(strings.TrimSpace(string(text)), 64); err == nil {
					f.Hwmon /= 1000
				}
			}
		}
		return math.Abs(f.Hwmon-last) < 0.1
	})
	if err != nil {
		return err
	}
	bus, err := b.I2C(piBus, piAddress)
	if err == nil {
		return errors.Join(errors.New("the chip of the kernel's driver was opened"), bus.Close())
	}
	f.Owned = err.Error()
	return nil
}

// piLimit is for the whole check: the emulated bus takes some 7 ms for a transfer, the host as long as it likes.
const piLimit = 4 * time.Minute

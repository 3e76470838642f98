package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/host/v3/sysfs"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
)

const (
	idRegister = 0xd0 // of a BME280
	ownLength  = 8 * time.Second
	peerLength = 4 * time.Second
)

// outcome of a race on one bus.
type outcome struct {
	Right  int    `json:"right"`
	Wrong  int    `json:"wrong"`
	Errors int    `json:"errors"`
	First  string `json:"first,omitempty"`
	Late   bool   `json:"late,omitempty"` // the first error is a bridge that was not heard in time
	Died   string `json:"died,omitempty"` // the process did not survive: memory was overwritten
}

// sound tells a bus that is right from one that is not. The kernel's driver gives the bridge 50 ms of real time for an
// answer, and the bridge is a process beside eight others on two emulated processors: a few transfers time out where
// the host is busy. A bus that hands out wrong memory has other errors, and wrong values.
func (o outcome) sound() bool {
	return o.Died == "" && o.Wrong == 0 && o.Right >= 50 && o.Errors <= o.Right/5 && (o.Errors == 0 || o.Late)
}

// raceBus lets 8 goroutines read one register while collections are forced, on our bus and, to show what the load does
// to a bus that is not made for it, on periph's. Each runs in a process of its own: wrong memory is written there.
func raceBus(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	facts := map[string]outcome{
		"i2cdev": runRace(ctx, "i2cdev", s.cable.number, ownLength),
		"periph": runRace(ctx, "periph", s.cable.number, peerLength),
	}
	err := s.unplug()
	if ours := facts["i2cdev"]; !ours.sound() {
		err = fmt.Errorf("race on our bus: %+v", ours)
	}
	return facts, err
}

func runRace(ctx context.Context, kind string, bus int, length time.Duration) (o outcome) {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "race", kind, strconv.Itoa(bus), length.String())
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		first, _, _ := strings.Cut(talk.String(), "\n")
		return outcome{Died: err.Error() + ": " + first}
	}
	if err := json.Unmarshal(out.Bytes(), &o); err != nil {
		o.Died = err.Error()
	}
	return o
}

// raceHelper is the process of runRace: KIND BUS LENGTH.
func raceHelper(args []string, out io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("race: %d words", len(args))
	}
	number, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	length, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	bus, err := openKind(args[0], number)
	if err != nil {
		return err
	}
	defer bus.Close()
	r := i2cdevtest.Race(bus, airAddress, idRegister, 0x60, length)
	o := outcome{Right: r.Right, Wrong: r.Wrong, Errors: r.Errors}
	if r.First != nil {
		o.First, o.Late = r.First.Error(), errors.Is(r.First, syscall.ETIMEDOUT)
	}
	return json.NewEncoder(out).Encode(o)
}

func openKind(kind string, number int) (i2c.BusCloser, error) {
	if kind == "periph" {
		return sysfs.NewI2C(number)
	}
	return i2cdev.Open(i2cdev.Config{Path: fmt.Sprintf("/dev/i2c-%d", number), Deadline: 10 * time.Second})
}

// helpers are what this program does when it is not the first process.
func helpers() map[string]func(args []string, out io.Writer) error {
	return map[string]func([]string, io.Writer) error{"race": raceHelper, "loop": loopHelper, "captured": capturedHelper}
}

func help(args []string) int {
	if len(args) == 0 || helpers()[args[0]] == nil {
		fmt.Fprintln(os.Stderr, "init: this is the first process of a test machine; see internal/vm")
		return 2
	}
	if err := helpers()[args[0]](args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

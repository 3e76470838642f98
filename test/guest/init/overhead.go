package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

// One transfer of both loops: the eight data registers of a BME280, as its driver reads them.
const (
	dataRegister = 0xf7
	dataBytes    = 8
	turn         = 250 * time.Millisecond
)

// overhead compares a transfer through hal/i2cdev with the bare ioctl in C, in turns. args: how many turns.
func overhead(ctx context.Context, _ *host, args []string) (any, error) {
	turns := 9
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return nil, err
		}
		turns = n
	}
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	f, err := compare(ctx, s.cable.path(), turns)
	return f, errors.Join(err, s.unplug())
}

// figures of the comparison; times are those of one transfer in microseconds.
type figures struct {
	Ours    float64 `json:"ours_us"`
	C       float64 `json:"c_us"`
	OursCPU float64 `json:"ours_cpu_us"`
	CCPU    float64 `json:"c_cpu_us"`
	Ratio   float64 `json:"ratio"` // by the wall clock: the median of the turns
	Turns   int     `json:"turns"`
}

func compare(ctx context.Context, path string, turns int) (f figures, err error) {
	place := []string{path, strconv.Itoa(airAddress), strconv.Itoa(dataRegister), strconv.Itoa(dataBytes)}
	ours, err := startLoop(ctx, "/proc/self/exe", append([]string{"loop"}, place...)...)
	if err != nil {
		return f, err
	}
	bare, err := startLoop(ctx, "/bin/i2cloop", place...)
	if err != nil {
		return f, errors.Join(err, ours.close())
	}
	var ratios, wallOurs, wallC, cpuOurs, cpuC []float64
	for i := range turns + 1 {
		a, errA := ours.measure(turn)
		b, errB := bare.measure(turn)
		if err = errors.Join(errA, errB); err != nil {
			break
		}
		if i > 0 { // the first turn warms up
			ratios = append(ratios, a.wall/b.wall)
			wallOurs, wallC = append(wallOurs, a.wall), append(wallC, b.wall)
			cpuOurs, cpuC = append(cpuOurs, a.cpu), append(cpuC, b.cpu)
		}
	}
	f = figures{
		Ours: median(wallOurs) / 1e3, C: median(wallC) / 1e3, OursCPU: median(cpuOurs) / 1e3, CCPU: median(cpuC) / 1e3,
		Ratio: median(ratios), Turns: turns,
	}
	return f, errors.Join(err, ours.close(), bare.close())
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// loop is a program that transfers for as long as it is told, and then says what one transfer cost.
type loop struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

type cost struct{ cpu, wall float64 }

func startLoop(ctx context.Context, program string, args ...string) (*loop, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return &loop{cmd, in, bufio.NewReader(out)}, nil
}

func (l *loop) measure(length time.Duration) (c cost, err error) {
	if _, err := fmt.Fprintln(l.in, length.Milliseconds()); err != nil {
		return c, err
	}
	line, err := l.out.ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &c.cpu, &c.wall)
	}
	if err != nil {
		return c, fmt.Errorf("read %s: %w", l.cmd.Path, err)
	}
	return c, nil
}

func (l *loop) close() error {
	return errors.Join(l.in.Close(), l.cmd.Wait())
}

// loopHelper is ours of the two programs: DEVICE ADDRESS REGISTER BYTES, as bench/i2cloop/i2cloop.c.
func loopHelper(args []string, out io.Writer) error {
	if len(args) != 4 {
		return fmt.Errorf("loop: %d words", len(args))
	}
	var n [3]int
	for i, a := range args[1:] {
		var err error
		if n[i], err = strconv.Atoi(a); err != nil {
			return err
		}
	}
	bus, err := i2cdev.Open(i2cdev.Config{Path: args[0]})
	if err != nil {
		return err
	}
	defer bus.Close()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		ms, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		if err := transfers(bus, uint16(n[0]), byte(n[1]), n[2], time.Duration(ms)*time.Millisecond, out); err != nil {
			return err
		}
	}
	return nil
}

func transfers(bus *i2cdev.Bus, address uint16, register byte, bytes int, length time.Duration, out io.Writer) error {
	w, r := []byte{register}, make([]byte, bytes)
	began, cpu, n := time.Now(), cpuTime(), 0
	for late := 0; ; {
		switch err := bus.Tx(address, w, r); {
		case err == nil:
			n++
		case !errors.Is(err, syscall.ETIMEDOUT) || late > 20:
			return err
		default:
			late++
		}
		if spent := time.Since(began); spent >= length && n > 0 {
			_, err := fmt.Fprintf(out, "%.0f %.0f\n", float64(cpuTime()-cpu)/float64(n), float64(spent)/float64(n))
			return err
		}
	}
}

// cpuTime is what this process has used, all its threads.
func cpuTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
